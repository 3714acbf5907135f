"""A person who writes at the desk is seen writing by the customer, also on a platform of somebody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.connector import AccountConfig
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.show_typing import show_typing
from tests.fakes.connector import ScriptedConnector
from tests.integration.service.events import says


class TypingConnector(ScriptedConnector):
    """A platform that can show it."""

    capabilities = replace(ScriptedConnector.capabilities, typing=True)


def account(channel: str) -> AccountConfig:
    return AccountConfig(channel=channel, name="lyra")


async def test_platform_is_told_where_it_can_show_it_and_watchers_always(road: Road) -> None:
    shows, does_not = TypingConnector(account("telegram")), ScriptedConnector(account("webchat"))
    connectors = {("telegram", "lyra"): shows, ("webchat", "lyra"): does_not}
    for channel in ("telegram", "webchat"):
        conversation_id = (await receive(road, says("hi", channel=channel))).conversation_id
        assert conversation_id is not None
        async with road.bus.live.subscribe(conversation_id=conversation_id) as events, asyncio.timeout(20):
            await show_typing(road, connectors, conversation_id)
            async for event in events:
                if event.kind == "typing":
                    assert event.data["author"] == "staff"
                    break
    assert (shows.typed, does_not.typed) == (["ann"], [])


async def test_conversation_nobody_knows_and_account_that_is_off_are_no_error(road: Road) -> None:
    shows = TypingConnector(account("telegram"))
    await show_typing(road, {("telegram", "lyra"): shows}, 404)
    conversation_id = (await receive(road, says("hi", channel="rest"))).conversation_id
    assert conversation_id is not None
    await show_typing(road, {("telegram", "lyra"): shows}, conversation_id)
    await show_typing(road, {}, conversation_id)
    assert shows.typed == []
