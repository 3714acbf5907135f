"""X's whole road: signed deliveries in, answers in public and in private out, over real servers."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.connector import AccountConfig
from bot.domain.message import DeliveryState
from bot.service import sending
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, ROAD
from connectors.x.connector import XConnector
from tests.contracts.connectors.x import OPTIONS
from tests.fakes.engine import PlainEngine
from tests.fakes.serving import serve
from tests.fakes.x import FakeX, run_fake_x
from tests.fakes.x_api import Fault
from tests.integration.service.delivering import states_of

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.service.road import Road


@pytest.fixture
async def fake() -> AsyncIterator[FakeX]:
    async with run_fake_x() as opened:
        yield opened


@asynccontextmanager
async def service(road: Road, fake: FakeX, *names: str) -> AsyncIterator[tuple[str, Connector]]:
    """Our webhooks with accounts of one app, the first of which is the fake's; yields its address."""
    connectors: dict[tuple[str, str], Connector] = {}
    for number, name in enumerate(names or ("lyra",)):
        options = {**OPTIONS, "api_url": fake.url, **({"user_id": "200"} if number else {})}
        config = AccountConfig(channel="x", name=name, options=options)
        connectors["x", name] = XConnector(config)
    first = next(iter(connectors.values()))
    app = web.Application()
    answer_errors_in(app)
    app[CONNECTORS], app[ROAD] = connectors, road
    hooks.add_hook_routes(app)
    async with serve(app) as (address, _):
        await first.start(None)
        try:
            yield f"{address}/webhooks/x/{first.account.name}", first
        finally:
            await first.close()


async def list_conversations(road: Road) -> dict[str, int]:
    """Return the ids of all conversations by key."""
    async with road.database.read() as connection:
        rows = await connection.exec_driver_sql("SELECT key, id FROM conversation ORDER BY id")
        return {row.key: row.id for row in rows}


async def work(road: Road, connector: Connector) -> dict[str, int]:
    """Answer and deliver whatever waits; returns the conversations."""
    conversations = await list_conversations(road)
    for conversation_id in conversations.values():
        await answer(road, PlainEngine(), conversation_id)
        await deliver(road, {("x", connector.account.name): connector}, conversation_id)
    return conversations


async def test_mention_and_message_are_answered_where_they_were_written(road: Road, fake: FakeX) -> None:
    post = fake.mention("@lyra where is it?")["data"]["payload"]["id"]
    fake.direct("and my bill?")
    async with service(road, fake) as (hook, connector):
        assert await fake.challenge(hook)
        assert await fake.deliver(hook) == [200, 200]
        conversations = await work(road, connector)
    assert list(conversations) == [f"post:{post}:7", "7"]
    assert [(sent.get("above"), sent.get("to"), sent["text"]) for sent in fake.sent] == [
        (post, None, "1: where is it?"),
        (None, "7", "1: and my bill?"),
    ]


async def test_start_has_x_call_us_and_what_it_tells_is_answered(road: Road, fake: FakeX) -> None:
    async with service(road, fake) as (hook, connector):
        fake.mention("@lyra hi")
        assert await fake.tell() == []
        await connector.start(hook)
        fake.mention("@lyra where is it?")
        fake.direct("and my bill?")
        assert await fake.tell() == [200, 200]
        await work(road, connector)
    assert [sent["text"] for sent in fake.sent] == ["1: where is it?", "1: and my bill?"]


async def test_duplicates_and_replays_make_one_answer_also_after_a_restart(road: Road, fake: FakeX) -> None:
    fake.mention("@lyra one")
    fake.mention("@lyra two", author="8")
    async with service(road, fake) as (hook, connector):
        assert set(await fake.deliver(hook, copies=3, shuffle=random.Random(5))) == {200}  # noqa: S311 - the same order each time
        await work(road, connector)
    async with service(road, fake) as (hook, connector):
        assert set(await fake.replay(hook)) == {200}
        await work(road, connector)
    assert sorted(sent["text"] for sent in fake.sent) == ["1: one", "1: two"]


async def test_accounts_of_one_app_take_what_is_their_own(road: Road, fake: FakeX) -> None:
    fake.mention("@lyra hi")
    async with service(road, fake, "lyra", "vega") as (hook, connector):
        other = hook.replace("lyra", "vega")
        assert await fake.challenge(other)
        assert await fake.deliver(other) == [200]
        await work(road, connector)
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql("SELECT name FROM account WHERE channel = 'x'")
        assert list(found.scalars()) == ["lyra"]
    assert [sent["text"] for sent in fake.sent] == ["1: hi"]


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.FAILED])
async def test_answer_in_doubt_is_found_at_x_and_not_repeated(
    road: Road, fake: FakeX, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(sending, "LOOK_UP_AFTER", timedelta())
    post = fake.mention("@lyra hi")["data"]["payload"]["id"]
    fake.faults.append(fault)
    async with service(road, fake) as (hook, connector):
        await fake.deliver(hook)
        conversations = await work(road, connector)
    states = await states_of(road, conversations[f"post:{post}:7"])
    assert states == [("1: hi", DeliveryState.SENT)]
    assert len(fake.sent) == 1


async def test_own_answers_told_back_do_not_silence_the_bot_and_peoples_do(road: Road, fake: FakeX) -> None:
    post = fake.mention("@lyra one")["data"]["payload"]["id"]
    async with service(road, fake) as (hook, connector):
        await fake.deliver(hook)
        await work(road, connector)
        fake.tell_own_posts()
        await fake.deliver(hook)
        fake.mention("@lyra two", thread=post)
        await fake.deliver(hook)
        await work(road, connector)
        assert [sent["text"] for sent in fake.sent] == ["1: one", "2: two"]
        fake.write_by_hand("@person7 Mara here", answers=post)
        fake.mention("@lyra three", thread=post)
        await fake.deliver(hook)
        await work(road, connector)
    assert len(fake.sent) == 2


async def test_what_the_bot_says_to_everybody_reaches_everybody(road: Road, fake: FakeX) -> None:
    fake.mention("@lyra hi")
    fake.mention("@lyra hi", author="8")
    async with service(road, fake) as (hook, connector):
        await fake.deliver(hook)
        await work(road, connector)
    assert [sent["text"] for sent in fake.sent] == ["1: hi", "@person8 1: hi"]
