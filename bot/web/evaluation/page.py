"""An evaluation as one HTML file: no scripts, nothing fetched, the style and all pictures inside."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.nlu import evaluation_words as words
from bot.nlu.confusions import cluster_names, count_pairs, flatten, take_clusters
from bot.nlu.coverage import find_thresholds
from bot.nlu.evaluation_report import EvaluationReport, Subject
from bot.web.evaluation.coverage import Operation, draw_coverage
from bot.web.evaluation.matrix import draw_matrix, draw_overview
from bot.web.evaluation.reliability import draw_reliability

_WEB = Path(__file__).parents[1]
_READABLE = 24
"""Intents in the matrix with names."""
PAIRS_SHOWN, TEXTS_SHOWN = 40, 40
"""Confusions, and texts of each, that the page lists; the JSON has them all."""


def render_page(report: EvaluationReport) -> str:
    """Return the page. Everything customers wrote is escaped."""
    subject, versus = report.subject, report.versus
    found = subject.assessment
    return _open_template().render(
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


@cache
def _open_template() -> Template:
    """Return the page's template; the style takes its tokens from all our pages' own."""
    templates = Environment(
        loader=FileSystemLoader((_WEB / "templates", _WEB / "assets")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["share"] = words.say_share
    return templates.get_template("evaluation/page.html")


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
