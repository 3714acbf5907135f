from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue.dialogue import Dialogue, compile_dialogue
from bot.dialogue.event_json import user_event
from bot.dialogue.events import LISTEN, ActionExecuted, ActionRejected, Event, FollowupSet, LoopSet, SlotSet
from bot.dialogue.spec import IntentSpec, MemorySpec, PolicySpec, RuleSpec, Step, StepType, StorySpec
from bot.dialogue.tracker import Tracker, new_tracker
from tests.unit.dialogue.specs import (
    RULES,
    action,
    checkpoint,
    domain,
    either,
    intent,
    loop,
    rule,
    slot,
    spec,
    story,
)

LISTENING = ActionExecuted(name=LISTEN)


def said(name: str, *entities: dict[str, str]) -> tuple[Event, ...]:
    event = user_event(
        {"text": f"/{name}", "intent": {"name": name, "confidence": 1.0}, "entities": list(entities)}
    )
    return (LISTENING, event)


def did(name: str) -> Event:
    return ActionExecuted(name=name)


def after(dialogue: Dialogue, *events: Event) -> Tracker:
    return new_tracker(dialogue.catalogue).apply_all(events)


def next_action(dialogue: Dialogue, *events: Event) -> str | None:
    return dialogue.predict(after(dialogue, *events)).action


def compiled(
    *rules: RuleSpec, stories: tuple[StorySpec, ...] = (), policies: PolicySpec | None = None
) -> Dialogue:
    return compile_dialogue(spec(rules=rules or RULES, stories=stories, policies=policies))


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


class TestStory:
    tell = story("a", intent("yes"), action("utter_vip"), intent("no"), action("utter_bye"))

    def test_is_followed_exactly(self) -> None:
        dialogue = compiled(stories=(self.tell,))
        assert next_action(dialogue, *said("yes"), did("utter_vip"), *said("no")) == "utter_bye"
        assert next_action(dialogue, *said("no")) == "action_default_fallback"

    def test_is_not_followed_with_another_slot_unless_augmented(self) -> None:
        told = (*said("greet"), did("utter_greet"), *said("yes"), did("utter_vip"), *said("no"))
        plain = compiled(stories=(self.tell,))
        assert next_action(plain, *told) == "action_default_fallback"
        augmented = compiled(
            stories=(self.tell,), policies=PolicySpec(memories=(MemorySpec(augmented=True),))
        )
        assert next_action(augmented, *told) == "utter_bye"

    def test_with_two_endings_says_nothing(self) -> None:
        other = story("b", intent("yes"), action("utter_vip"), intent("no"), action("utter_done"))
        dialogue = compiled(stories=(self.tell, other))
        assert next_action(dialogue, *said("yes"), did("utter_vip"), *said("no")) == "action_default_fallback"

    def test_goes_on_over_checkpoints_and_alternatives(self) -> None:
        start = story(
            "start", either(intent("yes"), intent("inform")), action("utter_vip"), checkpoint("more")
        )
        more = story("more", checkpoint("more"), intent("no"), action("utter_bye"))
        dialogue = compiled(stories=(start, more))
        for way in ("yes", "inform"):
            assert next_action(dialogue, *said(way), did("utter_vip"), *said("no")) == "utter_bye"

    def test_looks_back_as_far_as_max_history(self) -> None:
        policies = PolicySpec(memories=(MemorySpec(max_history=2),))
        dialogue = compiled(stories=(self.tell,), policies=policies)
        told = (*said("greet"), did("utter_greet"), *said("yes"), did("utter_vip"), *said("no"))
        assert next_action(dialogue, *told) == "utter_bye"


def test_contradiction_of_rule_and_story_is_told() -> None:
    dialogue = compiled(stories=(story("polite", intent("greet"), action("utter_bye")),))
    [found] = dialogue.mistakes.contradictions
    assert (found.names, found.wanted, found.others) == (("polite",), "utter_bye", ("greet",))


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


def test_story_in_which_a_form_runs_twice_is_learnt_as_rasa_learns_it() -> None:
    """What follows the second run is learnt beside the state of the first: no conversation gets there."""
    twice = story(
        "twice",
        intent("order"),
        action("order_form"),
        loop("order_form"),
        slot("size", "big"),
        action("order_form"),
        loop(None),
        action("utter_done"),
    )
    [memoization] = compiled(stories=(twice,)).memories
    learnt = {
        tuple((state.action, state.loop) for state in states): action
        for states, action in memoization.memory.sequels.items()
    }
    start = ((LISTEN, None), ("order_form", "order_form"))
    assert learnt == {
        ((None, None),): LISTEN,
        ((None, None), (LISTEN, None)): "order_form",
        ((None, None), *start): "utter_done",
        ((None, None), *start, ("order_form", None)): LISTEN,
    }


def test_entities_that_an_intent_ignores_count_neither_in_rules_nor_in_conversations() -> None:
    named = rule("named", intent("yes", ("size", "L", None, None)), action("utter_vip"))
    intents = {**domain().intents, "yes": IntentSpec(name="yes", use_entities=())}
    blind = compile_dialogue(spec(rules=(named,), intents=intents))
    with_size = (*said("yes", {"entity": "size", "value": "L"}), SlotSet(name="size", value="L"))
    assert next_action(blind, *with_size) == next_action(compiled(named), *with_size) == "utter_vip"


def test_circle_of_checkpoints_is_walked_as_often_as_in_rasa() -> None:
    circle = (
        story("in", intent("greet"), action("utter_greet"), checkpoint("round")),
        story("round", checkpoint("round"), intent("yes"), action("utter_vip"), checkpoint("round")),
        story("out", checkpoint("round"), intent("no"), action("utter_bye")),
    )
    dialogue = compiled(
        stories=circle, policies=PolicySpec(rules=False, memories=(MemorySpec(),), fallback_prediction=False)
    )
    told: tuple[Event, ...] = (*said("greet"), did("utter_greet"))
    answers = []
    for _ in range(6):
        answers.append(next_action(dialogue, *told, *said("no")))
        told += (*said("yes"), did("utter_vip"))
    assert answers == [*["utter_bye"] * 4, LISTEN, LISTEN]


def test_paths_that_look_alike_are_one() -> None:
    """Rasa keeps one of several conversations that no policy can tell apart, whatever their slots hold."""
    texts = either(slot("size", "L"), slot("size", "M"))
    stories = (
        story("which", texts, intent("yes"), action("utter_vip"), checkpoint("more")),
        story("more", checkpoint("more"), intent("no"), action("utter_bye")),
    )
    [memoization] = compiled(stories=stories).memories
    assert list(memoization.memory.sequels.values()).count("utter_bye") == 1


def test_words_of_a_story_fill_the_slots_of_their_entities() -> None:
    words = Step(type=StepType.USER_TEXT, text="the big one", entities=(("size", "big", None, None),))
    [memoization] = compiled(stories=(story("words", words, action("utter_vip")),)).memories
    [asked] = [states[-1] for states, action in memoization.memory.sequels.items() if action == "utter_vip"]
    assert (asked.text, dict(asked.slots)["size"]) == ("the big one", (1.0,))


@pytest.mark.parametrize(("confidence", "expected"), [(0.9, "utter_greet"), (0.2, "action_default_fallback")])
def test_rule_counts_as_much_as_the_message_was_understood(confidence: float, expected: str) -> None:
    dialogue = compiled(policies=PolicySpec(rules_by_confidence=True))
    understood = user_event({"text": "hi", "intent": {"name": "greet", "confidence": confidence}})
    prediction = dialogue.predict(after(dialogue, LISTENING, understood))
    assert (prediction.action, prediction.confidence) == (expected, max(confidence, 0.3))


def test_priorities_decide_between_rule_and_memory() -> None:
    polite = story("polite", intent("greet"), action("utter_bye"))
    for priority, expected in ((3, "utter_greet"), (5, "utter_bye")):
        policies = PolicySpec(memories=(MemorySpec(priority=priority),))
        assert next_action(compiled(stories=(polite,), policies=policies), *said("greet")) == expected


def test_of_policies_as_certain_and_of_one_priority_the_first_wins() -> None:
    polite = story("polite", intent("greet"), action("utter_bye"))
    for first, expected in ((0, "utter_greet"), (1, "utter_bye")):
        policies = PolicySpec(memories=(MemorySpec(priority=4),), memories_first=first)
        assert next_action(compiled(stories=(polite,), policies=policies), *said("greet")) == expected


def test_each_of_two_memories_recalls_what_it_can() -> None:
    told = (*said("greet"), did("utter_greet"), *said("yes"), did("utter_vip"), *said("no"))
    polite = story("polite", intent("yes"), action("utter_vip"), intent("no"), action("utter_bye"))
    for memories in ((MemorySpec(max_history=9), MemorySpec(augmented=True)), (MemorySpec(augmented=True),)):
        dialogue = compiled(stories=(polite,), policies=PolicySpec(memories=memories))
        prediction = dialogue.predict(after(dialogue, *told))
        assert (prediction.action, prediction.policy) == ("utter_bye", "AugmentedMemoizationPolicy")


def test_memory_sees_turns_of_rules_where_nobody_holds_rules_against_stories() -> None:
    policies = PolicySpec(memories=(MemorySpec(),), check_rules=False)
    polite = story("polite", intent("yes"), action("utter_vip"), intent("no"), action("utter_bye"))
    dialogue = compiled(stories=(polite,), policies=policies)
    assert not dialogue.predict(after(dialogue, *said("greet"))).hidden
    greeted = (*said("greet"), did("utter_greet"))
    assert next_action(dialogue, *greeted, *said("yes")) == "action_default_fallback"
    checked = compiled(stories=(polite,))
    assert checked.predict(after(checked, *said("greet"))).hidden
