"""An evaluation in sentences, for the terminal and the page alike. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.nlu.coverage import find_safe_thresholds
from bot.nlu.wording import code, count, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.nlu.assessment import Assessment
    from bot.nlu.evaluation_report import EvaluationReport, Subject, Versus

FEW = 100
"""Below this many texts the accuracy is uncertain by ten points or more."""
LEARNED = 0.01
"""Up to this share of the texts may have been in a model's training without changing what figures mean."""
UNTRUE = 0.05
"""From this calibration error on, whoever acts on confidence should know."""
ACCEPTED_RISK = 0.01
WORTH_ANSWERING = 0.25
"""A threshold that lets less through is no advice."""
REFUSED_ENOUGH = 0.9
PAIRS_NAMED = 3
NAMES_LISTED = 5


def say_share(share: float) -> str:
    """Return a share as `94.2 %`."""
    return f"{share:.1%}".replace("%", "\N{NO-BREAK SPACE}%")


def say_result(report: EvaluationReport) -> str:
    """Return the one sentence that comes first."""
    found = report.subject.assessment
    return f"{say_share(found.accuracy)} of {count(found.examples, 'text')} understood as meant."


def say_details(report: EvaluationReport) -> list[str]:
    """Return what belongs to the result: how sure it is, what is answered, whether confidence is true."""
    return [
        *_say_certainty(report.subject),
        _say_answers(report.subject),
        f"Its confidence is off by {_points(report.subject.assessment.ece)} on average.",
    ]


def say_warnings(report: EvaluationReport) -> list[str]:
    """Return what makes the figures mean less than they seem to."""
    return [*_warn_of_subject(report.subject), *_warn_of_opponent(report.versus)]


def say_next_steps(report: EvaluationReport) -> list[str]:
    """Return what could be done about the mistakes, the most useful first."""
    found = report.subject.assessment
    return [
        *_propose_examples(found),
        *_propose_threshold(report.subject),
        *_propose_refusals(found),
        *_propose_calibration(found),
    ]


def say_comparison(versus: Versus, found: Assessment) -> list[str]:
    """Return what the comparison comes to, and how that was counted."""
    test = versus.test
    accuracies = f"{say_share(found.accuracy)} against {say_share(versus.other.assessment.accuracy)}"
    if not test.significant:
        verdict = f"No difference that could not be chance: {accuracies} of the texts understood."
    elif test.difference > 0:
        verdict = f"Better than the other model: {accuracies} of the texts understood."
    else:
        verdict = f"Worse than the other model: {accuracies} of the texts understood."
    counts = (
        f"Of {count(test.examples, 'text')} {test.better:,} only this model has right, and "
        f"{test.worse:,} only the other. {_say_chance(test.p_value)} "
        f"(exact McNemar test, p = {_say_p(test.p_value)})."
    )
    bounds = (
        f"The difference is {_signed(test.difference)}; on other texts like these it would lie between "
        f"{_signed(test.low)} and {_signed(test.high)} (bootstrap, 95 times of 100)."
    )
    return [verdict, counts, bounds]


def list_names(names: Sequence[str]) -> str:
    """Return names in a row, the last ones as a number where there are many."""
    more = [f"{len(names) - NAMES_LISTED} more"] if len(names) > NAMES_LISTED else []
    return join([*map(code, names[:NAMES_LISTED]), *more])


def _say_certainty(subject: Subject) -> Iterator[str]:
    low, high = subject.assessment.accuracy_interval
    if subject.folds:
        yield (
            f"Cross-validated: {len(subject.folds)} trainings, each tried on the part it had not learned "
            f"({say_share(min(subject.folds))} to {say_share(max(subject.folds))})."
        )
    if subject.assessment.examples:
        yield f"On more texts like these: {say_share(low)} to {say_share(high)}, 95 times of 100."


def _say_answers(subject: Subject) -> str:
    found, fallback = subject.assessment, subject.fallback
    wrong = f"{say_share(found.answered_wrong)} of these answers are wrong."
    if fallback is None:
        return f"It has no threshold, so it answers every text; {wrong}"
    ahead = f", and {fallback.ambiguity:g} ahead of the next" if fallback.ambiguity else ""
    bar = f"(confidence {fallback.threshold:g} or more{ahead})"
    if not found.answered:
        return f"It is sure enough to answer none of them {bar}."
    return f"It is sure enough to answer {say_share(found.answered)} of them {bar}; {wrong}"


def _warn_of_subject(subject: Subject) -> Iterator[str]:
    found = subject.assessment
    if subject.learned > found.examples * LEARNED:
        yield (
            f"The model was trained on {subject.learned:,} of these texts, so the figures flatter it. "
            "Take texts it has not seen."
        )
    intents = [name for name in found.unknown if "/" not in name]
    keys = [name for name in found.unknown if "/" in name]
    if intents:
        texts = sum(found.unknown[name] for name in intents)
        others = f" Without them, {say_share(found.accuracy_of_known)} are right."
        yield (
            f"The model does not know {list_names(intents)}: {count(texts, 'text')} counted as "
            f"misunderstood.{others if texts < found.examples else ''}"
        )
    if keys:
        yield f"The model has no answer {list_names(keys)}: their texts cannot get the right one."
    if found.untested:
        yield f"No text tests {list_names(found.untested)}."
    if 0 < found.examples < FEW:
        yield f"{count(found.examples, 'text')} cannot prove much: see the range above."


def _warn_of_opponent(versus: Versus | None) -> Iterator[str]:
    if versus and versus.other.learned > versus.other.assessment.examples * LEARNED:
        yield (
            f"The other model was trained on {versus.other.learned:,} of these texts, so the comparison "
            "flatters it."
        )
    if versus and versus.other.assessment.unknown:
        yield f"The other model does not know {list_names(list(versus.other.assessment.unknown))}."


def _propose_examples(found: Assessment) -> Iterator[str]:
    if found.unknown:
        yield (
            f"Train the model on {list_names(list(found.unknown))}, or write the names in the test file as "
            "the model knows them. Texts that no intent covers are called `out_of_scope`."
        )
    known = [each for each in found.confusions if each.expected in found.known and len(each.trials) > 1]
    worst = [
        f"`{each.expected}` taken for `{each.got}` ({len(each.trials)} of {each.of})"
        for each in known[:PAIRS_NAMED]
    ]
    if worst:
        yield (
            f"Read the worst confusions, first {', '.join(worst)}: move texts that stand under the wrong "
            "intent, add examples that tell the two apart, or make them one intent."
        )


def _propose_threshold(subject: Subject) -> Iterator[str]:
    found = subject.assessment
    wanted = find_safe_thresholds(found.coverage, (ACCEPTED_RISK,))[ACCEPTED_RISK]
    if wanted and wanted.coverage >= WORTH_ANSWERING and found.answered_wrong > ACCEPTED_RISK:
        yield (
            f"To have at most {say_share(ACCEPTED_RISK)} of the answers wrong, set the threshold of "
            f"`FallbackClassifier` to {wanted.threshold:.3f}: {say_share(wanted.coverage)} of these texts "
            "would be answered."
        )


def _propose_refusals(found: Assessment) -> Iterator[str]:
    outside = found.out_of_scope
    if outside and outside.refused < REFUSED_ENOUGH:
        yield (
            f"{say_share(1 - outside.refused)} of the texts out of scope would be answered: raise the "
            "threshold, or train an intent on texts like them."
        )


def _propose_calibration(found: Assessment) -> Iterator[str]:
    if found.ece < UNTRUE or not found.examples:
        return
    promised = sum(trial.confidence for trial in found.trials) / found.examples
    direction = "more" if promised > found.accuracy else "less"
    yield (
        f"Confidence promises {direction} than it holds (on average {say_share(promised)}, right are "
        f"{say_share(found.accuracy)}): these texts differ from those the model learned from. Add some like "
        "them."
    )


def _say_chance(p_value: float) -> str:
    often = 1 / p_value if p_value else float("inf")
    if p_value > 0.5:  # noqa: PLR2004 - more often than not
        return "Two equally good models would mostly differ by this much or more"
    if often < 1e6:  # noqa: PLR2004 - beyond a million nobody counts
        return f"Two equally good models would differ by this much once in {often:,.0f} such comparisons"
    return "Two equally good models would practically never differ by this much"


def _say_p(p_value: float) -> str:
    return f"{p_value:.3f}" if p_value >= 0.001 else f"{p_value:.0e}"  # noqa: PLR2004 - three decimals


def _points(share: float) -> str:
    return f"{share * 100:.1f} points"


def _signed(share: float) -> str:
    return f"{share * 100:+.1f} points".replace("-", "\N{MINUS SIGN}")
