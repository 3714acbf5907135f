"""Actions that look back see the whole conversation; those that do not, cost no more in a long one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.dialogue.window import LOGGED_EVENTS
from bot.domain.json import JsonObject
from bot.domain.message import Author
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage import event_log, messages
from tests.conversations.talk import build_engine
from tests.integration.service.events import says
from tests.unit.dialogue.specs import RULES, action, intent, rule, spec

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies

ROUNDS = 15  # of five events each: the tracker remembers the last thirty


class Tell:
    """Says how many messages of the contact there were, and what the first of them was."""

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        said = [event for event in tracker.events if event["event"] == "user"]
        first = tracker.applied_events()[0]["event"]
        dispatcher.utter_message(text=f"{len(said)}, first {said[0]['text']}, {first}")
        return []


class Look:
    """Uses what is there without looking back."""

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(text=" ".join(map(str, _newest(tracker))))
        return []


class Read:
    """Reads of every event what Rasa's have, also where it is empty."""

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        heard = [event["parse_data"] for event in tracker.events if event["event"] == "user"]
        said = [event["data"] for event in tracker.events if event["event"] == "bot"]
        assert {tuple(each["entities"]) for each in heard} == {()}
        assert all(each["message_id"] and each["metadata"] == {} for each in heard)
        assert {each[part] for each in said for part in ("buttons", "custom", "attachment")} == {None}
        dispatcher.utter_message(text=f"{len(heard)} heard, {len(said)} said")
        return []


def _newest(tracker: Any) -> tuple[Any, ...]:
    assert tracker.events
    assert len(tracker.events[-2:]) == 2
    return (
        tracker.get_slot("size"),
        tracker.latest_message["text"],
        tracker.get_latest_input_channel(),
        tracker.slots_to_validate(),
    )


async def _talk(road: Road, name: str, act: Any) -> list[str]:
    rules = (*RULES, rule("x", intent("yes"), action(name)))
    engine = build_engine(spec(rules=rules, actions=(name,)), actions={name: act})
    conversation_id = None
    for text in (*["/greet"] * ROUNDS, "/yes"):
        conversation_id = (await receive(road, says(text))).conversation_id
        assert conversation_id is not None
        await answer(road, engine, conversation_id)
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id or 0)
    return [message.content.text for message in stored if message.author is Author.BOT]


async def test_an_action_that_looks_back_sees_all_that_was_said(road: Road) -> None:
    said = await _talk(road, "action_tell", Tell())
    assert said[-1] == f"{ROUNDS + 1}, first /greet, action"


async def test_events_have_the_keys_of_rasas_whether_kept_or_fetched(road: Road) -> None:
    said = await _talk(road, "action_read", Read())
    assert said[-1] == f"{ROUNDS + 1} heard, {ROUNDS} said"


async def test_an_action_that_does_not_look_back_reads_no_log(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> Sequence[JsonObject]:
        raise AssertionError("the log was read")

    monkeypatch.setattr(event_log, "load_newest_events", refuse)
    assert (await _talk(road, "action_look", Look()))[-1] == "None /yes webchat {}"


async def test_the_newest_events_are_read_in_their_order(road: Road) -> None:
    await _talk(road, "action_tell", Tell())
    async with road.database.read() as connection:
        every = await event_log.load_newest_events(connection, 1, 1000)
        some = await event_log.load_newest_events(connection, 1, 7)
    assert len(every) > LOGGED_EVENTS
    assert some == every[-7:]
    assert [event["timestamp"] for event in every] == sorted(
        float(str(event["timestamp"])) for event in every
    )
