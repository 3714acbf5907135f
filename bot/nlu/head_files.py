"""An intent head as arrays and numbers, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.nlu.confidence import Confidence
from bot.nlu.intents import IntentHead, WordHead
from bot.nlu.landmarks import LandmarkHead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.domain.json import JsonObject

    Arrays = Mapping[str, NDArray[Any]]


def pack_head(head: IntentHead) -> dict[str, NDArray[Any]]:
    """Return a head's arrays, in half precision where no decision depends on more."""
    return {
        "landmarks": head.sentences.landmarks.astype(np.float16),
        "coefficients": head.sentences.coefficients,
        "word_weights": head.words.weights.astype(np.float16),
        "word_bias": head.words.bias,
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
    of_sentences, of_words = (float(share) for share in described["shares"])
    numbers = {name: float(number) for name, number in described["confidence"].items()}
    return IntentHead(
        names=tuple(map(str, described["names"])),
        sentences=LandmarkHead(
            landmarks=arrays["landmarks"].astype(np.float32),
            coefficients=arrays["coefficients"],
        ),
        words=WordHead(weights=arrays["word_weights"].astype(np.float32), bias=arrays["word_bias"]),
        shares=(of_sentences, of_words),
        confidence=Confidence(**numbers),
    )


def is_sound(head: IntentHead, ngrams: int) -> bool:
    """Tell whether the arrays fit each other, the intents and so many n-grams, and all numbers are finite."""
    intents = len(head.names)
    landmarks = head.sentences.landmarks
    shapes = head.sentences.coefficients.shape, head.words.weights.shape, head.words.bias.shape
    arrays = (landmarks, head.sentences.coefficients, head.words.weights, head.words.bias)
    numbers = (*head.shares, *asdict(head.confidence).values())
    return (
        landmarks.ndim == 2  # noqa: PLR2004 - (landmarks, dimensions)
        and shapes == ((len(landmarks), intents), (ngrams, intents), (intents,))
        and all(bool(np.isfinite(array).all()) for array in arrays)
        and bool(np.isfinite(numbers).all())
    )
