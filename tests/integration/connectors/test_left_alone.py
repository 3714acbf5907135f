"""A public post on its whole road: a mention in passing gets no reply, a complaint gets one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.service.answer import answer
from bot.service.deliver import deliver
from tests.fakes.x import FakeX, run_fake_x
from tests.integration.connectors.test_x import list_conversations, service
from tests.integration.service.public_posts import ReadingEngine, count_ledger, list_left

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.connector import Connector
    from bot.service.road import Road


@pytest.fixture
async def fake() -> AsyncIterator[FakeX]:
    async with run_fake_x() as opened:
        yield opened


async def work(road: Road, connector: Connector) -> None:
    for conversation_id in (await list_conversations(road)).values():
        await answer(road, ReadingEngine(), conversation_id)
        await deliver(road, {("x", "lyra"): connector}, conversation_id)


async def test_passing_mention_gets_no_reply_and_a_complaint_gets_one(road: Road, fake: FakeX) -> None:
    fake.mention("off to the gym with my @lyra headphones and a banana", author="7")
    fake.mention("@lyra mine broke after two days", author="8")
    fake.direct("off to the gym with my @lyra headphones and a banana")
    async with service(road, fake) as (hook, connector):
        assert await fake.deliver(hook) == [200, 200, 200]
        await work(road, connector)
        assert sorted(sent["text"] for sent in fake.sent) == [
            "1: mine broke after two days",
            "1: off to the gym with my @lyra headphones and a banana",  # in private
        ]
        assert [found.note.reason for found in await list_left(road)] == ["in_passing"]
        assert await count_ledger(road) == (3, 2, 0, 0, 1)


async def test_who_was_left_alone_is_answered_when_they_ask(road: Road, fake: FakeX) -> None:
    post = fake.mention("off to the gym with my @lyra headphones and a banana")["data"]["payload"]["id"]
    async with service(road, fake) as (hook, connector):
        await fake.deliver(hook)
        await work(road, connector)
        assert fake.sent == []
        fake.mention("@lyra can I wash them", thread=post)
        await fake.deliver(hook)
        await work(road, connector)
    assert [sent["text"] for sent in fake.sent] == ["1: can I wash them"]
