from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue.spec import (
    EntitySpec,
    FormSpec,
    IntentSpec,
    MappingCondition,
    MappingType,
    SlotMapping,
    SlotType,
    Variation,
)
from bot.rasa_format.domain_file import read_domain
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml
from tests.unit.rasa_format.domains import read_texts as read

ENTITIES = "entities:\n- a\n- b\n- c: {influence_conversation: false}\n"


def test_default_intents_are_added_and_all_are_sorted() -> None:
    domain, problems = read("intents: [zeta, greet]\n")

    assert problems == []
    assert list(domain.intents) == [
        "back", "greet", "nlu_fallback", "out_of_scope", "restart", "session_start", "zeta",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "spec"),
    [
        ("x", IntentSpec(name="x", ignore_entities=("c",))),
        ("x: {use_entities: true}", IntentSpec(name="x", ignore_entities=("c",))),
        ("x: {use_entities: false}", IntentSpec(name="x", use_entities=(), ignore_entities=("c",))),
        ("x: {use_entities: []}", IntentSpec(name="x", use_entities=(), ignore_entities=("c",))),
        ("x: {use_entities: null}", IntentSpec(name="x", use_entities=(), ignore_entities=("c",))),
        ("x: {use_entities: [a, c]}", IntentSpec(name="x", use_entities=("a", "c"), ignore_entities=("c",))),
        ("x: {use_entities: [c], ignore_entities: []}", IntentSpec(name="x", use_entities=("c",))),
        ("x: {ignore_entities: [a]}", IntentSpec(name="x", ignore_entities=("c", "a"))),
    ],
)
def test_entities_of_an_intent(written: str, spec: IntentSpec) -> None:
    domain, problems = read(f"intents:\n- {written}\n{ENTITIES}")

    assert problems == []
    assert domain.intents["x"] == spec


def test_entities_have_roles_and_groups() -> None:
    domain, _ = read(
        "entities:\n- city:\n    roles: [from, to]\n    groups: [trip]\n    influence_conversation: false\n"
    )

    city = domain.entities["city"]
    assert (city.roles, city.groups, city.influence_conversation) == (("from", "to"), ("trip",), False)


def test_slots_are_read_in_order_with_their_mappings() -> None:
    domain, problems = read("""\
slots:
  second:
    type: float
    min_value: 1
    max_value: 10
    initial_value: 2
    influence_conversation: false
    mappings:
    - type: from_entity
      entity: number
      role: amount
      intent: [order]
      not_intent: chat
      conditions:
      - active_loop: order_form
        requested_slot: second
      - active_loop: null
  first:
    type: categorical
    values: [low, 5, true, null]
    mappings:
    - type: from_trigger_intent
      value: low
    - type: custom
      action: action_pick
""")

    assert problems == []
    assert list(domain.slots) == ["second", "first", "session_started_metadata"]
    second = domain.slots["second"]
    assert (second.type, second.min_value, second.max_value, second.initial_value) == (
        SlotType.FLOAT,
        1,
        10,
        2,
    )
    assert second.mappings == (
        SlotMapping(
            type=MappingType.FROM_ENTITY,
            entity="number",
            role="amount",
            intent=("order",),
            not_intent=("chat",),
            conditions=(
                MappingCondition(active_loop="order_form", requested_slot="second"),
                MappingCondition(no_loop=True),
            ),
        ),
    )
    assert domain.slots["first"].values == ("low", 5, True)
    assert domain.slots["first"].mappings[1].action == "action_pick"


def test_forms_bring_the_requested_slot() -> None:
    domain, problems = read(
        "forms:\n  f:\n    required_slots: [a]\n    ignored_intents: chat\n  empty: {required_slots: []}\n"
    )

    assert problems == []
    assert domain.forms["f"] == FormSpec(name="f", required_slots=("a",), ignored_intents=("chat",))
    assert domain.forms["empty"].required_slots == ()
    assert not domain.slots["requested_slot"].influence_conversation


def test_a_slot_class_of_the_projects_own_is_carried() -> None:
    domain, problems = read(
        "slots:\n  size:\n    type: shop.slots.SizeSlot\n    largest: 52\n    mappings: [{type: custom}]\n"
        "  open:\n    type: rasa.shared.core.slots.BooleanSlot\n    mappings: [{type: custom}]\n"
    )

    assert problems == []
    size, is_open = domain.slots["size"], domain.slots["open"]
    assert (size.class_path, size.options) == ("shop.slots.SizeSlot", {"largest": 52})
    assert size.influence_conversation
    assert (is_open.class_path, is_open.type) == (None, SlotType.BOOL)


def test_responses_keep_their_parts() -> None:
    domain, problems = read("""\
responses:
  utter_hi:
  - text: Hi {name}
    buttons:
    - {title: "Yes", payload: /affirm}
    channel: webchat
    condition:
    - {type: slot, name: vip, value: true}
  - custom: {a: [1]}
  utter_faq/hours:
  - text: From nine
    image: https://example.org/x.png
""")

    assert problems == []
    assert domain.responses["utter_hi"] == (
        Variation(
            body={"text": "Hi {name}", "buttons": [{"title": "Yes", "payload": "/affirm"}]},
            channel="webchat",
            conditions=(("vip", True),),
        ),
        Variation(body={"custom": {"a": [1]}}),
    )
    assert domain.responses["utter_faq/hours"][0].body["image"] == "https://example.org/x.png"


def test_actions_may_ask_for_the_domain() -> None:
    domain, _ = read("actions:\n- a\n- b: {send_domain: true}\n- action_query_knowledge_base\n")

    assert domain.actions == ("a", "b", "action_query_knowledge_base")
    assert domain.send_domain == {"b"}
    assert "knowledge_base_last_object" in domain.slots


@pytest.mark.parametrize(
    ("written", "minutes", "carry_over"),
    [
        ("", 60, True),
        ("session_config: {session_expiration_time: 0}", 0, True),
        (
            "session_config: {session_expiration_time: 1.5, carry_over_slots_to_new_session: false}",
            1.5,
            False,
        ),
    ],
)
def test_session(written: str, minutes: float, *, carry_over: bool) -> None:
    domain, _ = read(written)

    assert domain.session.expiration == timedelta(minutes=minutes)
    assert domain.session.carry_over_slots is carry_over


def test_numbers_name_roles_and_groups_as_texts_do() -> None:
    domain, problems = read("entities:\n- a: {roles: [from, 2], groups: [1, '2', 3.5]}\n")

    assert domain.entities["a"] == EntitySpec(name="a", roles=("from", "2"), groups=("1", "2", "3.5"))
    assert problems == []


def test_form_may_ask_for_nothing() -> None:
    domain, problems = read("forms:\n  f: {required_slots: []}\n")

    assert domain.forms["f"].required_slots == ()
    assert problems == []


@pytest.mark.parametrize("written", ["", " {}", " {required_slots: }"])
def test_form_without_slots_is_told_how_to_ask_for_none(written: str) -> None:
    _, problems = read(f"forms:\n  f:{written}\n")

    (problem,) = problems
    assert problem.startswith("a.yml:2: error: ")
    assert problem.endswith("List the slots it asks for; `required_slots: []` asks for none.")


def test_files_of_a_folder_are_merged_as_rasa_merges_them() -> None:
    first = (
        "intents: [a, b]\nslots:\n  x: {type: text, mappings: [{type: from_text}]}\n"
        "responses:\n  utter_a: [{text: one}]\n"
    )
    second = (
        "intents: [b, c]\nslots:\n  y: {type: text, mappings: [{type: from_text}]}\n"
        "responses:\n  utter_a: [{text: two}]\nactions: [act]\n"
    )

    domain, problems = read(first, second)

    assert {"a", "b", "c"} <= set(domain.intents)
    assert list(domain.slots)[:2] == ["y", "x"]
    assert domain.responses["utter_a"][0].body == {"text": "one"}
    assert domain.actions == ("act",)
    assert problems == [
        "b.yml:5: warning: `utter_a` is also written in a.yml:5, and that one counts. Delete one of them."
    ]


def test_raw_domain_is_plain_json_with_intents_sorted() -> None:
    domain, _ = read("intents: [b, a]\nresponses:\n  utter_a: [{text: one}]\n")

    assert domain.raw["intents"] == ["a", "b"]
    assert domain.raw["responses"] == {"utter_a": [{"text": "one"}]}
    assert domain.raw["session_config"] == {
        "session_expiration_time": 60,
        "carry_over_slots_to_new_session": True,
    }


def test_raw_domain_tells_of_retrieval_intents_as_rasas_does() -> None:
    text = """
intents: [ask, faq, {other: {use_entities: []}}, {third: {ignore_entities: [zip]}}]
entities: [zip, {city: {roles: [from], groups: [g]}}, {mood: {influence_conversation: false}}]
actions: [action_x, utter_other]
"""
    reader = Reader(Problems())
    document = parse_yaml(text.encode(), path="a.yml")
    raw = read_domain(document, reader, retrieval_intents=("faq", "other", "third")).raw

    city = ["city", "city#from", "city#g"]
    assert raw["intents"] == [
        "ask",
        {"faq": {"used_entities": [*city, "zip"], "is_retrieval_intent": True}},
        {"other": {"used_entities": [], "is_retrieval_intent": True}},
        {"third": {"used_entities": city, "is_retrieval_intent": True}},
    ]
    assert raw["actions"] == ["action_x", "utter_other", "utter_faq", "utter_third"]
