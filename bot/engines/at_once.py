"""Whom a person is called for at once, whatever the understanding made of the words.

| said | then |
|---|---|
| a wish for a person, in so many words, anywhere in the text | it means the project's intent of that wish |
| the same where the project has no such intent | a person is called for by us |
| a complaint that was not understood, and is loud or sure to be handed over | a person is called for by us |
| what means an intent by which the project hands over anyway | what the project says |
| that nobody is wished for, and it was taken for that wish | it was not understood |

Only projects that hand over to our desk are helped like this: others behave as in Rasa.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.desk.alarm import LIKELY
from bot.desk.brief import shorten
from bot.desk.wish import find_wish, refuses_person
from bot.dialogue.spec import StepType
from bot.domain.handoff import HandoffRequest
from bot.domain.understanding import FALLBACK_INTENT, IntentScore

if TYPE_CHECKING:
    from bot.dialogue.spec import DialogueSpec, RuleSpec
    from bot.domain.pipeline import DeskSpec
    from bot.domain.understanding import Understanding

HANDS_OVER = "action_handoff"
ASKED, UNCLEAR = "asked_for_person", "complaint_unclear"
_TITLES = {ASKED: "Asked for a person.", UNCLEAR: "Complains, and the bot was unsure of what."}
_NAMED_SO = re.compile(r"person|human|agent|staff|hand_?(?:off|over)|representative|operator")
_QUOTE = 160  # characters
ANGRY, SURE_TO_HAND_OVER = 0.2, 0.6
"""A complaint below this sentiment is not asked back, nor one that means by this chance some intent by which
the project hands over, whichever it is. The limits are lower than those at which the desk calls somebody
angry or urgent: a person called in vain costs less than an upset customer who is asked what they meant.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a message comes to. `request`: the person who is called for if the project's rules call for none.

    `by_rules`: they are asked; `promise` is the response that is said otherwise.
    """

    understanding: Understanding
    request: HandoffRequest | None = None
    promise: str | None = None
    by_rules: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnce:
    """How a project hands over. `wish` is the intent of those who ask for a person, None where there is none.

    `intents` are all by which it hands over; `promise` is the response that says so, if it has one. It
    `asks_back` where it has a rule for what is not understood.
    """

    intents: frozenset[str]
    wish: str | None = None
    promise: str | None = None
    asks_back: bool = False

    def hear(self, understanding: Understanding) -> Heard:
        """Decide about words that somebody wrote."""
        intent = understanding.intent
        if intent is not None and intent.name in self.intents:
            is_refused = intent.name == self.wish and self.asks_back and refuses_person(understanding.text)
            return Heard(understanding=_doubt(understanding) if is_refused else understanding)
        if find_wish(understanding.text):
            return self._hear_wish(understanding)
        if is_alarming(understanding, self.intents):
            return self._call(understanding, UNCLEAR)
        return Heard(understanding=understanding)

    def _hear_wish(self, understanding: Understanding) -> Heard:
        called = self._call(understanding, ASKED)
        if self.wish is None:
            return called
        meant = replace(understanding, intent=IntentScore(name=self.wish, confidence=1.0), fallback=False)
        return replace(called, understanding=meant, by_rules=True)

    def _call(self, understanding: Understanding, reason: str) -> Heard:
        request = describe_call(understanding, reason)
        return Heard(understanding=understanding, request=request, promise=self.promise, by_rules=False)


def is_alarming(understanding: Understanding, intents: frozenset[str]) -> bool:
    """Tell whether a text is a complaint that must not be asked back, though it was not understood.

    What is certainly in another language says nothing to triage either.
    """
    triage = understanding.triage
    if triage is None or not understanding.fallback or understanding.in_scope == 0.0:
        return False
    chance = sum(score.confidence for score in understanding.ranking if score.name in intents)
    is_loud = triage.urgency >= LIKELY or triage.sentiment < ANGRY
    return triage.complaint >= LIKELY and (is_loud or chance >= SURE_TO_HAND_OVER)


def find_at_once(dialogue: DialogueSpec, desk: DeskSpec) -> AtOnce | None:
    """Return how a project hands over, by its rules; None where it does not, or does not want this."""
    hands_over = {HANDS_OVER, *desk.promises}
    found = (rule for rule in dialogue.rules if hands_over & {step.name for step in rule.steps[1:]})
    rules = [rule for rule in found if _is_plain_intent(rule)]
    intents = frozenset(rule.steps[0].name for rule in rules if rule.steps[0].name)
    if not desk.hand_over_at_once or not intents:
        return None
    told = sorted(desk.promises & dialogue.domain.responses.keys())
    return AtOnce(
        intents=intents,
        wish=_find_wish_intent(rules, hands_over),
        promise=next(iter(told), None),
        asks_back=any(step.name == FALLBACK_INTENT for rule in dialogue.rules for step in rule.steps[:1]),
    )


def _find_wish_intent(rules: list[RuleSpec], hands_over: set[str]) -> str | None:
    """Return the intent that a person is called for without another word; where several are, by its name."""
    direct = [rule.steps[0].name for rule in rules if rule.steps[1].name in hands_over and rule.steps[0].name]
    named = [name for name in direct if _NAMED_SO.search(name)]
    return next(iter(named), direct[0] if len(direct) == 1 else None)


def _is_plain_intent(rule: RuleSpec) -> bool:
    """Tell whether a rule begins with an intent, whatever was said and wherever the talk stands."""
    first = rule.steps[0]
    is_plain = first.type is StepType.INTENT and not first.entities
    return is_plain and not rule.condition and not rule.conversation_start


def _doubt(understanding: Understanding) -> Understanding:
    """Take a text as not understood, as Rasa's FallbackClassifier does; the best guess was wrong."""
    wrong = understanding.intent.name if understanding.intent else None
    doubt = IntentScore(name=FALLBACK_INTENT, confidence=0.0)
    others = tuple(score for score in understanding.ranking if score.name != wrong)
    return replace(understanding, intent=doubt, ranking=(doubt, *others), fallback=True)


def describe_call(understanding: Understanding, reason: str) -> HandoffRequest:
    """Return the request of a person, with what the message names and its words."""
    named = dict.fromkeys(
        str(each.value) for each in understanding.entities if isinstance(each.value, str | int)
    )
    facts = f" Named: {', '.join(named)}." if named else ""
    quote = f" Last words: \u201c{shorten(understanding.text, _QUOTE)}\u201d"
    return HandoffRequest(reason=reason, summary=f"{_TITLES[reason]}{facts}{quote}")
