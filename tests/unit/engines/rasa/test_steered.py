"""Orders of programs, carried out by Rasa."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.engines.steering import AppendEvents, BeginSession, LogMessage, RunAction
from bot.errors import BadEvent, UnknownAction
from tests.unit.engines.rasa.contact import Contact

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.engines.engine import TurnResult


def kinds(result: TurnResult) -> list[object]:
    return [event["event"] for event in result.events]


async def test_programs_may_have_rasa_run_an_action(contact: Contact) -> None:
    await contact.say("hours")
    result = await contact.steer(RunAction(name="utter_again", policy="SimplePolicy", confidence=0.5))

    assert kinds(result) == ["action", "bot"]
    assert [content.text for content in result.replies] == ["Did utter_again."]
    assert result.handoff is None
    with pytest.raises(UnknownAction):
        await contact.steer(RunAction(name="action_nobody_knows"))
    assert await contact.say("shipping") == ["You said shipping."]


async def test_programs_may_log_a_message_under_our_id(contact: Contact) -> None:
    result = await contact.steer(LogMessage(text="hours", message_id="17"))

    assert kinds(result) == ["action", "session_started", "action", "user", "slot"]
    assert result.events[3]["message_id"] == "17"
    assert result.replies == ()


async def test_programs_may_append_events_and_only_those_to_be_sent_are(contact: Contact) -> None:
    await contact.say("hours")
    said: tuple[JsonObject, ...] = ({"event": "bot", "text": "By the way.", "data": {}},)

    assert (await contact.steer(AppendEvents(events=said))).replies == ()
    shown = await contact.steer(AppendEvents(events=said, say=True))
    assert [content.text for content in shown.replies] == ["By the way."]
    with pytest.raises(BadEvent):
        await contact.steer(AppendEvents(events=({"event": "nonsense"},)))


async def test_programs_may_put_other_events_in_the_place_of_all(contact: Contact) -> None:
    await contact.say("hours")
    result = await contact.steer(
        AppendEvents(events=({"event": "slot", "name": "asked", "value": "size"},), anew=True)
    )

    assert kinds(result) == ["action", "session_started", "action", "slot"]
    described = await contact.engine.describe(contact.sender, contact.tracker)
    assert described["slots"] == {"asked": "size", "session_started_metadata": None}
    assert await contact.say("medium") == ["Which colour?"]


async def test_programs_may_begin_a_session_once(contact: Contact) -> None:
    assert kinds(await contact.steer(BeginSession())) == ["action", "session_started", "action"]
    assert kinds(await contact.steer(BeginSession())) == []


async def test_programs_may_look_at_what_would_be_done_next(contact: Contact) -> None:
    await contact.say("hours")
    forecast = await contact.engine.predict(contact.tracker)

    assert (forecast.policy, forecast.confidence) == ("RulePolicy", 1.0)
    assert forecast.scores[1] == ("after ['hours']", 1.0)
    assert await contact.engine.get_intents() >= {"hours", "restart"}
    replayed = await contact.engine.replay(contact.results[0].events)
    assert len(replayed.events) == len(contact.results[0].events)
