"""Who asks for a person, or complains in anger, gets one at once; others are understood as ever."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.dialogue.spec import RuleSpec, Step, StepType
from bot.domain.pipeline import DeskSpec
from bot.domain.understanding import Entity, IntentScore, Triage, Understanding
from bot.engines.at_once import find_at_once
from bot.plugins import load_actions
from tests.conversations.brand import ROOT, load_spec
from tests.conversations.talk import Talk, Words, build_engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.dialogue.spec import DialogueSpec

DESK = DeskSpec()
WISH = "It is broken again. I want to talk to a person NOW"
REFUSAL = "I don't want to talk to a person, just tell me the status"
RAGE = "third broken pair, this is a disgrace"
LOUD = Triage(complaint=0.9, urgency=0.8, sentiment=0.1, because=("broken", "disgrace"))


@dataclass
class Moods(Words):
    """Understands by lists: texts → intents, and what triage says of texts."""

    moods: Mapping[str, Triage] = field(default_factory=dict)
    in_scope: float = 0.9

    @override
    async def parse(self, text: str) -> Understanding:
        read = await super().parse(text)
        number = Entity(entity="order_number", value="LY-104233")
        return replace(
            read, triage=self.moods.get(text, Triage()), in_scope=self.in_scope, entities=(number,)
        )


def talk(
    intents: Mapping[str, str] | None = None, *, spec: DialogueSpec | None = None, in_scope: float = 0.9
) -> Talk:
    """Begin a conversation with the demo brand, or another, as it is served."""
    words = Moods(intents or {}, guess="complaint_other", moods={RAGE: LOUD}, in_scope=in_scope)
    spec = spec or load_spec()
    at_once = find_at_once(spec, DESK)
    return Talk(build_engine(spec, actions=load_actions(ROOT), words=words, at_once=at_once))


def without_rule(intent: str) -> DialogueSpec:
    """The demo brand without the rule for an intent."""
    spec = load_spec()
    kept = tuple(rule for rule in spec.rules if rule.steps[0].name != intent)
    return replace(spec, rules=kept)


def reason_of(said: Talk) -> str | None:
    assert said.last is not None
    return said.last.handoff.reason if said.last.handoff else None


async def test_wish_among_other_words_is_heard_in_the_projects_words() -> None:
    customer = talk()
    replies = await customer.say(WISH)
    assert reason_of(customer) == "asked_for_person"
    assert len(replies) == 1
    assert "person" in replies[0].lower()
    assert customer.events("action")[-2:] == ["action_handoff", "action_listen"]
    assert customer.last
    assert [each.intent and each.intent.name for each in customer.last.understandings if each] == [
        "ask_for_person"
    ]


async def test_wish_is_heard_whatever_else_was_understood() -> None:
    customer = talk({WISH: "ask_warranty"})
    await customer.say(WISH)
    assert reason_of(customer) == "asked_for_person"


async def test_what_hands_over_anyway_does_so_for_its_own_reason() -> None:
    customer = talk({WISH: "complaint_broken_item"})
    await customer.say(WISH)
    assert reason_of(customer) == "complaint_broken_item"


async def test_wish_is_heard_within_a_form_and_after_a_question_back() -> None:
    for before in ("/ask_order_status", "what is this"):
        customer = talk()
        await customer.say(before)
        await customer.say(WISH)
        assert reason_of(customer) == "asked_for_person"
        assert await customer.say("/greet", resumed=True)


async def test_angry_complaint_that_is_not_understood_is_never_asked_back() -> None:
    customer = talk()
    [promise] = await customer.say(RAGE)
    assert "person" in promise.lower()
    assert reason_of(customer) == "complaint_unclear"
    assert customer.last
    assert customer.last.handoff
    assert RAGE in customer.last.handoff.summary
    assert "LY-104233" in customer.last.handoff.summary
    assert await customer.say("hello?") == []
    assert await customer.say("/greet", resumed=True)


async def test_complaint_that_is_surely_handed_over_is_not_asked_back_which_it_is() -> None:
    calm = Triage(complaint=0.9, urgency=0.0, sentiment=0.4)
    found = find_at_once(load_spec(), DESK)
    assert found is not None
    for chances, reason in (((0.4, 0.3), "complaint_unclear"), ((0.3, 0.2), None)):
        scores = zip(("complaint_other", "complaint_refund"), chances, strict=True)
        ranking = tuple(IntentScore(name=name, confidence=chance) for name, chance in scores)
        read = Understanding(text="hm", intent=None, ranking=ranking, triage=calm, fallback=True)
        request = found.hear(read).request
        assert (request.reason if request else None) == reason


async def test_understood_complaint_and_foreign_words_go_their_way() -> None:
    understood, foreign = talk({RAGE: "ask_warranty"}), talk(in_scope=0.0)
    for customer in (understood, foreign):
        await customer.say(RAGE)
        assert reason_of(customer) is None


async def test_who_refuses_a_person_is_not_taken_to_want_one() -> None:
    customer = talk({REFUSAL: "ask_for_person"})
    await customer.say(REFUSAL)
    assert reason_of(customer) is None
    assert "action_two_stage_fallback" in customer.events("action")


async def test_project_without_an_intent_for_it_hands_over_all_the_same() -> None:
    customer = talk(spec=without_rule("ask_for_person"))
    [promise] = await customer.say(WISH)
    assert "person" in promise.lower()
    assert reason_of(customer) == "asked_for_person"
    assert await customer.say("/greet", resumed=True)


async def test_button_is_what_it_says() -> None:
    customer = talk()
    await customer.say('/inform_order_number{"order_number": "talk to a person"}')
    assert reason_of(customer) is None


def test_project_that_does_not_hand_over_is_left_as_it_is() -> None:
    spec = load_spec()
    assert find_at_once(replace(spec, rules=()), DESK) is None
    assert find_at_once(spec, replace(DESK, hand_over_at_once=False)) is None


@pytest.mark.parametrize(
    ("intents", "wish"),
    [(("call_human", "legal"), "call_human"), (("chef",), "chef"), (("legal", "press"), None)],
)
def test_intent_of_the_wish_is_told_by_its_name_where_several_hand_over(
    intents: tuple[str, ...], wish: str | None
) -> None:
    rules = tuple(
        RuleSpec(
            name=name,
            steps=(Step(type=StepType.INTENT, name=name), Step(type=StepType.ACTION, name="utter_handoff")),
        )
        for name in intents
    )
    found = find_at_once(replace(load_spec(), rules=rules), DESK)
    assert found is not None
    assert found.wish == wish
    assert found.intents == frozenset(intents)
