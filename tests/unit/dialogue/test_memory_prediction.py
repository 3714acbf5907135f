"""What stories make of a conversation, and who wins where rules and stories differ."""

from __future__ import annotations

from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.events import LISTEN, Event
from bot.dialogue.spec import MemorySpec, PolicySpec, Step, StepType
from tests.unit.dialogue.predicting import after, compiled, did, next_action, said
from tests.unit.dialogue.specs import (
    action,
    checkpoint,
    either,
    intent,
    loop,
    slot,
    spec,
    story,
)


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


class TestStepNamedLikeAnEvent:
    def test_is_that_event_and_what_was_told_before_is_known(self) -> None:
        told = story(
            "again", intent("yes"), action("utter_vip"), action("restart"), intent("no"), action("utter_bye")
        )
        dialogue = compiled(stories=(told,))
        assert next_action(dialogue, *said("yes")) == "utter_vip"
        assert next_action(dialogue, *said("no")) == "utter_bye"

    def test_empties_slots(self) -> None:
        reset = story("reset", intent("yes"), slot("size", "L"), action("reset_slots"), action("utter_vip"))
        dialogue = compiled(stories=(reset,))
        assert next_action(dialogue, *said("yes")) == "utter_vip"

    def test_takes_back_what_was_said(self) -> None:
        told = story("undone", intent("yes"), action("utter_vip"), action("undo"), action("utter_bye"))
        other = story("followed", intent("no"), action("followup"), action("utter_bye"))
        dialogue = compiled(stories=(told, other))
        assert next_action(dialogue, *said("yes")) not in ("utter_vip", "utter_bye")  # both were told
        assert next_action(dialogue, *said("no")) == "utter_bye"

    def test_is_an_action_where_the_domain_lists_one_of_that_name(self) -> None:
        told = story("again", intent("yes"), action("restart"), action("utter_vip"))
        dialogue = compile_dialogue(spec(stories=(told,), actions=("restart",)))
        assert next_action(dialogue, *said("yes")) == "restart"
