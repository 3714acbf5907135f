"""An evaluation as one file, with all its pictures."""

from __future__ import annotations

from bot.nlu import evaluation_words as words
from bot.nlu.confusions import cluster_names, count_pairs, flatten, take_clusters
from bot.nlu.coverage import find_thresholds
from bot.nlu.evaluation_report import EvaluationReport, Subject
from bot.web.evaluation.coverage import Operation, draw_coverage
from bot.web.evaluation.matrix import draw_matrix, draw_overview
from bot.web.evaluation.reliability import draw_reliability
from bot.web.single_file import get_template

_READABLE = 24
"""Intents in the matrix with names."""
PAIRS_SHOWN, TEXTS_SHOWN = 40, 40
"""Confusions, and texts of each, that the page lists; the JSON has them all."""


def render_page(report: EvaluationReport) -> str:
    """Return the page. Everything customers wrote is escaped."""
    subject, versus = report.subject, report.versus
    found = subject.assessment
    return get_template("evaluation/page.html").render(
        report=report,
        subject=subject,
        found=found,
        versus=versus,
        words=words,
        thresholds=find_thresholds(found.coverage),
        reliability=draw_reliability(found.bins),
        coverage=draw_coverage(
            found.coverage,
            _locate(subject),
            versus.other.assessment.coverage if versus else None,
        ),
        matrices=_draw_matrices(subject),
        weakest_first=sorted(found.scores, key=lambda score: (score.f1, score.name)),
        pairs_shown=PAIRS_SHOWN,
        texts_shown=TEXTS_SHOWN,
    )


def _locate(subject: Subject) -> Operation:
    found, fallback = subject.assessment, subject.fallback
    name = f"threshold {fallback.threshold:g}" if fallback else "no threshold"
    return Operation(coverage=found.answered, risk=found.answered_wrong, name=name)


def _draw_matrices(subject: Subject) -> list[str]:
    """Return the readable matrix, then, where it does not hold every intent, all of them small."""
    trials = subject.assessment.trials
    pairs = count_pairs(trials)
    names = sorted({name for pair in pairs for name in pair})
    if not names:
        return []
    clusters = cluster_names(names, pairs)
    shown = take_clusters(clusters, _READABLE)
    if len(shown) == len(names):
        return [draw_matrix(shown, pairs)]
    return [draw_matrix(shown, pairs), draw_overview(flatten(clusters), pairs, enlarged=len(shown))]
