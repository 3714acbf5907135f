"""What rules and forms make of a conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.event_json import user_event
from bot.dialogue.events import LISTEN, ActionRejected, FollowupSet, LoopSet, SlotSet
from bot.dialogue.spec import IntentSpec, PolicySpec
from tests.unit.dialogue.predicting import LISTENING, after, compiled, did, next_action, said
from tests.unit.dialogue.specs import (
    RULES,
    action,
    domain,
    intent,
    loop,
    rule,
    slot,
    spec,
)


def test_rule_answers_an_intent_then_listens() -> None:
    dialogue = compiled()
    assert next_action(dialogue, *said("greet")) == "utter_greet"
    assert next_action(dialogue, *said("greet"), did("utter_greet")) == LISTEN


def test_nothing_matching_falls_back_at_the_threshold() -> None:
    prediction = compiled().predict(after(compiled(), *said("yes")))
    assert (prediction.action, prediction.confidence) == ("action_default_fallback", 0.3)


def test_without_fallback_the_bot_listens() -> None:
    dialogue = compiled(policies=PolicySpec(fallback_prediction=False))
    assert next_action(dialogue, *said("yes")) == LISTEN


@pytest.mark.parametrize(("learns", "then"), [(True, LISTEN), (False, "utter_vip")])
def test_bot_listens_after_its_fallback_where_a_policy_that_learns_would(*, learns: bool, then: str) -> None:
    dialogue = compiled(policies=PolicySpec(core_fallback_action="utter_vip", learns=learns))
    assert next_action(dialogue, *said("yes")) == "utter_vip"
    assert next_action(dialogue, *said("yes"), did("utter_vip")) == then
    assert next_action(dialogue, *said("yes"), did("utter_vip"), *said("yes")) == "utter_vip"
    assert next_action(dialogue, *said("greet")) == "utter_greet"


def test_rule_with_more_conditions_wins() -> None:
    vip = rule("vip", intent("greet"), action("utter_vip"), condition=(slot("vip", value=True),))
    dialogue = compiled(*RULES, vip)
    assert next_action(dialogue, SlotSet(name="vip", value=True), *said("greet")) == "utter_vip"
    assert next_action(dialogue, SlotSet(name="vip", value=False), *said("greet")) == "utter_greet"


def test_condition_null_wants_the_slot_empty() -> None:
    first = rule("first", intent("yes"), action("utter_vip"), condition=(slot("size", None),))
    dialogue = compiled(*RULES, first)
    assert next_action(dialogue, *said("yes")) == "utter_vip"
    assert next_action(dialogue, SlotSet(name="size", value="L"), *said("yes")) == "action_default_fallback"


def test_text_slots_compare_by_being_set_only() -> None:
    sized = rule("sized", intent("yes"), action("utter_vip"), condition=(slot("size", "XL"),))
    dialogue = compiled(*RULES, sized)
    assert next_action(dialogue, SlotSet(name="size", value="tiny"), *said("yes")) == "utter_vip"


def test_rule_of_the_start_matches_the_start_only() -> None:
    first = rule("first", intent("yes"), action("utter_vip"), conversation_start=True)
    dialogue = compiled(*RULES, first)
    assert next_action(dialogue, *said("yes")) == "utter_vip"
    assert (
        next_action(dialogue, *said("greet"), did("utter_greet"), *said("yes")) == "action_default_fallback"
    )


def test_rule_may_begin_with_what_the_bot_said() -> None:
    more = rule("more", action("utter_greet"), intent("yes"), action("utter_vip"))
    dialogue = compiled(*RULES, more)
    assert next_action(dialogue, *said("greet"), did("utter_greet"), *said("yes")) == "utter_vip"
    assert next_action(dialogue, *said("bye"), did("utter_bye"), *said("yes")) == "action_default_fallback"


def test_rule_that_does_not_wait_leaves_the_next_action_to_others() -> None:
    chain = rule("chain", intent("yes"), action("utter_vip"), wait_for_user_input=False)
    then = rule("then", action("utter_vip"), action("utter_bye"))
    assert next_action(compiled(*RULES, chain, then), *said("yes"), did("utter_vip")) == "utter_bye"


def test_of_equally_long_rules_the_first_in_the_files_wins() -> None:
    one = rule("one", intent("yes"), action("utter_vip"), condition=(slot("size", "L"),))
    two = rule("two", intent("yes"), action("utter_bye"), condition=(slot("mood", "L"),))
    moods = {**domain().slots, "mood": replace(domain().slots["size"], name="mood", mappings=())}
    told = (SlotSet(name="size", value="L"), SlotSet(name="mood", value="L"), *said("yes"))
    for rules, expected in (((one, two), "utter_vip"), ((two, one), "utter_bye")):
        assert next_action(compile_dialogue(spec(rules=rules, slots=moods)), *told) == expected


@pytest.mark.parametrize(("name", "expected"), [("restart", "action_restart"), ("back", "action_back")])
def test_default_intents_beat_everything(name: str, expected: str) -> None:
    dialogue = compiled()
    assert next_action(dialogue, LoopSet(name="order_form"), *said(name)) == expected


def test_follow_up_comes_next_whatever_the_policies_think() -> None:
    prediction = compiled().predict(after(compiled(), *said("greet"), FollowupSet(name="utter_bye")))
    assert (prediction.action, prediction.policy) == ("utter_bye", "followup_action")


class TestForm:
    start = (*said("order"), did("order_form"), LoopSet(name="order_form"))

    def test_runs_then_listens_then_runs(self) -> None:
        dialogue = compiled()
        assert next_action(dialogue, *said("order")) == "order_form"
        assert next_action(dialogue, *self.start) == LISTEN
        assert next_action(dialogue, *self.start, *said("greet")) == "order_form"

    def test_that_refused_lets_a_rule_answer_and_then_asks_again(self) -> None:
        dialogue = compiled()
        off_path = (*self.start, *said("greet"), ActionRejected(name="order_form"))
        assert next_action(dialogue, *off_path) == "utter_greet"
        assert next_action(dialogue, *off_path, did("utter_greet")) == "order_form"

    def test_that_refused_with_no_rule_falls_back(self) -> None:
        refused = ActionRejected(name="order_form")
        assert next_action(compiled(), *self.start, *said("yes"), refused) == "action_default_fallback"

    def test_that_ended_is_followed_by_its_rule(self) -> None:
        ended = (*self.start, *said("inform"), did("order_form"), LoopSet(name=None))
        assert next_action(compiled(), *ended) == "utter_done"

    def test_is_left_by_a_rule(self) -> None:
        off_path = (*self.start, *said("stop"), ActionRejected(name="order_form"), did("utter_stopped"))
        assert next_action(compiled(), *off_path) == "action_deactivate_loop"


def test_rule_that_leaves_out_the_loop_of_a_form_is_told() -> None:
    forgetful = rule("forgetful", intent("yes"), action("order_form"))
    [gap] = compiled(*RULES, forgetful).mistakes.gaps
    assert (gap.rule, gap.action, gap.loops) == ("forgetful", "order_form", ("null", "order_form"))


def test_rule_that_leaves_out_a_slot_which_others_say_is_told() -> None:
    rules = (
        rule("sets", intent("yes"), action("action_x"), slot("vip", value=True)),
        rule("forgets", intent("no"), action("action_x")),
        rule("goes on", intent("stop"), action("action_x"), wait_for_user_input=False),
    )
    gaps = compile_dialogue(spec(rules=rules, actions=("action_x",))).mistakes.gaps
    # `vip` starts out False, which a bool slot shows: only an empty slot is a gap.
    assert gaps == ()
    sized = (rule("sets", intent("yes"), action("action_x"), slot("size", "L")), *rules[1:])
    [gap] = compile_dialogue(spec(rules=sized, actions=("action_x",))).mistakes.gaps
    assert (gap.rule, gap.action, gap.slots) == ("forgets", "action_x", ("size",))


def test_action_just_rejected_counts_nothing() -> None:
    rejected = ActionRejected(name="utter_greet")
    assert next_action(compiled(), *said("greet"), rejected) == "action_default_fallback"


def test_loop_condition_null_wants_no_loop() -> None:
    outside = rule("outside", intent("yes"), action("utter_vip"), condition=(loop(None),))
    dialogue = compiled(*RULES, outside)
    assert next_action(dialogue, *said("yes")) == "utter_vip"
    inside = (*TestForm.start, *said("yes"), ActionRejected(name="order_form"))
    assert next_action(dialogue, *inside) == "action_default_fallback"


def test_entities_that_an_intent_ignores_count_neither_in_rules_nor_in_conversations() -> None:
    named = rule("named", intent("yes", ("size", "L", None, None)), action("utter_vip"))
    intents = {**domain().intents, "yes": IntentSpec(name="yes", use_entities=())}
    blind = compile_dialogue(spec(rules=(named,), intents=intents))
    with_size = (*said("yes", {"entity": "size", "value": "L"}), SlotSet(name="size", value="L"))
    assert next_action(blind, *with_size) == next_action(compiled(named), *with_size) == "utter_vip"


@pytest.mark.parametrize(("confidence", "expected"), [(0.9, "utter_greet"), (0.2, "action_default_fallback")])
def test_rule_counts_as_much_as_the_message_was_understood(confidence: float, expected: str) -> None:
    dialogue = compiled(policies=PolicySpec(rules_by_confidence=True))
    understood = user_event({"text": "hi", "intent": {"name": "greet", "confidence": confidence}})
    prediction = dialogue.predict(after(dialogue, LISTENING, understood))
    assert (prediction.action, prediction.confidence) == (expected, max(confidence, 0.3))
