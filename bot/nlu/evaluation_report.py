"""What an evaluation found out, with all that a reader needs to judge it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.nlu.assessment_json import render_assessment
from bot.nlu.significance import PairedTest, compare_outcomes
from bot.nlu.trials import sort_by_confidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.domain.json import JsonObject
    from bot.nlu.assessment import Assessment
    from bot.nlu.intents import Fallback
    from bot.nlu.trials import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model that was evaluated.

    `learned` counts the examples that it was trained on: what it says of them proves little. `fallback` are
    its thresholds. `folds` are the accuracies of cross-validation, empty for a model of a file; it has no
    `digest` and is named for what it was trained on.
    """

    name: str
    assessment: Assessment
    fallback: Fallback | None
    digest: str | None = None
    learned: int = 0
    folds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """Another model on the same texts. `gained` only the first has right, `lost` only the other."""

    other: Subject
    test: PairedTest
    gained: tuple[Trial, ...]
    lost: tuple[Trial, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """`data` is the file or folder of the examples; `at` is when it was asked for, `seconds` what it took."""

    subject: Subject
    data: str
    at: datetime
    seconds: float
    versus: Versus | None = None


def oppose(subject: Subject, other: Subject) -> Versus:
    """Compare two models that read the same texts.

    Texts out of scope for one and an intent to the other are left out, for they cannot be compared.
    """
    ours, theirs = _index(subject.assessment.trials), _index(other.assessment.trials)
    pairs = [(ours[key], theirs[key]) for key in ours if key in theirs]
    return Versus(
        other=other,
        test=compare_outcomes([one.right for one, _ in pairs], [two.right for _, two in pairs]),
        gained=sort_by_confidence(two for one, two in pairs if one.right and not two.right),
        lost=sort_by_confidence(one for one, two in pairs if two.right and not one.right),
    )


def render_report(report: EvaluationReport) -> JsonObject:
    """Return the report as JSON: the figures of the model, then where they come from."""
    subject, versus = report.subject, report.versus
    return {
        **render_assessment(subject.assessment),
        "model": subject.name,
        "digest": subject.digest,
        "data": report.data,
        "at": report.at.isoformat(),
        "seconds": round(report.seconds, 3),
        "threshold": subject.fallback.threshold if subject.fallback else None,
        "ambiguity_threshold": subject.fallback.ambiguity if subject.fallback else None,
        "learned": subject.learned,
        "folds": list(subject.folds),
        "against": _render_versus(versus) if versus else None,
    }


def _render_versus(versus: Versus) -> JsonObject:
    other, test = versus.other, versus.test
    return {
        "model": other.name,
        "digest": other.digest,
        "accuracy": other.assessment.accuracy,
        "macro_f1": other.assessment.macro_f1,
        "ece": other.assessment.ece,
        "answered": other.assessment.answered,
        "answered_wrong": other.assessment.answered_wrong,
        "learned": other.learned,
        "compared": test.examples,
        "only_model_right": test.better,
        "only_other_right": test.worse,
        "difference": test.difference,
        "interval": [test.low, test.high],
        "p_value": test.p_value,
        "significant": test.significant,
    }


def _index(trials: Sequence[Trial]) -> dict[tuple[int, str, str], Trial]:
    """Number equal examples, so that each has its own counterpart in the other list."""
    seen: dict[tuple[str, str], int] = {}
    index = {}
    for trial in trials:
        example = (trial.text, trial.expected)
        seen[example] = seen.get(example, 0) + 1
        index[seen[example], *example] = trial
    return index
