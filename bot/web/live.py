"""`GET /desk/events`: what happens, as server-sent events with resume. Ids only, never words."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from bot.domain.staff import Role
from bot.errors import StorageUnavailable
from bot.service.sign_in import is_live
from bot.web.auth import get_token, require
from bot.web.keys import ROAD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.bus.live import LiveEvent

STREAMS: web.AppKey[set[asyncio.Task[None]]] = web.AppKey("streams")
# Seconds; proxies cut what is silent for longer. Busy or not, the session is looked at again as often.
HEARTBEAT = 15.0
_RETRY = b"retry: 1000\n\n"


@require(Role.AGENT, Role.LEAD, Role.TRAINER)
async def get_events(request: web.Request) -> web.StreamResponse:
    """Stream events, from `Last-Event-ID` (or `?after=`) on. Ends with the session, or with the server."""
    after = request.headers.get("Last-Event-ID") or request.query.get("after") or None
    headers = {
        hdrs.CONTENT_TYPE: "text/event-stream",
        hdrs.CACHE_CONTROL: "no-store",
        "X-Accel-Buffering": "no",
    }
    response = web.StreamResponse(headers=headers)
    async with request.app[ROAD].bus.live.subscribe(after=after) as events:
        await response.prepare(request)
        await response.write(_RETRY)
        stream = asyncio.create_task(_stream(request, response, events))
        request.app[STREAMS].add(stream)
        try:
            await asyncio.wait({stream})
        finally:
            request.app[STREAMS].discard(stream)
            stream.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):  # the server stops; the page was closed
            stream.result()
    return response


async def _stream(
    request: web.Request,
    response: web.StreamResponse,
    events: AsyncIterator[LiveEvent],
) -> None:
    token, clock = get_token(request), asyncio.get_running_loop().time
    coming = asyncio.ensure_future(anext(events))
    due = clock() + HEARTBEAT
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=max(due - clock(), 0))
            if clock() >= due:
                if token is None or not await _may_stay(request, token):
                    return
                await response.write(b": still here\n\n")
                due = clock() + HEARTBEAT
            if done:
                await response.write(format_event(coming.result()))
                coming = asyncio.ensure_future(anext(events))
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await coming


async def _may_stay(request: web.Request, token: str) -> bool:
    try:
        return await is_live(request.app[ROAD], token)
    except StorageUnavailable:
        return False  # the page comes back by itself, and is checked then


def format_event(event: LiveEvent) -> bytes:
    """Return an event as `text/event-stream` has it. A reset has no id: the place in the stream is lost."""
    data = {"kind": event.kind, "conversation_id": event.conversation_id, **event.data}
    head = f"id: {event.id}\n" if event.id else "id\n"
    return f"{head}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


async def _end_streams(app: web.Application) -> None:
    streams = app[STREAMS]
    for stream in tuple(streams):
        stream.cancel()


def add_live_routes(app: web.Application) -> None:
    """Serve `/desk/events`. The app must carry `ROAD`; its streams end when it shuts down."""
    app[STREAMS] = set()
    app.on_shutdown.append(_end_streams)
    app.router.add_get("/desk/events", get_events)
