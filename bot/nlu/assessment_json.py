"""`Assessment` → JSON, for scripts that watch a model."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.nlu.coverage import find_thresholds
from bot.nlu.scores import tabulate
from bot.nlu.source_json import render_source

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.nlu.assessment import Assessment, Keys
    from bot.nlu.out_of_scope import OutOfScope
    from bot.nlu.trials import Trial


def render_assessment(assessment: Assessment) -> JsonObject:
    """Return all figures; shares and probabilities are 0..1. `wrong` lists the surest mistakes first."""
    return {
        "accuracy": assessment.accuracy,
        "accuracy_interval": list(assessment.accuracy_interval),
        "macro_f1": assessment.macro_f1,
        "weighted_f1": assessment.weighted_f1,
        "ece": assessment.ece,
        "examples": assessment.examples,
        "intents": len(assessment.scores),
        "answered": assessment.answered,
        "answered_wrong": assessment.answered_wrong,
        "accuracy_of_known": assessment.accuracy_of_known,
        "unknown_intents": dict(assessment.unknown),
        "untested_intents": list(assessment.untested),
        "out_of_scope": _render_out_of_scope(assessment.out_of_scope) if assessment.out_of_scope else None,
        "per_intent": tabulate(assessment.scores),
        "confusions": [
            {"expected": each.expected, "got": each.got, "examples": len(each.trials), "of": each.of}
            for each in assessment.confusions
        ],
        "wrong": [_render_trial(trial) for trial in assessment.mistakes],
        "reliability": [asdict(each) for each in assessment.bins],
        "risk_coverage": {
            "area": assessment.coverage.area,
            "points": [asdict(point) for point in assessment.coverage.points],
            "at_risk": {
                str(risk): asdict(found) if found else None
                for risk, found in find_thresholds(assessment.coverage).items()
            },
        },
        "retrieval": _render_keys(assessment.keys) if assessment.keys else None,
        "entities": dict(assessment.entities) if assessment.entities else None,
    }


def _render_trial(trial: Trial) -> JsonObject:
    return {
        "text": trial.text,
        "expected": trial.expected,
        "got": trial.got,
        "confidence": trial.confidence,
        "answered": not trial.unsure,
        **render_source(trial.source),
    }


def _render_out_of_scope(found: OutOfScope) -> JsonObject:
    return {
        "examples": found.examples,
        "refused": found.refused,
        "auroc": found.auroc,
        "recall_at_5_percent_rejected": found.recall,
        "answered": [_render_trial(trial) for trial in found.answered],
    }


def _render_keys(keys: Keys) -> JsonObject:
    return {
        "examples": keys.examples,
        "accuracy": keys.accuracy,
        "per_answer": tabulate(keys.scores),
        "wrong": [
            {**_render_trial(trial), "expected": trial.expected_key, "got": trial.got_key}
            for trial in keys.mistakes
        ],
    }
