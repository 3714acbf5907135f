"""All figures of one model on one set of examples. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.nlu.confusions import Confusion, collect_confusions
from bot.nlu.coverage import Coverage, trace_coverage
from bot.nlu.entity_scores import score_entities
from bot.nlu.out_of_scope import OutOfScope, measure_out_of_scope
from bot.nlu.reliability import Bin, get_calibration_error, sort_into_bins
from bot.nlu.scores import NameScore, get_accuracy, get_macro_f1, get_weighted_f1, score_names
from bot.nlu.significance import bound_share
from bot.nlu.trials import Trial, sort_by_confidence, sort_trials, try_examples

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.domain.example import Example
    from bot.domain.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """How often the right answer of a retrieval intent was chosen: `faq/hours`, intent and key both right."""

    scores: tuple[NameScore, ...]
    mistakes: tuple[Trial, ...]

    @property
    def examples(self) -> int:
        """How many examples name a key."""
        return sum(score.examples for score in self.scores)

    @property
    def accuracy(self) -> float:
        """The share of them that would get their answer."""
        return get_accuracy(self.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What came out. Shares are 0..1.

    `trials` are the texts in scope, which all figures but `out_of_scope` are about. A text whose intent the
    model does not know cannot be right; how many there are of each is in `unknown`, and `accuracy_of_known`
    leaves them out. `untested` are the model's intents without an example. `answered` is the share above
    the project's thresholds, `answered_wrong` the share of wrong ones among these.
    `entities` is what `score_entities` returns; None where no example is annotated.
    """

    trials: tuple[Trial, ...]
    accuracy: float
    accuracy_of_known: float
    macro_f1: float
    weighted_f1: float
    ece: float
    answered: float
    answered_wrong: float
    scores: tuple[NameScore, ...]
    confusions: tuple[Confusion, ...]
    bins: tuple[Bin, ...]
    coverage: Coverage
    known: tuple[str, ...]
    unknown: Mapping[str, int] = field(default_factory=dict)
    untested: tuple[str, ...] = ()
    out_of_scope: OutOfScope | None = None
    keys: Keys | None = None
    entities: Mapping[str, Any] | None = None

    @property
    def examples(self) -> int:
        """How many texts the figures are about."""
        return len(self.trials)

    @property
    def accuracy_interval(self) -> tuple[float, float]:
        """What the accuracy on more texts like these lies between, 95 % sure."""
        return bound_share(sum(trial.right for trial in self.trials), self.examples)

    @property
    def mistakes(self) -> tuple[Trial, ...]:
        """The texts that were misunderstood, the surest mistakes first."""
        return sort_by_confidence(trial for trial in self.trials if not trial.right)


def assess(
    examples: Sequence[Example],
    understandings: Sequence[Understanding],
    known: Collection[str],
) -> Assessment:
    """Count. `known` are the intents that the model can tell apart, with keys where they have one."""
    bases = frozenset(name.partition("/")[0] for name in known)
    trials = sort_trials(try_examples(examples, understandings), bases)
    inside = trials.in_scope
    scores = score_names((trial.expected, trial.got) for trial in inside)
    confidences = np.array([trial.confidence for trial in inside], dtype=np.float64)
    right = np.array([trial.right for trial in inside], dtype=np.bool_)
    answered = [trial for trial in inside if not trial.unsure]
    return Assessment(
        trials=inside,
        accuracy=get_accuracy(scores),
        accuracy_of_known=get_accuracy([score for score in scores if score.name in bases]),
        macro_f1=get_macro_f1(scores),
        weighted_f1=get_weighted_f1(scores),
        ece=get_calibration_error(confidences, right),
        answered=len(answered) / max(len(inside), 1),
        answered_wrong=sum(not trial.right for trial in answered) / max(len(answered), 1),
        scores=scores,
        confusions=collect_confusions(inside),
        bins=sort_into_bins(confidences, right),
        coverage=trace_coverage(confidences, right),
        known=tuple(sorted(bases)),
        unknown=_count_unknown(inside, bases, known),
        untested=tuple(sorted(bases.difference(score.name for score in scores))),
        out_of_scope=measure_out_of_scope(inside, trials.out_of_scope),
        keys=_score_keys(inside),
        entities=_score_entities(examples, understandings),
    )


def _count_unknown(trials: Sequence[Trial], bases: Collection[str], known: Collection[str]) -> dict[str, int]:
    """Return the intents, and the keys of known intents, that the model does not have, by name."""
    named = Counter(
        trial.expected_key if trial.expected_key and trial.expected in bases else trial.expected
        for trial in trials
    )
    return {name: named[name] for name in sorted(named) if name not in known and name not in bases}


def _score_keys(trials: Sequence[Trial]) -> Keys | None:
    keyed = [trial for trial in trials if trial.expected_key]
    if not keyed:
        return None
    pairs = [(trial.expected_key or "", trial.got_key or trial.got) for trial in keyed]
    mistakes = [
        trial for trial, (meant, got) in zip(keyed, pairs, strict=True) if trial.right and meant != got
    ]
    return Keys(scores=score_names(pairs), mistakes=tuple(mistakes))


def _score_entities(
    examples: Sequence[Example], understandings: Sequence[Understanding]
) -> Mapping[str, Any] | None:
    if not any(example.entities for example in examples):
        return None
    return score_entities(
        [example.entities for example in examples],
        [understanding.entities for understanding in understandings],
    )
