"""An intent head as arrays and numbers, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.nlu.confidence import Confidence
from bot.nlu.example_space import ExampleSpace
from bot.nlu.intents import IntentHead, WordHead
from bot.nlu.landmarks import LandmarkHead
from bot.nlu.meanings import MeaningHead
from bot.nlu.scope import Scope
from bot.nlu.tail import TailWeights
from bot.nlu.weights_file import keep_on_disk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.domain.json import JsonObject

    Arrays = Mapping[str, NDArray[Any]]

_TAIL = "tail_"
"""What the names of the tail's arrays begin with."""


def pack_head(head: IntentHead) -> dict[str, NDArray[Any]]:
    """Return a head's arrays, in half precision where no decision depends on more."""
    meanings = head.meanings
    tail = head.tail.items() if head.tail else []
    return {
        "means": meanings.means.astype(np.float16),
        "centres": meanings.centres.astype(np.float16),
        "basis": meanings.space.basis.astype(np.float16),
        "places": meanings.space.places.astype(np.float16),
        "counts": meanings.space.counts,
        "landmarks": meanings.landmarks.rows,
        "coefficients": meanings.landmarks.coefficients,
        "word_weights": head.words.weights,
        "word_bias": head.words.bias,
        **{f"{_TAIL}{name}": array.astype(np.float16) for name, array in tail},
    }


def describe_head(head: IntentHead) -> JsonObject:
    """Return what of a head is no array."""
    return {
        "names": list(head.names),
        "shares": list(head.shares),
        "confidence": asdict(head.confidence),
    }


def read_head(described: Mapping[str, Any], arrays: Arrays) -> IntentHead:
    """Put together what `pack_head` and `describe_head` gave.

    Raises `KeyError`, `TypeError` or `ValueError` for anything else.
    """
    return IntentHead(
        names=tuple(map(str, described["names"])),
        tail=_read_tail(arrays),
        meanings=MeaningHead(
            means=arrays["means"].astype(np.float32),
            centres=arrays["centres"].astype(np.float32),
            space=ExampleSpace(
                basis=arrays["basis"].astype(np.float32),
                places=arrays["places"].astype(np.float32),
                counts=arrays["counts"].astype(np.int64),
            ),
            landmarks=LandmarkHead(
                rows=arrays["landmarks"].astype(np.int64), coefficients=arrays["coefficients"]
            ),
        ),
        words=WordHead(weights=arrays["word_weights"].astype(np.float16), bias=arrays["word_bias"]),
        shares=_read_three(described["shares"]),
        confidence=_read_confidence(described["confidence"]),
    )


def _read_tail(arrays: Arrays) -> TailWeights | None:
    of_tail = {
        name.removeprefix(_TAIL): array.astype(np.float32)
        for name, array in arrays.items()
        if name.startswith(_TAIL)
    }
    return TailWeights(**keep_on_disk(of_tail)) if of_tail else None


def _read_three(numbers: Any) -> tuple[float, float, float]:
    by_landmarks, by_nearest, by_words = map(float, numbers)
    return by_landmarks, by_nearest, by_words


def _read_confidence(described: Mapping[str, Any]) -> Confidence:
    return Confidence(
        odds=float(described["odds"]),
        full_odds=float(described["full_odds"]),
        leads=_read_three(described["leads"]),
        strangeness=float(described["strangeness"]),
        bias=float(described["bias"]),
        scope=Scope(**{name: float(number) for name, number in described["scope"].items()}),
    )


def is_sound(head: IntentHead, ngrams: int) -> bool:
    """Tell whether the arrays fit each other, the intents and so many n-grams, and all numbers are finite."""
    intents = len(head.names)
    meanings, space, landmarks = head.meanings, head.meanings.space, head.meanings.landmarks
    arrays = (
        space.basis,
        space.places,
        space.counts,
        meanings.means,
        meanings.centres,
        landmarks.rows,
        landmarks.coefficients,
        head.words.weights,
        head.words.bias,
    )
    if space.basis.ndim != 2 or (head.tail and not head.tail.fits()):  # noqa: PLR2004 - a matrix
        return False
    (dimensions, kept), examples, count = space.basis.shape, len(space.places), len(landmarks.rows)
    right = (
        (dimensions, kept),
        (examples, kept),
        (intents,),
        (intents, dimensions),
        (intents, dimensions),
        (count,),
        (count, intents),
        (ngrams, intents),
        (intents,),
    )
    confidence, scope = head.confidence, head.confidence.scope
    weights = (confidence.odds, confidence.full_odds, *confidence.leads, confidence.strangeness)
    numbers = (*head.shares, *weights, confidence.bias)
    return (
        tuple(array.shape for array in arrays) == right
        and (head.tail is None or head.tail.shift.shape == (dimensions,))
        and all(bool(np.isfinite(array).all()) for array in arrays)
        and _counts_add_up(space.counts, examples)
        and bool(((landmarks.rows >= 0) & (landmarks.rows < examples)).all())
        and bool(np.isfinite([*numbers, *asdict(scope).values()]).all())
    )


def _counts_add_up(counts: NDArray[np.int64], examples: int) -> bool:
    return bool((counts >= 0).all()) and int(counts.sum()) == examples
