"""What Rasa forgot, or did without us: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.trigger import Trigger
from bot.errors import EngineUnavailable
from tests.unit.engines.rasa.contact import CROWDED, Contact, make_engine, open_engine

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from bot.dialogue.catalogue import Catalogue
    from tests.fakes.rasa import FakeRasa


async def test_rasa_that_lost_its_memory_is_told_and_goes_on(contact: Contact, rasa: FakeRasa) -> None:
    assert await contact.say("form") == ["Which size?"]
    rasa.forget()

    assert await contact.say("medium") == ["Which colour?"]
    assert rasa.names(contact.sender) == ["form", "medium"]
    assert [event["event"] for event in contact.results[1].events] == ["user", "slot", "bot", "action"]


async def test_call_that_broke_off_after_rasa_acted_is_not_made_again(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("form")
    rasa.hang_up = 1

    assert await contact.say("medium") == ["Which colour?"]
    assert rasa.acted == ["form", "medium"]


async def test_message_that_rasa_answered_before_we_died_is_not_said_again(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("form")
    assert await contact.say_in_vain("medium", first_id=7) == ["Which colour?"]

    assert await contact.say("medium", first_id=7) == ["Which colour?"]
    assert rasa.acted == ["form", "medium"]


async def test_first_turn_after_another_engines_is_not_answered_twice_either(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("form")
    assert contact.tracker is not None
    # As the other one writes it.
    contact.tracker = {key: part for key, part in contact.tracker.items() if key != "rasa"}
    rasa.forget()
    assert await contact.say_in_vain("medium", first_id=7) == ["Which colour?"]

    assert await contact.say("medium", first_id=7) == ["Which colour?"]
    assert rasa.acted == ["form", "medium"]


async def test_trigger_that_rasa_acted_on_before_we_died_is_not_repeated(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("hours")
    turn = replace(contact.blank(), trigger=Trigger(intent="form"))
    await contact.turn(turn)

    assert await contact.turn(turn) == ["Which size?"]
    assert rasa.acted == ["hours", "form"]


async def test_late_answer_to_a_turn_that_failed_is_remembered_and_not_sent(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("hours")
    await contact.say_in_vain("form", first_id=7)  # a person answered

    assert await contact.say("medium", first_id=8, resumed=True) == ["Which colour?"]
    said = [event.get("text") for event in contact.results[-1].events if event["event"] == "user"]
    assert said == ["form", "medium"]
    assert rasa.acted == ["hours", "form", "medium"]


async def test_what_is_kept_and_what_rasa_of_ours_remembers_do_not_grow(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    contact = Contact(await open_engine(rasa, catalogue, stack))
    kept, remembered = [], []
    for number in range(40):
        await contact.say("hours", first_id=number + 1)
        kept.append(len(json.dumps(contact.tracker)))
        remembered.append(len(rasa.conversations[contact.sender]))
        contact.results.clear()

    assert max(kept[20:]) <= max(kept[:20]) + 100  # numbers get longer
    assert max(remembered) < CROWDED + 10
    assert {how for how, _ in rasa.told} == {"replace"}


async def test_memory_of_somebody_elses_rasa_is_never_replaced(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    contact = Contact(await open_engine(rasa, catalogue, stack, ours=False))
    for number in range(25):
        await contact.say("hours", first_id=number + 1)
        contact.results.clear()
    rasa.forget()
    await contact.say("hours", first_id=200)

    assert {how for how, _ in rasa.told} == {"append"}


async def test_rasa_that_is_gone_is_waited_for_and_then_named(catalogue: Catalogue) -> None:
    gone = make_engine("http://secret@127.0.0.1:9/", catalogue, token="secret")

    with pytest.raises(EngineUnavailable, match="does not answer at http://127") as raised:
        await Contact(gone).say("hours")
    await gone.close()
    assert "secret" not in str(raised.value)
