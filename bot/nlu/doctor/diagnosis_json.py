"""`Diagnosis` → JSON: all of it for scripts, the worst of it for a model's metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.nlu.source_json import render_source

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.nlu.doctor.diagnosis import Diagnosis
    from bot.nlu.doctor.finding import Finding, Place

_MOST_OF_A_KIND = 3


def render_diagnosis(diagnosis: Diagnosis) -> JsonObject:
    """Return it all, the findings in the order of harm."""
    return {
        "examples": diagnosis.examples,
        "intents": diagnosis.intents,
        "errors": diagnosis.errors,
        "sentence": diagnosis.sentence,
        "findings": [_render_finding(finding) for finding in diagnosis.findings],
    }


def summarise(diagnosis: Diagnosis) -> JsonObject:
    """Return the sentence and the worst findings of each kind in words."""
    worst = [finding for group in diagnosis.groups for finding in group.findings[:_MOST_OF_A_KIND]]
    return {
        "sentence": diagnosis.sentence,
        "found": len(diagnosis.findings),
        "worst": [
            {
                "where": finding.places[0].where if finding.places else "",
                "says": finding.says,
                "proposal": finding.proposal,
            }
            for finding in worst
        ],
    }


def _render_finding(finding: Finding) -> JsonObject:
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "sure": round(finding.sure, 4),
        "harm": round(finding.harm, 4),
        "says": finding.says,
        "proposal": finding.proposal,
        "move_to": finding.move_to,
        "intents": list(finding.intents),
        "places": [_render_place(each) for each in finding.places],
    }


def _render_place(place: Place) -> JsonObject:
    return {**render_source(place.source), "text": place.text, "intent": place.intent or None}
