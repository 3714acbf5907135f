"""Rates of a channel, with Redis and without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.bus.bus import open_bus
from bot.connector import AccountConfig, Rate
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.service.receive import receive
from tests.fakes.connector import ScriptedConnector
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road


class Unhurried(ScriptedConnector):
    """A channel that takes one message an hour."""

    capabilities = replace(
        ScriptedConnector.capabilities,
        rates=(Rate(scope="account", limit=1, period=timedelta(hours=1)),),
    )


async def test_without_redis_replies_leave_at_the_rate_the_courier_counts_itself(
    road: Road, unused_tcp_port: int
) -> None:
    connector = Unhurried(AccountConfig(channel="webchat", name="lyra", options={}))
    async with open_bus(f"redis://127.0.0.1:{unused_tcp_port}/0") as absent:
        alone = replace(road, bus=absent)
        conversation_id = 0
        for text in ("one", "two"):
            conversation_id = (await receive(alone, says(text))).conversation_id or 0
            await answer(alone, PlainEngine(), conversation_id)
        await deliver(alone, {("webchat", "lyra"): connector}, conversation_id)
    assert [reply.content.text for reply in connector.sent] == ["1: one"]  # at once; the second waits
    for task in road.waking:
        task.cancel()
