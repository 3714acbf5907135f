"""What may not be said in public goes on in private, in the order in which it is true."""

from __future__ import annotations

import asyncio

import pytest
from typing_extensions import override

from bot.connector import ErrorClass
from bot.desk.promise import PROMISE
from bot.domain.json import JsonObject
from bot.domain.message import DeliveryState
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.road import Road
from tests.fakes.connector import rejected
from tests.fakes.engine import PlainEngine
from tests.integration.service.cases import LINK, MOVED, Place, Wall, account, opened, place, posts

SORRY = "We are sorry. Please write to us here, so that we can look into it:"
REFUSED = rejected(ErrorClass.POLICY)


@pytest.fixture
def town(road: Road) -> Place:
    return place(road, account())


async def test_plain_answer_stays_public(town: Place) -> None:
    conversation_id = await town.hear(posts("when do you open?"))
    assert town.public() == ["1: when do you open?"]
    assert town.alone() == []
    assert await town.link_of(conversation_id) is None


async def test_complaint_is_answered_alone_first_and_then_in_public(town: Place) -> None:
    conversation_id = await town.hear(posts("a person please"))
    assert [each.content.text for each in town.connector.sent] == [
        "1: a person please",
        f"We are sorry. {MOVED}",
    ]
    assert town.alone() == ["1: a person please"]
    assert [each.conversation_id for each in await town.entries()] == [conversation_id]


async def test_promise_is_made_where_the_entry_is_made_though_the_bot_did_not_say_it(town: Place) -> None:
    await town.hear(posts("a person, vague"))
    assert PROMISE in town.alone()[0]


async def test_question_for_details_is_asked_alone_and_nobody_is_promised(town: Place) -> None:
    await town.hear(posts("where is my order?"))
    assert (town.alone(), town.public()) == (["1: where is my order?"], [MOVED])
    assert await town.entries() == []


async def test_thread_is_moved_once_and_said_to_be_at_most_once_more(town: Place) -> None:
    await town.hear(posts("where is my order?"))
    for number in (2, 3):
        await town.hear(posts("and my order?", event_id=f"post-{number}"))
    await town.hear(posts("when do you open?", event_id="post-4"))
    assert town.alone() == ["1: where is my order?"]
    assert town.public() == [MOVED, MOVED, "4: when do you open?"]


async def test_person_asked_for_in_a_moved_thread_is_promised_and_entered(town: Place) -> None:
    await town.hear(posts("where is my order?"))
    await town.hear(posts("a person!", event_id="post-2"))
    assert town.public()[-1] == f"{MOVED} A person on our team will answer you there."
    assert len(await town.entries()) == 1


async def test_refused_private_message_is_never_told_of_and_a_link_is_shown_instead(town: Place) -> None:
    town.connector.results = [REFUSED]
    conversation_id = await town.hear(posts("a person please"))
    (word,) = town.public()[:]
    assert LINK in word
    assert "A person" in word
    assert "have written" not in word
    link = await town.link_of(conversation_id)
    assert link is not None
    assert link.how == "link"
    assert await town.ask("SELECT attention FROM conversation") == ["delivery_failed"]


@pytest.mark.parametrize("words", ["a person please", "where is my order?"])
async def test_refused_without_a_link_a_person_is_promised_in_public_and_entered(
    town: Place, words: str
) -> None:
    town.connector.link, town.connector.results = None, [REFUSED]
    conversation_id = await town.hear(posts(words))
    assert town.public() == [PROMISE]
    assert len(await town.entries()) == 1
    assert await town.statuses() == ["queued"]
    assert await town.link_of(conversation_id) is None


async def test_person_who_is_called_for_after_all_appears_at_the_desk(town: Place) -> None:
    town.connector.link, town.connector.results = None, [REFUSED]
    conversation_id = (await receive(town.road, posts("where is my order?"))).conversation_id
    assert conversation_id is not None
    await answer(town.road, PlainEngine(), conversation_id)
    async with town.road.bus.live.subscribe() as events, asyncio.timeout(20):
        await town.send(conversation_id)
        event = await anext(event async for event in events if event.kind == "status")
    assert (event.conversation_id, event.data["status"]) == (conversation_id, "queued")


async def test_channel_that_cannot_make_its_link_keeps_nobody_waiting(road: Road) -> None:
    class Broken(Wall):
        @override
        def make_private_link(self, reply_context: JsonObject) -> str | None:
            raise KeyError("post")

    wall = place(road, account(Broken))
    await wall.hear(posts("a person please"))
    assert wall.public() == ["1: a person please"]
    assert len(await wall.entries()) == 1


async def test_private_message_of_unknown_fate_is_not_said_to_have_arrived(town: Place) -> None:
    town.connector.results = [OSError("the line broke")]
    conversation_id = await town.hear(posts("where is my order?"))
    assert LINK in town.public()[0]
    assert [each.delivery for each in await town.said(conversation_id)] == [
        None,
        DeliveryState.UNKNOWN,
        DeliveryState.SENT,
    ]


async def test_postponed_private_message_holds_the_public_word_back(town: Place) -> None:
    town.connector.results = [rejected(ErrorClass.TRANSIENT), opened()]
    conversation_id = await town.hear(posts("a person please"))
    assert town.public() == []
    await town.ask(f"UPDATE conversation SET deliver_due_at = now() WHERE id = {conversation_id} RETURNING 1")
    await town.send(conversation_id)
    assert [each.content.text for each in town.connector.sent][-1].endswith(MOVED)


async def test_key_that_the_platform_names_is_kept(town: Place) -> None:
    town.connector.results = [opened("psid-9")]
    link = await town.link_of(await town.hear(posts("a person please")))
    assert link is not None
    assert (link.private_key, link.how) == ("psid-9", "private_reply")


async def test_where_only_a_link_leads_there_nothing_else_is_said_in_public(road: Road) -> None:
    wall = place(road, account(Wall))
    await wall.hear(posts("where is my order?"))
    await wall.hear(posts("a person please", sender="bob", event_id="post-2"))
    assert wall.alone() == []
    assert wall.public() == [
        f"Please write to us here, so that we can look into it: {LINK}",
        f"{SORRY} {LINK} A person on our team will answer you there.",
    ]


async def test_place_without_a_way_answers_in_public_as_ever(road: Road) -> None:
    wall = place(road, account(Wall))
    wall.connector.link = None
    await wall.hear(posts("a person please"))
    assert wall.public() == ["1: a person please"]
