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
from bot.dialogue.rules import examples_of, key_of
from bot.dialogue.states import states_backwards
from bot.dialogue.tracker import new_tracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.rule_policy import RulePolicy
    from bot.dialogue.states import RuleOnly
    from bot.dialogue.training import Training

_Makers: TypeAlias = "defaultdict[str, set[tuple[str, str]]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The policy as it may be used, and what contradicts what."""

    policy: RulePolicy
    rule_only: RuleOnly
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A rule or story continues with `wanted` where `others` say otherwise.

    `names` is what the training conversation is made of: several stories where checkpoints join
    them. `others` are names of rules, or Rasa's words for what is built in (`loop_order_form`).
    """

    names: tuple[str, ...]
    is_rule: bool
    wanted: str
    others: tuple[str, ...]


def analyse(
    policy: RulePolicy,
    rules: list[Training],
    stories: list[Training],
    catalogue: Catalogue,
) -> Analysis:
    """Let the rules predict every training conversation."""
    makers = _makers(policy, rules, catalogue)
    used: set[str] = set()
    contradictions: list[Contradiction] = []
    for training in (*rules, *stories):
        replay = _Replay(policy, training, catalogue)
        for answer in replay.answers():
            if answer.predicted == answer.gold:
                used |= set() if training.is_rule else {answer.source}
            elif _gives_way(replay.policy, training, answer):
                replay.policy = replace(replay.policy, index=replay.policy.index.without(answer.source))
            elif answer.predicted is not None or training.is_rule:
                contradictions.extend(_contradiction(training, answer.gold, makers[answer.source]))
        policy = replay.policy
    return Analysis(
        policy=replace(policy, hidden_sources=_all_sources(makers, catalogue) - used),
        rule_only=_rule_only(rules, stories, catalogue),
        contradictions=tuple(dict.fromkeys(contradictions)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What the rules predict where a training conversation has `gold`, and where they have it from."""

    gold: str
    predicted: str | None
    source: str


class _Replay:
    """A training conversation played again. The policy may be changed between answers."""

    def __init__(self, policy: RulePolicy, training: Training, catalogue: Catalogue) -> None:
        self.policy = policy
        self._events = [event for event, _ in training.tracker.tail]
        self._tracker = new_tracker(catalogue)

    def answers(self) -> Iterator[_Answer]:
        """Yield one answer for each predictable action."""
        predictable = False  # never the first action, nor the one after the pseudo action
        for event in self._events:
            if isinstance(event, ActionExecuted):
                if event.name == RULE_SNIPPET:
                    predictable = False
                elif predictable and not event.unpredictable:
                    yield self._answer(str(event.name or event.text))
                else:
                    predictable = True
            self._tracker = self._tracker.apply(event)

    def _answer(self, gold: str) -> _Answer:
        """Predict. A loop in the way of another action gives way, until it runs again."""
        prediction = self.policy.predict(self._tracker)
        loop = self._tracker.live.loop_name
        if loop is not None and prediction.action == loop != gold:
            self._tracker = self._tracker.apply(ActionRejected(name=loop))
            prediction = self.policy.predict(self._tracker)
        certain = prediction.action if prediction.confidence == 1.0 else None  # the fallback's do not count
        source = prediction.source
        if not source:
            source = key_of(tuple(reversed(list(states_backwards(self._tracker, by_text=False)))))
        return _Answer(gold=gold, predicted=certain, source=source)


def _makers(policy: RulePolicy, rules: list[Training], catalogue: Catalogue) -> _Makers:
    """Return, for each source of predictions, the rules that made it and the actions they want."""
    makers: _Makers = defaultdict(set)
    for training in rules:
        for answer in _Replay(policy, training, catalogue).answers():
            built_in = answer.source.startswith(("default_", "loop_"))
            maker = (answer.source, str(answer.predicted)) if built_in else (training.names[0], answer.gold)
            makers[answer.source].add(maker)
    return makers


def _all_sources(makers: _Makers, catalogue: Catalogue) -> frozenset[str]:
    loops = {f"loop_{form}{listen}" for form in catalogue.domain.forms for listen in ("", f"_{LISTEN}")}
    return frozenset({*makers, *loops, *(f"default_{intent}" for intent in DEFAULT_RULES)})


def _gives_way(policy: RulePolicy, training: Training, answer: _Answer) -> bool:
    """Tell whether listening was predicted only because a rule starts with an action: not for stories."""
    if training.is_rule or answer.predicted != LISTEN or answer.source.count("prev_action") > 1:
        return False
    known, opening = policy.index.rules, answer.source[:-2]
    return answer.source in known and any(key.startswith(opening) and key != answer.source for key in known)


def _contradiction(
    training: Training, gold: str, makers: Iterable[tuple[str, str]]
) -> Iterator[Contradiction]:
    others = tuple(sorted({name for name, action in makers if action != gold}))
    if others:
        yield Contradiction(names=training.names, is_rule=training.is_rule, wanted=gold, others=others)


def _rule_only(rules: list[Training], stories: list[Training], catalogue: Catalogue) -> RuleOnly:
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
        for example in examples_of(training, catalogue, only_set=only_set)
        for state in example.states
    ]
    slots = frozenset(name for state in states for name in state.slots)
    return slots, frozenset(state.loop for state in states if state.loop)
