"""How good an intent head is, from its probabilities for texts that it did not learn from. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.coverage import find_safe_thresholds, trace_coverage
from bot.nlu.intents import rank
from bot.nlu.outcomes import key_of, pack_outcomes
from bot.nlu.reliability import get_calibration_error
from bot.nlu.retrieval import fold_keys
from bot.nlu.scores import get_macro_f1, score_names, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bot.domain.json import JsonObject
    from bot.nlu.intents import Fallback

MAX_WRONG_LISTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """`probabilities` (texts, intents) for each text, `labels` (texts,) are positions in `names`."""

    texts: Sequence[str]
    names: tuple[str, ...]
    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]


def measure(held_out: HeldOut, fallback: Fallback | None) -> JsonObject:
    """Return the figures of a model.

    Keys: `examples`, `intents`, `accuracy`, `macro_f1`, `ece`; `answered` (share above the fallback
    thresholds) and `answered_wrong` (share of wrong ones among them); `advice`: for each accepted share of
    wrong answers the `threshold` that answers most at it, and how much that is (`answered`);
    `per_intent`: name → `examples`, `precision`, `recall`, `f1`; `wrong`: the surest mistakes first, `text`,
    `expected`, `got`, `confidence`; `held_out`: every text's outcome, as `bot.nlu.outcomes` packs them.
    """
    guesses = held_out.probabilities.argmax(axis=1)
    right = guesses == held_out.labels
    scores = score_names(
        (held_out.names[label], held_out.names[guess])
        for label, guess in zip(held_out.labels.tolist(), guesses.tolist(), strict=True)
    )
    answered = np.fromiter(_find_answered(held_out, fallback), dtype=bool)
    return {
        "examples": len(held_out.texts),
        "intents": len(held_out.names),
        "accuracy": _mean(right),
        "macro_f1": get_macro_f1(scores),
        "ece": get_calibration_error(held_out.probabilities.max(axis=1), right),
        "answered": _mean(answered),
        "answered_wrong": _mean(~right[answered]),
        "advice": _advise(held_out.probabilities.max(axis=1), right),
        "per_intent": tabulate(scores),
        "wrong": _list_wrong(held_out, guesses),
        "held_out": _pack(held_out, right),
    }


def _advise(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> list[JsonObject]:
    found = find_safe_thresholds(trace_coverage(confidences, right))
    return [
        {"wrong": risk, "threshold": each.threshold, "answered": each.coverage}
        for risk, each in found.items()
        if each is not None
    ]


def _find_answered(held_out: HeldOut, fallback: Fallback | None) -> Iterator[bool]:
    """Tell for each text whether the bot would act on it: unsure of a key alone, it is sure enough."""
    folder = fold_keys(held_out.names)
    for chances in held_out.probabilities:
        ranking = folder.rank(chances) if folder else rank(held_out.names, chances)
        yield fallback is None or not fallback.is_unsure(ranking)


def _list_wrong(held_out: HeldOut, guesses: NDArray[np.int64]) -> list[JsonObject]:
    confidences = held_out.probabilities.max(axis=1)
    rows = np.flatnonzero(guesses != held_out.labels)
    order = rows[np.argsort(-confidences[rows], kind="stable")][:MAX_WRONG_LISTED]
    return [
        {
            "text": held_out.texts[row],
            "expected": held_out.names[held_out.labels[row]],
            "got": held_out.names[guesses[row]],
            "confidence": float(confidences[row]),
        }
        for row in order.tolist()
    ]


def _pack(held_out: HeldOut, right: NDArray[np.bool_]) -> str:
    keys = [
        key_of(text, held_out.names[label])
        for text, label in zip(held_out.texts, held_out.labels.tolist(), strict=True)
    ]
    return pack_outcomes(zip(keys, right.tolist(), strict=True))


def _mean(values: NDArray[np.floating] | NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else 0.0
