"""Callers of the REST API that do not wait for their answer."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from tests.fakes.whole_app import whole_service

if TYPE_CHECKING:
    from bot.service.road import Road

PROJECT = Path(__file__).resolve().parents[3]
PATH = "/webhooks/rest/webhook"


async def hang_up(url: str, message: str) -> None:
    """Send a message and close the connection before it can be answered."""
    address = urlsplit(url)
    body = json.dumps({"sender": "ann", "message": message}).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(head + body)
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()


async def test_what_a_caller_did_not_wait_for_comes_with_the_next_call_once(road: Road) -> None:
    async with whole_service(road, PROJECT) as (url, _), aiohttp.ClientSession() as http:

        async def ask(message: str) -> list[str]:
            async with http.post(f"{url}{PATH}", json={"sender": "ann", "message": message}) as response:
                return [item["text"] for item in await response.json()]

        await hang_up(url, "slow question")
        await asyncio.sleep(1)  # it is answered after half a second, and nobody reads that
        assert await ask("hello") == ["1: slow question", "2: hello"]
        assert await ask("again") == ["3: again"]
