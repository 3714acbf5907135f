"""What happens where customers leave the stories, in a project that means a policy which learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dialogue.events import LISTEN, ActionRejected, LoopSet, SlotSet
from bot.dialogue.spec import MemorySpec, PolicySpec
from tests.unit.dialogue.predicting import after, compiled, did, next_action, said
from tests.unit.dialogue.specs import RULES, action, intent, loop, slot, story

if TYPE_CHECKING:
    from bot.dialogue.dialogue import Dialogue
    from bot.dialogue.events import Event
    from bot.dialogue.spec import StorySpec

FALLBACK = "action_default_fallback"
MOOD = story("mood", intent("yes"), action("utter_vip"), intent("no"), action("utter_bye"))


def learning(*stories: StorySpec, threshold: float = 0.3, learns: bool = True) -> Dialogue:
    policies = PolicySpec(memories=(MemorySpec(),), learns=learns, core_fallback_threshold=threshold)
    return compiled(*(each for each in RULES if each.name != "done"), stories=stories, policies=policies)


def sureness(dialogue: Dialogue, *events: Event) -> float:
    return dialogue.predict(after(dialogue, *events)).confidence


@pytest.mark.parametrize(("learns", "then"), [(True, "utter_vip"), (False, FALLBACK)])
def test_story_begins_amid_another_conversation(*, learns: bool, then: str) -> None:
    told = (*said("yes"), did("utter_vip"), *said("no"), did("utter_bye"), *said("yes"))

    assert next_action(learning(MOOD, learns=learns), *told) == then


def test_story_that_began_late_is_told_to_its_end() -> None:
    dialogue = learning(MOOD)
    told = (*said("greet"), did("utter_greet"), *said("yes"), did("utter_vip"))

    assert next_action(dialogue, *told) == LISTEN
    assert next_action(dialogue, *told, *said("no")) == "utter_bye"
    assert next_action(dialogue, *told, *said("no"), did("utter_bye")) == LISTEN


def test_answer_out_of_its_place_is_less_certain() -> None:
    dialogue = learning(MOOD)
    in_place = (*said("greet"), did("utter_greet"), *said("yes"), did("utter_vip"), *said("no"))
    out_of_place = (*said("greet"), did("utter_greet"), *said("no"))

    assert next_action(dialogue, *out_of_place) == "utter_bye"
    assert sureness(dialogue, *out_of_place) < sureness(dialogue, *in_place)
    assert next_action(learning(MOOD, threshold=0.7), *out_of_place) == FALLBACK
    assert next_action(learning(MOOD, threshold=0.7), *in_place) == "utter_bye"


def test_what_the_bot_asked_decides_between_stories() -> None:
    stopped = story("stopped", intent("stop"), action("utter_stopped"), intent("no"), action("utter_vip"))
    dialogue = learning(MOOD, stopped)
    before = (*said("greet"), did("utter_greet"))

    assert next_action(dialogue, *before, *said("stop"), did("utter_stopped"), *said("no")) == "utter_vip"
    assert next_action(dialogue, *before, *said("yes"), did("utter_vip"), *said("no")) == "utter_bye"


def test_bot_falls_back_where_stories_disagree() -> None:
    stopped = story("stopped", intent("stop"), action("utter_stopped"), intent("no"), action("utter_vip"))

    assert next_action(learning(MOOD, stopped), *said("greet"), did("utter_greet"), *said("no")) == FALLBACK


def test_slots_decide_between_stories_that_are_told_alike() -> None:
    known = story("known", intent("yes"), slot("vip", value=True), action("utter_vip"))
    unknown = story("unknown", intent("yes"), action("utter_bye"))
    dialogue = learning(known, unknown)
    before = (SlotSet(name="size", value="L"), *said("greet"), did("utter_greet"))

    assert next_action(dialogue, *before, *said("yes"), SlotSet(name="vip", value=True)) == "utter_vip"
    assert next_action(dialogue, *before, *said("yes")) == "utter_bye"


def test_slot_that_no_story_knows_is_no_obstacle() -> None:
    assert next_action(learning(MOOD), SlotSet(name="size", value="L"), *said("yes")) == "utter_vip"


def test_form_that_ends_after_another_beginning_goes_on_as_told() -> None:
    ordered = story(
        "ordered", intent("yes"), action("order_form"), loop("order_form"), loop(None), action("utter_vip")
    )
    dialogue = learning(ordered)
    ended = (did("order_form"), LoopSet(name="order_form"), LoopSet(name=None))

    assert next_action(dialogue, *said("no"), *ended) == "utter_vip"


def test_message_amid_a_form_is_answered_as_outside_but_is_doubtful() -> None:
    ordered = story("ordered", intent("order"), action("order_form"), loop("order_form"))
    dialogue = learning(MOOD, ordered)
    in_form = (*said("order"), did("order_form"), LoopSet(name="order_form"), *said("yes"))
    rejected = (*in_form, ActionRejected(name="order_form"))

    assert next_action(dialogue, *rejected) == "utter_vip"
    assert next_action(learning(MOOD, ordered, threshold=0.5), *rejected) == FALLBACK


def test_rules_and_memory_come_first() -> None:
    greeted = story("greeted", intent("stop"), action("utter_vip"), intent("greet"), action("utter_greet"))
    dialogue = learning(MOOD, greeted)

    assert dialogue.predict(after(dialogue, *said("greet"))).policy == "RulePolicy"
    assert dialogue.predict(after(dialogue, *said("yes"))).policy == "MemoizationPolicy"


def test_message_of_no_story_falls_back() -> None:
    assert next_action(learning(MOOD), *said("inform")) == FALLBACK
