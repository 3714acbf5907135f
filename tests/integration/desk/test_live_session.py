"""A stream of live events ends with the session it was opened under, however much happens meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.web import live
from tests.integration.desk.test_live import watching

if TYPE_CHECKING:
    from bot.service.road import Road
    from tests.integration.desk.conftest import Browser


async def keep_busy(road: Road) -> None:
    while True:
        await road.bus.live.publish("message", 7)
        await asyncio.sleep(0.01)


async def test_who_logged_out_hears_no_more_of_a_busy_service(
    road: Road, mara: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.3)
    async with watching(mara) as stream:
        busy = asyncio.create_task(keep_busy(road))
        try:
            assert await stream.readuntil(b"still here\n\n"), "a session that lives is kept"
            await mara.act("/logout")
            await asyncio.wait_for(stream.read(), 20)  # to its end
        finally:
            busy.cancel()
