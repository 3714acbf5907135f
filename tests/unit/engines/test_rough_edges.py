"""What customers, actions and projects do that nobody meant: the native engine stays sensible."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.dialogue.spec import MappingType, PolicySpec, SlotMapping, SlotSpec, SlotType
from bot.dialogue.storable import storable
from bot.domain.message import Kind
from bot.engines.unsupported import CANNOT_SEE
from tests.conversations.talk import Words, message
from tests.unit.dialogue.specs import RULES, action, intent, loop, rule, say, spec
from tests.unit.engines.test_native import Act, talk

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies

PHOTO = message("", number=7, kind=Kind.MEDIA)
STICKER = message("", number=8, kind=Kind.UNSUPPORTED)
HI = message("hi", number=9)
TWO_STAGES = (
    *RULES,
    rule(
        "unclear",
        intent("nlu_fallback"),
        action("action_two_stage_fallback"),
        loop("action_two_stage_fallback"),
    ),
)


def check_storable(value: Any) -> None:
    """What PostgreSQL refuses in JSON: numbers that are none, null bytes, half characters."""
    json.dumps(value, allow_nan=False)
    text = json.dumps(value, ensure_ascii=False)
    text.encode()
    assert r"\u0000" not in text.replace(r"\\", "")  # a backslash itself is written as two


# --- what a button's JSON can hold, and an action can return


async def test_values_of_a_button_are_made_storable() -> None:
    shop = talk()
    await shop.say(r'/inform{"size": "L\u0000\ud800", "city": [NaN, 1e999, {"a\u0000": "\ud83d\ude00"}]}')
    assert shop.last is not None
    check_storable(shop.last.events)
    check_storable(shop.last.tracker)
    [size] = [event["value"] for event in shop.last.events if event.get("name") == "size"]
    assert size == "L\ufffd"


async def test_values_of_an_action_are_made_storable() -> None:
    def does(dispatcher: Any, _tracker: Any) -> list[Any]:
        dispatcher.utter_message(text="a\x00b", json_message={"when": datetime(2026, 3, 2, tzinfo=UTC)})
        return [
            {"event": "slot", "name": "wishes", "value": {"b", "a"}},
            {"event": "slot", "name": "size", "value": math.nan},
            {"event": "slot", "name": "note", "value": "\x00half \ud800"},
        ]

    shop = talk(actions={"action_x": Act(does)})
    await shop.say("/yes")
    assert shop.last is not None
    check_storable(shop.last.events)
    check_storable(shop.last.tracker)
    assert [(reply.text, reply.custom) for reply in shop.last.replies] == [
        ("ab", None),
        ("", {"when": "2026-03-02 00:00:00+00:00"}),
    ]
    slots = {event["name"]: event["value"] for event in shop.last.events if event["event"] == "slot"}
    assert slots == {"wishes": ["a", "b"], "size": None, "note": "half \ufffd"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner) | st.tuples(inner),
)


@given(anything)
def test_anything_can_be_made_storable(value: Any) -> None:
    check_storable(storable(value))


def test_what_is_nested_too_deep_is_cut_off() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    check_storable(storable(deep))


# --- pictures


@pytest.mark.parametrize("burst", [(PHOTO, HI), (HI, PHOTO), (PHOTO, PHOTO, HI), (PHOTO, HI, PHOTO)])
async def test_picture_belongs_to_the_words_beside_it(burst: tuple[Any, ...]) -> None:
    shop = talk(rules=TWO_STAGES, words=Words({"hi": "greet"}))
    result = await shop.send(*burst)
    assert [reply.text for reply in result.replies] == ["hello"]
    # Trainers are shown the message that has the words.
    understood = [each.kind for each, one in zip(burst, result.understandings, strict=True) if one]
    assert understood == [Kind.TEXT]
    [heard] = [event for event in result.events if event["event"] == "user"]
    assert heard["message_id"] == str(HI.id)


async def test_what_nobody_can_read_is_owned_up_to_beside_words() -> None:
    shop = talk(rules=TWO_STAGES, words=Words({"hi": "greet"}))
    result = await shop.send(PHOTO, STICKER, HI, replace(STICKER, id=11))
    assert [reply.text for reply in result.replies] == [CANNOT_SEE, "hello"]
    assert [event["text"] for event in result.events if event["event"] == "user"] == ["hi"]


@pytest.mark.parametrize(
    ("responses", "words"), [({}, CANNOT_SEE), ({"utter_unsupported": say("words, please")}, "words, please")]
)
async def test_what_nobody_can_read_is_answered_in_the_brands_words_without_a_rule(
    responses: dict[str, Any], words: str
) -> None:
    shop = talk(responses={**spec().domain.responses, **responses})
    result = await shop.send(STICKER, replace(STICKER, id=11))
    assert [reply.text for reply in result.replies] == [words]
    assert await shop.say("/greet") == ["hello"]  # and the session began as ever
    assert shop.events("action") == ["utter_greet", "action_listen"]


async def test_what_nobody_can_read_leaves_a_form_as_it_is() -> None:
    shop = talk()
    await shop.say("/order")
    result = await shop.send(STICKER)
    assert [reply.text for reply in result.replies] == [CANNOT_SEE]
    assert await shop.say('/inform{"size": "L"}') == ["anything else?"]


async def test_bot_that_was_silenced_says_nothing_about_what_it_cannot_read() -> None:
    def quiet(_dispatcher: Any, _tracker: Any) -> list[Any]:
        return [{"event": "pause"}]

    shop = talk(actions={"action_x": Act(quiet)})
    await shop.say("/yes")
    result = await shop.send(STICKER)
    assert (result.replies, result.events) == ((), ())


async def test_pictures_without_words_are_one_message_that_is_not_understood() -> None:
    responses = {**spec().domain.responses, "utter_ask_rephrase": say("in words, please?")}
    shop = talk(rules=TWO_STAGES, responses=responses)
    result = await shop.send(PHOTO, PHOTO, STICKER)
    assert [reply.text for reply in result.replies] == ["in words, please?"]


# --- mistakes that a check would have found


async def test_predicted_action_that_does_not_exist_is_logged_and_handed_to_a_person() -> None:
    shop = talk(rules=(rule("typing error", intent("greet"), action("utter_gret")),))
    with structlog.testing.capture_logs() as logs:
        assert await shop.say("/greet") == []
    assert shop.last is not None
    assert shop.last.handoff is not None
    assert shop.last.handoff.reason == "bot_failed"
    [entry] = logs
    assert entry["log_level"] == "error"
    assert "utter_gret" in entry["reason"]


async def test_fallback_action_that_does_not_exist_is_handed_to_a_person() -> None:
    shop = talk(policies=PolicySpec(core_fallback_action="action_ordr"))
    await shop.say("/no")
    assert shop.last is not None
    assert shop.last.handoff is not None


async def test_action_that_fails_while_slots_are_filled_leaves_a_trace() -> None:
    def fail(_dispatcher: Any, _tracker: Any) -> list[Any]:
        raise RuntimeError("out of paper")

    mapping = SlotMapping(type=MappingType.CUSTOM, action="action_find")
    slots = {**spec().domain.slots, "found": SlotSpec(name="found", type=SlotType.TEXT, mappings=(mapping,))}
    shop = talk(actions={"action_find": Act(fail)}, more_actions=("action_find",), slots=slots)
    with structlog.testing.capture_logs() as logs:
        assert await shop.say("/greet") == ["hello"]  # as in Rasa, the turn goes on
    [entry] = logs
    assert (entry["event"], entry["action"]) == ("Action failed", "action_find")


async def test_action_that_fails_is_logged_and_so_is_what_follows() -> None:
    with structlog.testing.capture_logs() as logs:
        await talk().say("/yes")
    assert [each["event"] for each in logs] == ["Action failed", "The bot gives up"]


# --- retrieval intents

FAQ = {
    "rules": (rule("faq", intent("greet"), action("utter_greet")),),
    "responses": {"utter_greet/short": say("hi"), "utter_greet/long": say("good morning")},
}


async def test_button_with_a_key_gets_its_answer() -> None:
    shop = talk(**FAQ)
    assert await shop.say("/greet/long") == ["good morning"]
    assert await shop.say("/greet/short") == ["hi"]


async def test_retrieval_intent_without_a_key_is_handed_to_a_person() -> None:
    shop = talk(**FAQ)
    assert await shop.say("/greet") == []
    assert shop.last is not None
    assert shop.last.handoff is not None


async def test_unknown_key_is_plain_text() -> None:
    shop = talk(**FAQ, words=Words({}))
    await shop.say("/greet/unknown")
    assert shop.last is not None
    [understanding] = shop.last.understandings
    assert understanding is not None
    assert understanding.fallback


# --- what an action asked for, and another refused


async def test_action_that_was_to_follow_and_refuses_is_not_tried_again() -> None:
    def follow(_dispatcher: Any, _tracker: Any) -> list[Any]:
        return [{"event": "followup", "name": "action_y"}]

    def refuse(_dispatcher: Any, _tracker: Any) -> list[Any]:
        raise ActionExecutionRejection("action_y")

    shop = talk(actions={"action_x": Act(follow), "action_y": Act(refuse)}, more_actions=("action_y",))
    await shop.say("/yes")
    assert shop.events("action_execution_rejected") == ["action_y"]
    assert shop.events("action")[-1] == "action_listen"
    assert shop.last is not None
    assert shop.last.handoff is None


async def test_restarting_while_paused_trips_no_circuit_breaker() -> None:
    """A pause leaves no listening behind; actions are not counted on after a message was taken back."""

    def pause(_dispatcher: Any, _tracker: Any) -> list[Any]:
        return [{"event": "pause"}]

    def fall_back(_dispatcher: Any, _tracker: Any) -> list[Any]:
        return [{"event": "rewind"}]

    policies = PolicySpec(core_fallback_threshold=0.4, core_fallback_action="action_y")
    actions = {"action_x": Act(pause), "action_y": Act(fall_back)}
    shop = talk(actions=actions, more_actions=("action_y",), policies=policies)
    for text in ("/yes", *["/restart"] * 5):
        await shop.say(text)
        assert shop.last is not None
        assert shop.last.handoff is None
