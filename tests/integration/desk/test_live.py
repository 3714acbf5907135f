"""Server-sent events for everybody who watches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from bot.service.receive import receive
from bot.service.road import Road
from tests.integration.desk.conftest import Browser
from tests.integration.service.events import says

EVENTS = {"Accept": "text/event-stream"}


@asynccontextmanager
async def watching(browser: Browser, **headers: str) -> AsyncIterator[aiohttp.StreamReader]:
    async with browser.http.get("/desk/events", headers=EVENTS | headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        await response.content.readuntil(b"retry: 1000\n\n")
        yield response.content


async def next_event(stream: aiohttp.StreamReader) -> tuple[str, dict[str, Any]]:
    """Return (id, data) of the next event."""
    block = (await asyncio.wait_for(stream.readuntil(b"\n\n"), 20)).decode()
    fields = dict(line.split(": ", 1) for line in block.strip().splitlines() if ": " in line)
    return fields.get("id", ""), json.loads(fields["data"])


async def hear(stream: aiohttp.StreamReader, **wanted: str | int | None) -> dict[str, Any]:
    """Return the next event of these data; what is told a moment late happened before the test."""
    while True:
        _, data = await next_event(stream)
        if wanted.items() <= data.items():
            return data


async def test_a_message_is_told_at_once_by_ids_only(road: Road, mara: Browser) -> None:
    async with watching(mara) as stream:
        received = await receive(road, says("my secret number is 4711"))
        event_id, data = await next_event(stream)
    assert event_id
    assert data["kind"] == "message"
    assert data["conversation_id"] == received.conversation_id
    assert "4711" not in json.dumps(data)


async def test_acts_of_a_colleague_are_told(mara: Browser, tim: Browser, queued: int) -> None:
    async with watching(tim) as stream:
        await mara.act(f"/desk/c/{queued}/take")
        data = await hear(stream, kind="status", status="held")
    assert data == {"kind": "status", "conversation_id": queued, "status": "held", "staff_id": mara.staff.id}


async def test_a_watcher_goes_on_where_it_was(road: Road, mara: Browser) -> None:
    async with watching(mara) as stream:
        first = (await receive(road, says("one", sender="ann"))).conversation_id
        event_id, data = await next_event(stream)
        assert data["conversation_id"] == first
    missed = (await receive(road, says("two", sender="bob"))).conversation_id
    async with watching(mara, **{"Last-Event-ID": event_id}) as stream:
        assert (await hear(stream, conversation_id=missed))["kind"] == "message"


async def test_a_watcher_from_before_a_flush_is_told_to_read_again(road: Road, mara: Browser) -> None:
    async with watching(mara) as stream:
        await receive(road, says("one"))
        event_id, _ = await next_event(stream)
    await road.bus.redis.flushall()
    async with watching(mara, **{"Last-Event-ID": event_id}) as stream:
        _, data = await next_event(stream)
        assert data["kind"] == "reset"


async def test_a_stranger_hears_nothing(address: str) -> None:
    async with (
        aiohttp.ClientSession(URL(address)) as http,
        http.get("/desk/events", headers=EVENTS) as response,
    ):
        assert response.status == 401


async def test_typing_staff_are_shown_to_who_watches(mara: Browser, tim: Browser, queued: int) -> None:
    async with watching(tim) as stream:
        assert (await mara.act(f"/desk/c/{queued}/typing"))[0] == 204
        data = await hear(stream, kind="typing")
    assert data == {"kind": "typing", "conversation_id": queued, "author": "staff"}
