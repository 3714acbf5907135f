"""A turn, answered by Rasa."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.message import Kind
from bot.domain.trigger import Trigger
from bot.domain.understanding import IntentScore, Triage
from bot.engines.at_once import AtOnce
from bot.engines.unsupported import CANNOT_SEE
from bot.errors import EngineError
from tests.unit.engines.rasa.contact import Contact, make_message, open_engine

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from bot.dialogue.catalogue import Catalogue
    from tests.fakes.rasa import FakeRasa


async def test_replies_events_and_understanding_come_from_rasa_and_triage_from_us(contact: Contact) -> None:
    assert await contact.say("hours") == ["You said hours."]

    result = contact.results[0]
    kinds = [event["event"] for event in result.events]
    assert kinds == ["action", "session_started", "action", "user", "bot", "action"]
    heard: Any = result.events[3]
    assert (heard["message_id"], heard["input_channel"]) == ("1", "rest")
    assert "visavis_message" not in heard["metadata"]
    assert heard["parse_data"]["triage"]["complaint"] == 0.8
    understanding = result.understandings[0]
    assert understanding is not None
    assert understanding.intent == IntentScore(name="hours", confidence=0.9)
    assert (understanding.language, understanding.triage) == ("en", Triage(complaint=0.8))


async def test_second_turn_brings_only_what_is_new(contact: Contact) -> None:
    await contact.say("hours")
    assert await contact.say("shipping") == ["You said shipping."]

    assert [event["event"] for event in contact.results[1].events] == ["user", "bot", "action"]


async def test_handoff_pauses_rasa_and_giving_back_resumes_it(contact: Contact, rasa: FakeRasa) -> None:
    assert await contact.say("person") == ["A person will answer."]

    handoff = contact.results[0].handoff
    assert handoff is not None
    assert (handoff.reason, handoff.queue) == ("asked_for_person", "support")
    assert await contact.say("hours", resumed=True) == ["You said hours."]
    assert [result.paused for result in contact.results] == [True, False]
    kinds = [event["event"] for event in contact.results[1].events]
    assert kinds[0] == "resume"
    assert rasa.names(contact.sender) == ["person", "hours"]


async def test_wish_for_a_person_is_heard_where_rasa_hears_another_thing(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    at_once = AtOnce(intents=frozenset({"complain"}), wish="complain")
    contact = Contact(await open_engine(rasa, catalogue, stack, at_once=at_once))
    assert await contact.say("hours") == ["You said hours."]
    assert await contact.say("hours? call me please") == []

    result = contact.results[1]
    assert result.handoff is not None
    assert result.handoff.reason == "asked_for_person"
    assert "hours? call me please" in result.handoff.summary
    assert await contact.say("hours", resumed=True) == ["You said hours."]


async def test_burst_is_one_message_and_a_button_another(contact: Contact, rasa: FakeRasa) -> None:
    await contact.say("hours", "and shipping", "/hours")

    assert rasa.names(contact.sender) == ["hours\nand shipping", "/hours"]
    understood = contact.results[0].understandings
    assert understood[0] is None
    assert understood[1] is not None
    assert understood[2] is None


async def test_picture_alone_means_its_intent(contact: Contact, rasa: FakeRasa) -> None:
    await contact.say("")

    assert rasa.names(contact.sender) == ["/media"]


@pytest.mark.parametrize("words", [(), ("hours",)])
async def test_what_nobody_can_read_is_said_to_be_so_and_not_told_to_rasa(
    contact: Contact, rasa: FakeRasa, words: tuple[str, ...]
) -> None:
    unsupported = [replace(make_message(number, ""), kind=Kind.UNSUPPORTED) for number in (1, 2)]
    read = [make_message(3 + number, text) for number, text in enumerate(words)]
    told = await contact.turn(replace(contact.blank(), messages=(*unsupported, *read)))

    assert told == [CANNOT_SEE, *(f"You said {text}." for text in words)]
    assert [name for sender in rasa.conversations for name in rasa.names(sender)] == list(words)


async def test_bot_that_is_silenced_says_nothing_about_what_it_cannot_read(contact: Contact) -> None:
    await contact.say("person")
    unsupported = replace(make_message(9, ""), kind=Kind.UNSUPPORTED)

    assert await contact.turn(replace(contact.blank(), messages=(unsupported,))) == []
    assert await contact.turn(replace(contact.blank(), messages=(unsupported,), resumed=True)) == [CANNOT_SEE]


async def test_turn_without_words_asks_rasa_nothing(contact: Contact, rasa: FakeRasa) -> None:
    reaction = replace(make_message(1, "x"), kind=Kind.REACTION)

    assert await contact.turn(replace(contact.blank(), messages=(reaction,))) == []
    assert rasa.conversations == {}


async def test_trigger_begins_a_turn_that_nobody_said(contact: Contact, rasa: FakeRasa) -> None:
    await contact.say("hours")
    turn = replace(contact.blank(), trigger=Trigger(intent="remind"))

    assert await contact.turn(turn) == ["I will."]
    assert rasa.names(contact.sender) == ["hours", "EXTERNAL: remind"]


async def test_reminders_are_taken_from_rasa_for_they_are_ours_to_keep(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("remind")

    assert "reminder" in [event["event"] for event in contact.results[0].events]
    assert rasa.conversations[contact.sender][-1]["event"] == "cancel_reminder"
    assert await contact.say("hours") == ["You said hours."]
    assert "cancel_reminder" not in [event["event"] for event in contact.results[1].events]


async def test_bot_that_rasa_had_to_stop_asks_for_a_person(contact: Contact, rasa: FakeRasa) -> None:
    rasa.circles = True
    await contact.say("hours")

    handoff = contact.results[0].handoff
    assert handoff is not None
    assert handoff.reason == "bot_failed"


async def test_silenced_bot_stays_silent(contact: Contact) -> None:
    await contact.say("person")

    assert await contact.say("hours") == []
    assert contact.results[1].handoff is None


async def test_message_that_rasa_made_nothing_of_is_an_error(contact: Contact, rasa: FakeRasa) -> None:
    await contact.say("hours")
    rasa.broken = True

    with pytest.raises(EngineError, match="could not answer"):
        await contact.say("hours")


async def test_sender_of_any_letters_stays_one_conversation(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    contact = Contact(await open_engine(rasa, catalogue, stack), sender="rest:open:a/b c?ü#%")
    await contact.say("form")

    assert await contact.say("medium") == ["Which colour?"]
    assert len(rasa.conversations) == 1


async def test_parse_is_rasas_with_our_triage(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    understood = await (await open_engine(rasa, catalogue, stack)).parse("hours")

    assert understood.intent == IntentScore(name="hours", confidence=0.9)
    assert understood.triage == Triage(complaint=0.8)
