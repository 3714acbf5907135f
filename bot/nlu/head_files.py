"""An intent head as arrays and numbers, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.nlu.confidence import Confidence
from bot.nlu.intents import IntentHead, WordHead
from bot.nlu.landmarks import LandmarkHead
from bot.nlu.meanings import MeaningHead
from bot.nlu.scope import Scope
from bot.nlu.tail import TailWeights

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
        "landmarks": meanings.landmarks.landmarks.astype(np.float16),
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
    of_meanings, of_words = (float(share) for share in described["shares"])
    return IntentHead(
        names=tuple(map(str, described["names"])),
        tail=_read_tail(arrays),
        meanings=MeaningHead(
            means=arrays["means"].astype(np.float32),
            centres=arrays["centres"].astype(np.float32),
            landmarks=LandmarkHead(
                landmarks=arrays["landmarks"].astype(np.float32),
                coefficients=arrays["coefficients"],
            ),
        ),
        words=WordHead(weights=arrays["word_weights"].astype(np.float16), bias=arrays["word_bias"]),
        shares=(of_meanings, of_words),
        confidence=_read_confidence(described["confidence"]),
    )


def _read_tail(arrays: Arrays) -> TailWeights | None:
    of_tail = {
        name.removeprefix(_TAIL): array.astype(np.float32)
        for name, array in arrays.items()
        if name.startswith(_TAIL)
    }
    return TailWeights(**of_tail) if of_tail else None


def _read_confidence(described: Mapping[str, Any]) -> Confidence:
    of_meanings, of_words = (float(lead) for lead in described["leads"])
    return Confidence(
        odds=float(described["odds"]),
        leads=(of_meanings, of_words),
        strangeness=float(described["strangeness"]),
        bias=float(described["bias"]),
        scope=Scope(**{name: float(number) for name, number in described["scope"].items()}),
    )


def is_sound(head: IntentHead, ngrams: int) -> bool:
    """Tell whether the arrays fit each other, the intents and so many n-grams, and all numbers are finite."""
    intents = len(head.names)
    meanings, landmarks = head.meanings, head.meanings.landmarks
    arrays = (
        landmarks.landmarks,
        meanings.means,
        meanings.centres,
        landmarks.coefficients,
        head.words.weights,
        head.words.bias,
    )
    if landmarks.landmarks.ndim != 2 or (head.tail and not head.tail.fits()):  # noqa: PLR2004 - a matrix
        return False
    count, dimensions = landmarks.landmarks.shape
    right = (
        (count, dimensions),
        (intents, dimensions),
        (intents, dimensions),
        (count, intents),
        (ngrams, intents),
        (intents,),
    )
    confidence, scope = head.confidence, head.confidence.scope
    numbers = (*head.shares, confidence.odds, *confidence.leads, confidence.strangeness, confidence.bias)
    return (
        tuple(array.shape for array in arrays) == right
        and (head.tail is None or head.tail.shift.shape == (dimensions,))
        and all(bool(np.isfinite(array).all()) for array in arrays)
        and bool(np.isfinite([*numbers, *asdict(scope).values()]).all())
    )
