"""Is a text a complaint, how urgent, how angry, and which words say so: with NumPy alone.

Five logistic regressions over a sentence vector, words and signals (`triage_features`), as
`triage_fitting` learns them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.domain.understanding import Triage
from bot.errors import ModelDamaged
from bot.nlu.arrays import pack_arrays, read_arrays
from bot.nlu.triage_features import list_grams, list_signals, list_words
from bot.nlu.triage_reasons import name_reasons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.nlu.normalise import Normalised

QUESTIONS = ("complaint", "urgent", "negative", "angry", "happy")
"""What each regression tells of a post, in the order of the weights' last axis."""
COMPLAINT, URGENT, NEGATIVE, ANGRY, HAPPY = range(len(QUESTIONS))
LIKELY = 0.5
"""From this probability on a text counts as a complaint."""
GRAMS_WEIGHT, SIGNAL_WEIGHT = 1.0, 0.4
"""What all words of a post count together, and each signal, beside a sentence vector of length 1.

Chosen once: see `bot.nlu.triage_fitting`.
"""
FEATURES_FILE, WEIGHTS_FILE = "triage.json", "triage.npz"
_ASKING = {"dense": "asking_dense", "sparse": "asking_sparse", "bias": "asking_bias"}
_MOST = 30.0  # beyond this score a probability is 0 or 1 to the last digit told
_UNREADABLE = (ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One more regression, learnt in `asking.py`: `dense` (dimensions,), `sparse` (columns,), `bias` ()."""

    dense: NDArray[np.float32]
    sparse: NDArray[np.float32]
    bias: np.float32


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageHead:
    """`columns` numbers words and signals; `dense` (dimensions, 5), `sparse` (columns, 5), `bias` (5,).

    `asking` tells whether a public post wants anything; None in models of before.
    """

    columns: Mapping[str, int]
    dense: NDArray[np.float32]
    sparse: NDArray[np.float32]
    bias: NDArray[np.float32]
    asking: Asking | None = None

    def judge(self, text: str, normalised: Normalised, vector: NDArray[np.float32]) -> Triage:
        """Judge a text as written, by its normalised form and that form's vector: (dimensions,)."""
        values = weigh_features(text, normalised, self.columns)
        places, counts = [self.columns[name] for name in values], list(values.values())
        said = np.array(counts, dtype=np.float32)[:, np.newaxis] * self.sparse[places]
        chances = squash(vector @ self.dense + said.sum(axis=0) + self.bias)
        complaint = float(chances[COMPLAINT])
        because: tuple[str, ...] = ()
        if complaint >= LIKELY:
            weights = dict(zip(values, said[:, COMPLAINT].tolist(), strict=True))
            because = name_reasons(text, list_words(normalised.text), weights)
        return Triage(
            complaint=complaint,
            urgency=float(chances[URGENT]),
            sentiment=weigh_mood(chances),
            asks=self._ask(vector, places, counts),
            because=because,
        )

    def _ask(self, vector: NDArray[np.float32], places: list[int], counts: list[float]) -> float:
        if self.asking is None:
            return 1.0
        score = vector @ self.asking.dense + self.asking.sparse[places] @ counts + self.asking.bias
        return float(squash(np.asarray(score)))

    def to_files(self) -> dict[str, bytes]:
        """Return the head as files: name → bytes, the same bytes for equal heads."""
        names = json.dumps(list(self.columns), ensure_ascii=False)
        arrays = {"dense": self.dense, "sparse": self.sparse, "bias": self.bias}
        if self.asking:
            arrays |= {name: np.asarray(getattr(self.asking, key)) for key, name in _ASKING.items()}
        return {FEATURES_FILE: names.encode(), WEIGHTS_FILE: pack_arrays(arrays)}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> TriageHead | None:
        """Read what `to_files` wrote; None where it is not there. Raises `ModelDamaged`."""
        if FEATURES_FILE not in files or WEIGHTS_FILE not in files:
            return None
        try:
            names = json.loads(files[FEATURES_FILE])
            arrays = read_arrays(files[WEIGHTS_FILE])
            head = cls(
                columns={str(name): column for column, name in enumerate(names)},
                dense=arrays["dense"],
                sparse=arrays["sparse"],
                bias=arrays["bias"],
                asking=_read_asking(arrays),
            )
        except _UNREADABLE as error:
            raise ModelDamaged(
                f"the model's triage cannot be read ({error}): train again with `visavis train --release`"
            ) from error
        _check_shapes(head)
        return head


def _read_asking(arrays: Mapping[str, NDArray[np.float32]]) -> Asking | None:
    if not set(_ASKING.values()) <= set(arrays):
        return None
    dense, sparse, bias = (arrays[name] for name in _ASKING.values())
    return Asking(dense=dense, sparse=sparse, bias=np.float32(bias))


def weigh_features(text: str, normalised: Normalised, columns: Mapping[str, int]) -> dict[str, float]:
    """Return the words, pairs and signals in a text that are in `columns`, and what each counts."""
    words = list_words(normalised.text)
    grams = [gram for gram in list_grams(words) if gram in columns]
    signals = [signal for signal in list_signals(text, normalised, words) if signal in columns]
    each = GRAMS_WEIGHT / max(len(grams), 1) ** 0.5
    return dict.fromkeys(grams, each) | dict.fromkeys(signals, SIGNAL_WEIGHT)


def squash(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the logistic function of each score."""
    return np.asarray(1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -_MOST, _MOST))))


def weigh_mood(chances: NDArray[np.float64]) -> float:
    """Return 0 for angry, 0.25 for unhappy, 0.5 for neutral, 1 for happy, and what lies between."""
    told = chances.tolist()
    angry = min(told[ANGRY], told[NEGATIVE])  # who is angry is unhappy, too
    mood: float = 0.5 - 0.25 * told[NEGATIVE] - 0.25 * angry + 0.5 * told[HAPPY]
    return min(max(mood, 0.0), 1.0)


def _check_shapes(head: TriageHead) -> None:
    heads = len(QUESTIONS)
    shapes = head.dense.shape[1:], head.sparse.shape, head.bias.shape
    finite = all(bool(np.isfinite(array).all()) for array in (head.dense, head.sparse, head.bias))
    if head.asking:
        parts = head.asking.dense, head.asking.sparse, head.asking.bias
        finite = finite and all(bool(np.isfinite(part).all()) for part in parts)
        fitting = head.dense.shape[:1], head.sparse.shape[:1], ()
        finite = finite and tuple(part.shape for part in parts) == fitting
    if shapes != ((heads,), (len(head.columns), heads), (heads,)) or head.dense.ndim != 2 or not finite:  # noqa: PLR2004
        raise ModelDamaged(
            "the model's triage does not fit together: train again with `visavis train --release`"
        )
