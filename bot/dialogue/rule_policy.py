"""RulePolicy: default intents, loops on their way, then rules, then the fallback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.dialogue.events import LISTEN, SESSION_START, LoopInterrupted
from bot.dialogue.prediction import Prediction, score_of
from bot.dialogue.rules import States
from bot.dialogue.states import states_backwards

if TYPE_CHECKING:
    from bot.dialogue.rules import CompiledRule, RuleIndex, UnhappyPaths
    from bot.dialogue.spec import PolicySpec
    from bot.dialogue.tracker import Tracker

NAME = "RulePolicy"
_RETURNING = LoopInterrupted(is_interrupted=True)
DEFAULT_RULES = {"restart": "action_restart", "back": "action_back", "session_start": SESSION_START}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the rules say. `rule` is the one that decided, also where the loop comes instead."""

    action: str | None = None
    rule: CompiledRule | None = None
    returning: bool = False  # the loop runs again after something else was talked about


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePolicy:
    """The compiled policy. `hidden_sources` are predictions that no story makes as well."""

    spec: PolicySpec
    index: RuleIndex
    unhappy: UnhappyPaths
    hidden_sources: frozenset[str] = field(default_factory=frozenset)

    @property
    def priority(self) -> int:
        """What decides between policies that are equally certain."""
        return self.spec.rule_priority

    def predict(self, tracker: Tracker) -> Prediction:
        """Return what comes next by the rules."""
        by_text = self._find(tracker, by_text=True) if self._may_hear_words(tracker) else _Found()
        default = _default_action(tracker)
        if default and by_text.action is None:
            return self._prediction(tracker, default, source=f"default_{tracker.live.intent}")
        going_on = _loop_going_on(tracker)
        if going_on:
            source = _loop_source(tracker, going_on)
            return self._prediction(tracker, going_on, source=source, ignores_user=True)
        found = by_text if by_text.action is not None else self._find(tracker, by_text=False)
        return self._prediction(
            tracker,
            found.action,
            source=found.rule.key if found.rule else "",
            by_text=found is by_text,
            events=(_RETURNING,) if by_text.returning or found.returning else (),
        )

    def _may_hear_words(self, tracker: Tracker) -> bool:
        """Tell whether a message was just heard whose words may matter: most rules go by intents."""
        if tracker.live.action != LISTEN:
            return False
        in_loop = tracker.live.loop_name is not None and self.unhappy.index.hears_words
        return in_loop or self.index.hears_words or tracker.applied.action != LISTEN

    def _find(self, tracker: Tracker, *, by_text: bool) -> _Found:
        states = States(states_backwards(tracker, by_text=by_text))
        rule = self.index.best(states)
        action = rule.action if rule else None
        loop = tracker.live.loop_name
        if loop is None:
            return _Found(action=action, rule=rule)
        interrupted, not_the_loop = self.unhappy.says(states)
        if action == LISTEN and rule is not None and not rule.in_loop:
            if not not_the_loop:
                return _Found(action=loop, rule=rule)
            action = None
        return _Found(action=action, rule=rule, returning=interrupted)

    def _prediction(self, tracker: Tracker, action: str | None, *, source: str, **reasons: Any) -> Prediction:
        """Return the prediction of `action`, or of the fallback where that counts more."""
        score = score_of(tracker, by_confidence=self.spec.rules_by_confidence)
        found = None if action is None else (action, score)
        fallback = (self.spec.core_fallback_action, self.spec.core_fallback_threshold)
        otherwise = fallback if self.spec.fallback_prediction and fallback[0] != action else None
        if found is None or (otherwise and _outweighs(otherwise, found, tracker)):
            found, otherwise = otherwise, found
        return Prediction(
            policy=NAME,
            priority=self.spec.rule_priority,
            action=found[0] if found else None,
            confidence=found[1] if found else 0.0,
            hidden=source in self.hidden_sources,
            otherwise=otherwise,
            source=source,
            **reasons,
        )


def _outweighs(other: tuple[str, float], found: tuple[str, float], tracker: Tracker) -> bool:
    """Tell whether an action is likelier than another; of equally likely ones the domain's first counts."""
    order = tracker.catalogue.action_order
    return (-other[1], order.get(other[0], 0)) < (-found[1], order.get(found[0], 0))


def _default_action(tracker: Tracker) -> str | None:
    return DEFAULT_RULES.get(tracker.live.intent or "") if tracker.live.action == LISTEN else None


def _loop_going_on(tracker: Tracker) -> str | None:
    """Return the loop when it must run, listening when it just ran, None off its path."""
    now = tracker.live
    if now.loop_name is None or now.is_rejected or now.action is None:
        return None
    return LISTEN if now.action == now.loop_name else now.loop_name


def _loop_source(tracker: Tracker, action: str) -> str:
    loop = f"loop_{tracker.live.loop_name}"
    return f"{loop}_{LISTEN}" if action == LISTEN else loop
