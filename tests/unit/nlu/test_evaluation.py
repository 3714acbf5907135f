from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.nlu.evaluation import HeldOut, measure
from bot.nlu.intents import Fallback

HELD_OUT = HeldOut(
    texts=["a1", "a2", "b1", "b2"],
    names=("a", "b"),
    probabilities=np.array([[0.95, 0.05], [0.55, 0.45], [0.8, 0.2], [0.1, 0.9]]),
    labels=np.array([0, 0, 1, 1]),
)


def test_measure_counts_as_written_by_hand() -> None:
    figures = measure(HELD_OUT, Fallback(threshold=0.7, ambiguity=0.1))
    assert figures["accuracy"] == 0.75
    assert figures["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert figures["answered"] == 0.75
    assert figures["answered_wrong"] == pytest.approx(1 / 3)
    assert figures["wrong"] == [{"text": "b1", "expected": "b", "got": "a", "confidence": 0.8}]
    assert figures["per_intent"] == {
        "a": {"examples": 2, "precision": pytest.approx(2 / 3), "recall": 1.0, "f1": pytest.approx(0.8)},
        "b": {"examples": 2, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)},
    }


def test_measure_advises_thresholds_for_what_may_be_wrong() -> None:
    many = replace(
        HELD_OUT,
        texts=list(HELD_OUT.texts) * 300,
        probabilities=np.tile(HELD_OUT.probabilities, (300, 1)),
        labels=np.tile(HELD_OUT.labels, 300),
    )
    assert measure(HELD_OUT, None)["advice"] == []  # four texts prove nothing
    advice = measure(many, None)["advice"]
    assert advice == [
        {"wrong": wrong, "threshold": 0.9, "answered": 0.5} for wrong in (0.005, 0.01, 0.02, 0.05)
    ]


def test_measure_without_fallback_answers_everything() -> None:
    figures = measure(HELD_OUT, None)
    assert (figures["answered"], figures["answered_wrong"]) == (1.0, 0.25)
