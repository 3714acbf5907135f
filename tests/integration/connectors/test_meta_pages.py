"""A page and an Instagram account on the real road: signed deliveries in, answers at Meta, each once."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.conversation import Status
from bot.domain.message import Author, DeliveryState, Kind
from bot.service import sending
from connectors.instagram.connector import InstagramConnector
from connectors.messenger.connector import MessengerConnector
from tests.fakes.graph import Fault, run_fake_graph
from tests.fakes.graph_events import INSTAGRAM, PAGE, body, comment, echo, said
from tests.integration.connectors.meta_house import ANN, House, house, now

if TYPE_CHECKING:
    from bot.service.road import Road


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
