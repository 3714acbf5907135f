"""Responses, templates, what customers see of them, and payloads of buttons."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.event_json import event_json, parse_event
from bot.dialogue.features import slot_feature
from bot.dialogue.intent_message import parse_intent_message
from bot.dialogue.messages import contents, handoff_of
from bot.dialogue.responses import bot_event, suitable
from bot.dialogue.scene import Scene
from bot.dialogue.spec import SlotSpec, SlotType, Variation
from bot.dialogue.templates import fill, fill_text
from bot.domain.handoff import HandoffRequest, Priority
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Button, Content
from bot.errors import ActionError
from tests.unit.dialogue.specs import domain

CATALOGUE = Catalogue(domain())


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("hi {name}", "hi Bo"),
        ("{none} {flag} {a.b}", "None False 3"),
        ("{{name}}", "{name}"),
        ("{{{name}}}", "{Bo}"),
        ("{name} {gone}", "{name} {gone}"),
        ("{{name}} {name}", "{{name}} {name}"),
        ("{}", "{}"),
        ("{ {name}", "{ Bo"),
        ("{name!r}", "{name!r}"),
        ('{"a": "{name}"}', '{"a": "{name}"}'),
        ('/greet{"a": "{name}", "b": 1}', '/greet{"a": "{name}", "b": 1}'),
        ('/greet{{"a": "{name}"}}', '/greet{"a": "Bo"}'),
    ],
)
def test_template_is_filled_as_in_rasa(template: str, said: str) -> None:
    assert fill_text(template, {"name": "Bo", "none": None, "flag": False, "a.b": 3}) == said


@given(st.text(alphabet="{}ab \n", max_size=20))
def test_any_template_gives_some_text(template: str) -> None:
    assert isinstance(fill_text(template, {"a": "x"}), str)


def test_filling_goes_into_lists_and_maps_but_not_into_keys() -> None:
    assert fill({"{a}": [{"t": "{a}"}, 1, None]}, {"a": "x"}) == {"{a}": [{"t": "x"}, 1, None]}


PLAIN = Variation(body={"text": "plain"})
CHANNEL = Variation(body={"text": "channel"}, channel="collector")
COND = Variation(body={"text": "cond"}, conditions=(("city", "Rome"),))
BOTH = Variation(body={"text": "both"}, channel="rest", conditions=(("city", "rome"),))


@pytest.mark.parametrize(
    ("variations", "slots", "channel", "expected"),
    [
        ((PLAIN, CHANNEL, COND, BOTH), {"city": "ROME"}, "rest", [BOTH]),
        ((PLAIN, CHANNEL, COND), {"city": "Rome"}, "rest", [CHANNEL]),
        ((PLAIN, CHANNEL, COND), {"city": "Rome"}, "telegram", [COND]),
        ((PLAIN, COND, PLAIN), {"city": None}, "rest", [PLAIN, PLAIN]),
        ((COND,), {}, "rest", []),
    ],
)
def test_variation_is_chosen_by_channel_then_conditions(
    variations: tuple[Variation, ...], slots: dict[str, Any], channel: str, expected: list[Variation]
) -> None:
    assert suitable(variations, slots, channel) == expected


def test_response_names_itself_and_varies() -> None:
    both = {"utter_x": (Variation(body={"text": "a"}), Variation(body={"text": "b"}))}
    scene = Scene(catalogue=Catalogue(domain(responses=both)), channel="rest", choose=random.choice)
    said = [scene.utter("utter_x", {})[0] for _ in range(64)]
    assert {event.text for event in said} == {"a", "b"}
    assert said[0].metadata == {"utter_action": "utter_x"}
    assert scene.utter("utter_gone", {}) == ()


def test_bot_event_becomes_messages_in_rasas_order() -> None:
    attachment: JsonObject = {"type": "file", "payload": {"src": "http://f"}}
    event = bot_event(
        {
            "text": "one\n\ntwo",
            "custom": {"k": 1},
            "image": "http://i",
            "attachment": attachment,
            "elements": [{"title": "T", "subtitle": "S", "buttons": [{"title": "b", "payload": "/b"}]}],
        }
    )
    assert contents(event) == [
        Content(text="one"),
        Content(text="two"),
        Content(custom={"k": 1}),
        Content(image="http://i"),
        Content(attachments=(Attachment(kind="file", ref="http://f", written=attachment),)),
        Content(text="T : S", buttons=(Button(title="b", payload="/b"),)),
    ]


def test_text_with_buttons_stays_whole_and_an_image_is_sent_once() -> None:
    event = bot_event({"text": "a\n\nb", "buttons": [{"title": "x", "payload": "/x"}], "image": "http://i"})
    assert event.data["attachment"] == "http://i"
    assert contents(event) == [
        Content(text="a\n\nb", buttons=(Button(title="x", payload="/x"),)),
        Content(image="http://i"),
    ]


def test_handoff_payload_is_taken_out_of_what_customers_see() -> None:
    payload = {"handoff": {"reason": "r", "priority": "urgent", "queue": "q", "summary": "s"}}
    event = bot_event({"custom": payload})
    assert contents(event) == []
    assert handoff_of(event) == HandoffRequest(reason="r", priority=Priority.URGENT, queue="q", summary="s")


@pytest.mark.parametrize("custom", [{"handoff": "yes"}, {"other": 1}, None])
def test_other_payloads_are_no_handoff(custom: Any) -> None:
    assert handoff_of(bot_event({"custom": custom})) is None


def test_handoff_with_nonsense_inside_still_reaches_a_person() -> None:
    handoff = handoff_of(bot_event({"custom": {"handoff": {"priority": ["x"], "queue": None}}}))
    assert handoff == HandoffRequest(reason="asked_for_person")


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "entities"),
    [
        ("/greet", "greet", 1.0, []),
        (" /greet@0.4 ", "greet", 0.4, []),
        ("/greet@7", "greet", 1.0, []),
        ("/greet@1.2.3", "greet", 0.0, []),
        ('/inform{"size": "L", "gone": 1}', "inform", 1.0, [("size", "L")]),
        ('/inform{"size": ["L", "M"]}', "inform", 1.0, [("size", "L"), ("size", "M")]),
        ("/inform{broken}", "inform", 1.0, []),
        ("/restart", "restart", 1.0, []),
    ],
)
def test_intent_message_is_read(text: str, intent: str, confidence: float, entities: list[Any]) -> None:
    understanding = parse_intent_message(text, CATALOGUE)
    assert understanding is not None
    assert understanding.intent is not None
    assert (understanding.intent.name, understanding.intent.confidence) == (intent, confidence)
    assert [(each.entity, each.value) for each in understanding.entities] == entities


@pytest.mark.parametrize("text", ["greet", "/nobody", "/greet hello", "/", "", "//", "a /greet"])
def test_other_text_is_left_to_nlu(text: str) -> None:
    assert parse_intent_message(text, CATALOGUE) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_intent_messages(text: str) -> None:
    parse_intent_message(f"/{text}", CATALOGUE)


@pytest.mark.parametrize(
    ("kind", "value", "feature"),
    [
        (SlotType.TEXT, "", (1.0,)),
        (SlotType.TEXT, None, None),
        (SlotType.BOOL, "TRUE", (1.0, 1.0)),
        (SlotType.BOOL, 0, (1.0, 0.0)),
        (SlotType.BOOL, "maybe", None),
        (SlotType.FLOAT, "5", (1.0, 0.5)),
        (SlotType.FLOAT, 99, (1.0, 1.0)),
        (SlotType.FLOAT, "x", None),
        (SlotType.LIST, [], None),
        (SlotType.LIST, ["a"], (1.0,)),
        (SlotType.CATEGORICAL, "B", (0.0, 1.0, 0.0)),
        (SlotType.CATEGORICAL, "z", (0.0, 0.0, 1.0)),
        (SlotType.ANY, "x", None),
    ],
)
def test_slot_counts_by_its_feature(kind: SlotType, value: Any, feature: Any) -> None:
    slot = SlotSpec(name="s", type=kind, mappings=(), values=("a", "b"), max_value=10.0)
    assert slot_feature(slot, value) == feature


@pytest.mark.parametrize(
    "event",
    [
        {"event": "slot", "name": "a", "value": False},
        {"event": "reminder", "intent": "x", "date_time": "2026-01-01T00:00:00", "kill_on_user_msg": False},
        {"event": "followup", "name": "action_x"},
        {"event": "user_featurization", "use_text_for_featurization": False},
        {"event": "entities", "entities": [{"entity": "a"}]},
        {"event": "rewind", "timestamp": 5.0, "metadata": {"a": 1}},
        {"event": "action", "name": None, "action_text": "hello there", "hide_rule_turn": True},
        {"event": "user", "text": "a", "parse_data": {"intent": {"name": "b"}}, "message_id": "3"},
    ],
)
def test_event_keeps_what_rasa_wrote(event: dict[str, Any]) -> None:
    assert event.items() <= event_json(parse_event(event)).items()


def test_old_names_of_events_are_understood() -> None:
    assert event_json(parse_event({"event": "form", "name": "f"}))["event"] == "active_loop"
    assert event_json(parse_event({"event": "form_validation", "validate": False}))["is_interrupted"] is True


@pytest.mark.parametrize(
    "event", [{}, {"event": "nonsense"}, {"event": "slot"}, {"event": "loop_interrupted"}]
)
def test_unknown_event_is_an_error(event: dict[str, Any]) -> None:
    with pytest.raises(ActionError):
        parse_event(event)
