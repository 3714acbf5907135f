"""The streaming API: server-sent events, read line by line."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from datetime import timedelta

import aiohttp

from connectors.mastodon.api import MastodonApi
from connectors.mastodon.faults import FORBIDDEN, UNAUTHORIZED

PATH = "/api/v1/streaming/user"
PATIENCE = timedelta(seconds=60)  # the server says ":thump" every fifteen
CONNECTED = "connected"  # an event of our own: from now on nothing is missed


class StreamRefused(Exception):
    """The server has no stream for us."""


async def listen(api: MastodonApi, url: str) -> AsyncGenerator[tuple[str, str], None]:
    """Yield events and their data until the connection ends, `CONNECTED` first.

    Raises `StreamRefused`, and what aiohttp raises for connections.
    """
    async with api.listen(url, patience=PATIENCE) as response:
        if response.status != 200:  # noqa: PLR2004 - HTTP's
            words = "the token may not" if response.status in (UNAUTHORIZED, FORBIDDEN) else "no stream"
            raise StreamRefused(f"{words}: {response.status}")
        yield CONNECTED, ""
        async with aclosing(read_events(read_lines(response.content))) as events:
            async for event in events:
                yield event


async def read_lines(content: aiohttp.StreamReader) -> AsyncGenerator[str, None]:
    """Yield lines. One that is longer than the buffer ends the stream with ValueError."""
    async for line in content:
        yield line.decode(errors="replace").rstrip("\r\n")


async def read_events(lines: AsyncIterable[str]) -> AsyncGenerator[tuple[str, str], None]:
    """Put lines together as the HTML standard says: an empty line ends an event, a colon begins a comment."""
    name, data = "", list[str]()
    async for line in lines:
        if not line:
            if data:
                yield name or "message", "\n".join(data)
            name, data = "", []
            continue
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "event":
            name = value
        elif key == "data":
            data.append(value)
