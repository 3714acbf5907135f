"""A page and an Instagram account on the real road: signed deliveries in, answers at Meta, each once."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.connector import AccountConfig, Connector
from bot.domain.conversation import Status
from bot.domain.message import Author, DeliveryState, Kind
from bot.service import sending
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.storage import messages
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, ROAD
from connectors.instagram.connector import InstagramConnector
from connectors.messenger.connector import MessengerConnector
from tests.fakes.engine import PlainEngine
from tests.fakes.graph import FakeGraph, Fault, run_fake_graph
from tests.fakes.graph_events import INSTAGRAM, PAGE, body, comment, echo, remark, said
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from bot.domain.message import Message
    from bot.service.road import Road

ANN = "7001"


@dataclass(kw_only=True)
class House:
    """A service with one account, and its platform."""

    road: Road
    fake: FakeGraph
    connector: Connector
    url: str

    async def tell(self, *bodies: Any, copies: int = 1) -> list[int]:
        """Let Meta deliver bodies, some more than once, in any order."""
        order = random.Random(1)  # noqa: S311 - an order, not a secret
        return await self.fake.deliver(self.url, *bodies, copies=copies, shuffle=order)

    async def work(self) -> None:
        """Answer and deliver what is due."""
        async with self.road.database.read() as connection:
            found = await connection.exec_driver_sql("SELECT id FROM conversation ORDER BY id")
            ids = [row.id for row in found]
        for conversation_id in ids:
            await answer(self.road, PlainEngine(), conversation_id)
            key = (self.connector.channel, self.connector.account.name)
            await deliver(self.road, {key: self.connector}, conversation_id)

    async def stored(self) -> list[Message]:
        """Return every message of every conversation."""
        async with self.road.database.read() as connection:
            found = await connection.exec_driver_sql("SELECT id FROM conversation ORDER BY id")
            return [each for row in found for each in await messages.list_messages(connection, row.id)]

    async def statuses(self) -> list[str]:
        """Return who holds each conversation."""
        async with self.road.database.read() as connection:
            found = await connection.exec_driver_sql("SELECT status FROM conversation ORDER BY id")
            return [row.status for row in found]


@asynccontextmanager
async def house(road: Road, fake: FakeGraph, kind: type[Connector], own: str) -> AsyncIterator[House]:
    """Start a service in front of a platform."""
    options = {
        own: fake.own_id,
        "token": fake.token,
        "app_secret": fake.app_secret,
        "verify_token": fake.verify_token,
        "app_id": fake.app_id,
        "api_url": fake.url,
    }
    config = AccountConfig(channel=kind.channel, name="lyra", options=options)
    connector = kind(config)
    app = web.Application()
    answer_errors_in(app)
    app[CONNECTORS] = {(kind.channel, "lyra"): connector}
    app[ROAD] = road
    hooks.add_hook_routes(app)
    async with serve(app) as (address, _):
        url = f"{address}/webhooks/{kind.channel}/lyra"
        await connector.start(url)
        yield House(road=road, fake=fake, connector=connector, url=url)
        await connector.close()


@pytest.fixture(autouse=True)
def no_pause_before_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LOOK_UP_AFTER", timedelta())


@pytest.fixture
async def page(road: Road) -> AsyncIterator[House]:
    async with run_fake_graph() as fake, house(road, fake, MessengerConnector, "page_id") as opened:
        fake.heard[ANN] = datetime.now(UTC)
        fake.comments["20_1"] = datetime.now(UTC)
        yield opened


@pytest.fixture
async def instagram(road: Road) -> AsyncIterator[House]:
    async with (
        run_fake_graph(own_id="17841", node_id="17841", text_max=1000, in_bytes=True) as fake,
        house(road, fake, InstagramConnector, "instagram_id") as opened,
    ):
        fake.heard[ANN] = datetime.now(UTC)
        yield opened


def now(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    """Let elements have happened just now."""
    return [{**each, "timestamp": int(time.time() * 1000)} for each in elements]


async def test_address_is_shown_to_be_ours(page: House) -> None:
    assert await page.fake.shake_hands(page.url) == (200, "1158201444")
    page.fake.verify_token = "somebody else's"
    assert (await page.fake.shake_hands(page.url))[0] == 401


async def test_message_told_often_is_answered_once_and_our_echo_changes_nothing(page: House) -> None:
    told = body(PAGE, page.fake.own_id, messaging=now(said(page.fake.own_id, ANN, "where is it?")))
    assert set(await page.tell(told, copies=3)) == {200}
    await page.work()
    assert page.fake.texts() == ["1: where is it?"]
    sent = page.fake.sent[0]
    ours = echo(page.fake.own_id, ANN, sent["text"], mid=sent["mid"], metadata=sent["metadata"])
    await page.tell(told, body(PAGE, page.fake.own_id, messaging=now(ours)), copies=2)
    await page.work()
    assert len(page.fake.sent) == 1
    assert await page.statuses() == [Status.BOT.value]


async def test_send_without_an_answer_is_found_in_the_thread_and_not_repeated_by_the_next_process(
    page: House, road: Road
) -> None:
    own = page.fake.own_id
    told = body(PAGE, own, messaging=now(said(own, ANN, "where is it?")))
    await page.tell(told)
    page.fake.faults["messages"].append(Fault.MAYBE)
    await page.work()
    async with house(road, page.fake, MessengerConnector, "page_id") as restarted:
        await restarted.tell(told)
        await restarted.work()
        assert [each.delivery for each in await restarted.stored()] == [None, DeliveryState.SENT]
    assert page.fake.texts() == ["1: where is it?"]


async def test_word_of_the_inbox_silences_the_bot(page: House) -> None:
    own = page.fake.own_id
    await page.tell(body(PAGE, own, messaging=now(said(own, ANN, "hello?", mid="m_1"))))
    await page.tell(body(PAGE, own, messaging=now(echo(own, ANN, "Ann here", app_id=263902037430900))))
    await page.tell(body(PAGE, own, messaging=now(said(own, ANN, "thanks", mid="m_2"))))
    await page.work()
    assert page.fake.sent == []
    assert await page.statuses() == [Status.HELD.value]


async def test_comment_is_answered_in_public_under_itself(page: House) -> None:
    told = {**body(PAGE, page.fake.own_id, changes=[comment("7", "Shame!")])}
    told["entry"][0]["time"] = int(time.time())
    await page.tell(told, copies=2)
    await page.work()
    assert page.fake.remarks == [{"message": "1: Shame!", "under": "20_1"}]


async def test_bad_element_delays_nobody(page: House) -> None:
    own = page.fake.own_id
    bad = {"sender": {"id": []}, "message": {"mid": 5}}
    good = now(said(own, ANN, "one", mid="m_1"), said(own, "7002", "two", mid="m_2"))
    assert await page.tell(body(PAGE, own, messaging=[good[0], bad, good[1]])) == [200]
    assert [each.content.text for each in await page.stored()] == ["one", "two"]


async def test_mention_whose_words_are_late_is_told_again_and_kept_once(instagram: House) -> None:
    fake = instagram.fake
    fake.mentioned["17999"] = {"text": "@lyra never answers", "username": "ann"}
    fake.faults[fake.own_id].extend([Fault.ERROR, Fault.ERROR])
    mention = {"field": "mentions", "value": {"media_id": "500", "comment_id": "17999"}}
    together = body(INSTAGRAM, fake.own_id, changes=[mention], messaging=now(said(fake.own_id, ANN, "hi")))
    assert await instagram.tell(together) == [503, 503, 200]
    stored = [(each.kind, each.author, each.content.text) for each in await instagram.stored()]
    assert sorted(stored) == [
        (Kind.TEXT, Author.CONTACT, "@lyra never answers"),
        (Kind.TEXT, Author.CONTACT, "hi"),
    ]


async def test_own_comment_silences_the_bot_under_its_post_unless_the_service_wrote_it(
    instagram: House,
) -> None:
    fake, own = instagram.fake, instagram.fake.own_id
    fake.comments["17901"] = datetime.now(UTC)
    await instagram.tell(body(INSTAGRAM, own, changes=[remark(ANN, "Shame!")]), copies=2)
    await instagram.work()
    (stored,) = [each for each in await instagram.stored() if each.author is Author.BOT]
    us: dict[str, Any] = {
        "from": {"id": own, "username": "lyra", "self_ig_scoped_id": "9"},
        "parent_id": "17901",
    }
    ours = remark("9", stored.content.text, **us, id="20_sent_1")
    await instagram.tell(body(INSTAGRAM, own, changes=[ours]), copies=2)
    assert await instagram.statuses() == [Status.BOT.value]
    await instagram.tell(body(INSTAGRAM, own, changes=[remark("9", "Mara here.", number=8, **us)]), copies=2)
    assert await instagram.statuses() == [Status.HELD.value]
    await instagram.tell(body(INSTAGRAM, own, changes=[remark(ANN, "At last", number=9)]))
    await instagram.work()
    assert len(fake.remarks) == 1
    said = [(each.author, each.content.text) for each in await instagram.stored()]
    assert said[2:] == [(Author.STAFF, "Mara here."), (Author.CONTACT, "At last")]


async def test_echo_that_names_no_app_is_known_by_its_id(instagram: House) -> None:
    own = instagram.fake.own_id
    await instagram.tell(body(INSTAGRAM, own, messaging=now(said(own, ANN, "hello"))))
    await instagram.work()
    (sent,) = instagram.fake.sent
    await instagram.tell(body(INSTAGRAM, own, messaging=now(echo(own, ANN, sent["text"], mid=sent["mid"]))))
    assert await instagram.statuses() == [Status.BOT.value]
    await instagram.tell(body(INSTAGRAM, own, messaging=now(echo(own, ANN, "A person here.", mid="m_7"))))
    assert await instagram.statuses() == [Status.HELD.value]


async def test_echo_that_is_faster_than_the_answer_to_its_send_is_ours(instagram: House) -> None:
    """Its send got no answer at all: the echo comes while nobody knows the message's id."""
    fake, own = instagram.fake, instagram.fake.own_id
    await instagram.tell(body(INSTAGRAM, own, messaging=now(said(own, ANN, "hello"))))
    fake.faults["messages"].append(Fault.RESET_AFTER)
    fake.faults["conversations"].append(Fault.GATEWAY)
    await instagram.work()
    (sent,) = fake.sent
    await instagram.tell(
        body(INSTAGRAM, own, messaging=now(echo(own, ANN, sent["text"], mid="m_unheard_of")))
    )
    assert await instagram.statuses() == [Status.BOT.value]
