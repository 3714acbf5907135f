"""Rules and stories held against each other, as Rasa does at the end of training.

Found out: which rules no story uses (memoization must not see their turns), which slots and
loops occur in rules only, which one-step rules give way to stories, and what contradicts what.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from bot.dialogue.catalogue import RULE_SNIPPET
from bot.dialogue.events import LISTEN, ActionExecuted, ActionRejected
from bot.dialogue.features import SHOULD_NOT_BE_SET
from bot.dialogue.rule_policy import DEFAULT_RULES
from bot.dialogue.rules import examples_of, key_of, training_states
from bot.dialogue.states import states_backwards
from bot.dialogue.tracker import new_tracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.prediction import Prediction
    from bot.dialogue.rule_policy import RulePolicy
    from bot.dialogue.tracker import Tracker
    from bot.dialogue.training import Training

_Makers: TypeAlias = "defaultdict[str, set[tuple[str, str]]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The policy as it may be used, and sentences on what contradicts what."""

    policy: RulePolicy
    rule_only: tuple[AbstractSet[str], AbstractSet[str]]
    contradictions: tuple[str, ...]


def analyse(
    policy: RulePolicy,
    rules: list[Training],
    stories: list[Training],
    catalogue: Catalogue,
) -> Analysis:
    """Let the rules predict every training conversation."""
    makers = _makers(policy, rules, catalogue)
    used: set[str] = set()
    contradictions: list[str] = []
    for training in (*rules, *stories):
        for tracker, gold in _questions(training, catalogue):
            predicted, source = _answer(policy, tracker, gold)
            if predicted == gold:
                used |= set() if training.is_rule else {source}
            elif _gives_way(policy, training, source, predicted):
                policy = replace(policy, index=policy.index.without(source))
            elif predicted is not None or training.is_rule:
                contradictions.extend(_contradiction(training, gold, makers[source]))
    return Analysis(
        policy=replace(policy, hidden_sources=_all_sources(makers, catalogue) - used),
        rule_only=_rule_only(rules, stories, catalogue),
        contradictions=tuple(dict.fromkeys(contradictions)),
    )


def _makers(policy: RulePolicy, rules: list[Training], catalogue: Catalogue) -> _Makers:
    """Return, for each source of predictions, the rules that made it and the actions they want."""
    makers: _Makers = defaultdict(set)
    for training in rules:
        for tracker, gold in _questions(training, catalogue):
            predicted, source = _answer(policy, tracker, gold)
            built_in = source.startswith(("default_", "loop_"))
            makers[source].add((source, str(predicted)) if built_in else (training.name, gold))
    return makers


def _all_sources(makers: _Makers, catalogue: Catalogue) -> frozenset[str]:
    loops = {f"loop_{form}{listen}" for form in catalogue.domain.forms for listen in ("", f"_{LISTEN}")}
    return frozenset({*makers, *loops, *(f"default_{intent}" for intent in DEFAULT_RULES)})


def _questions(training: Training, catalogue: Catalogue) -> Iterator[tuple[Tracker, str]]:
    """Yield the conversation before each predictable action, and the action."""
    tracker = new_tracker(catalogue)
    predictable = False  # never the first action, nor the one after the pseudo action
    for event, _ in training.tracker.tail:
        if isinstance(event, ActionExecuted):
            if event.name == RULE_SNIPPET:
                predictable = False
            elif predictable and not event.unpredictable:
                yield tracker, str(event.name or event.text)
            else:
                predictable = True
        tracker = tracker.apply(event)


def _answer(policy: RulePolicy, tracker: Tracker, gold: str) -> tuple[str | None, str]:
    """Return what the rules predict, and why. A loop gives way once, as it does off its path."""
    prediction = policy.predict(tracker)
    loop = tracker.live.loop_name
    if loop is not None and prediction.action == loop != gold:
        tracker = tracker.apply(ActionRejected(name=loop))
        prediction = policy.predict(tracker)
    if prediction.source:
        return _certain(prediction), prediction.source
    states = tuple(reversed(list(states_backwards(tracker, by_text=False))))
    return _certain(prediction), key_of(states)


def _certain(prediction: Prediction) -> str | None:
    """Return the action unless it is only the fallback's."""
    return prediction.action if prediction.confidence == 1.0 else None


def _gives_way(policy: RulePolicy, training: Training, source: str, predicted: str | None) -> bool:
    """Tell whether listening was predicted only because a rule starts with an action: not for stories."""
    if training.is_rule or predicted != LISTEN or source.count("prev_action") > 1:
        return False
    opening = source[:-2]
    return (
        any(key.startswith(opening) and key != source for key in policy.index.rules)
        and source in policy.index.rules
    )


def _contradiction(training: Training, gold: str, makers: Iterable[tuple[str, str]]) -> Iterator[str]:
    others = sorted(name for name, action in makers if action != gold)
    if others:
        kind = "rule" if training.is_rule else "story"
        names = ", ".join(map(repr, others))
        yield f"{kind} {training.name!r} wants {gold} where rule {names} says otherwise"


def _rule_only(
    rules: list[Training], stories: list[Training], catalogue: Catalogue
) -> tuple[AbstractSet[str], AbstractSet[str]]:
    rule_slots, rule_loops = _slots_and_loops(rules, catalogue, only_set=True)
    story_slots, story_loops = _slots_and_loops(stories, catalogue, only_set=False)
    return rule_slots - story_slots, rule_loops - story_loops - {SHOULD_NOT_BE_SET}


def _slots_and_loops(
    trainings: list[Training],
    catalogue: Catalogue,
    *,
    only_set: bool,
) -> tuple[frozenset[str], frozenset[str]]:
    states = [
        state
        for training in trainings
        for example in examples_of(training.tracker)
        for state in training_states(example, catalogue, only_set=only_set)
    ]
    slots = frozenset(name for state in states for name, _ in state.slots)
    return slots, frozenset(state.loop for state in states if state.loop)
