"""What the encoder makes of texts: a vector of each, and the states of its tokens one step before that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """`vectors` (texts, dimensions) of length 1; `states` (tokens, dimensions), text after text.

    `lengths` (texts,) says how many tokens are each text's. An encoder that shows no states gives none, and
    all lengths are 0.
    """

    vectors: NDArray[np.float32]
    states: NDArray[np.floating]
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self.lengths)

    @property
    def has_states(self) -> bool:
        """Tell whether there is something to tune the encoder by."""
        return len(self.states) > 0

    def find_starts(self) -> NDArray[np.int64]:
        """Return the row of `states` at which each text begins: (texts,)."""
        return np.cumsum(self.lengths) - self.lengths

    def select(self, rows: NDArray[np.int64]) -> Sentences:
        """Return the given texts in the given order."""
        starts, lengths = self.find_starts()[rows], self.lengths[rows]
        ends = np.cumsum(lengths)
        tokens = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)
        return Sentences(vectors=self.vectors[rows], states=self.states[tokens], lengths=lengths)


def join_sentences(parts: Sequence[Sentences]) -> Sentences:
    """Return the texts of all parts, one part after the other."""
    return Sentences(
        vectors=np.concatenate([part.vectors for part in parts]),
        states=np.concatenate([part.states for part in parts]),
        lengths=np.concatenate([part.lengths for part in parts]),
    )


def cut_sentence(sentences: Sentences, start: int, row: int) -> Sentences:
    """Return one text, whose states begin at `start`, without copying anything."""
    return Sentences(
        vectors=sentences.vectors[row : row + 1],
        states=sentences.states[start : start + sentences.lengths[row]],
        lengths=sentences.lengths[row : row + 1],
    )


def pool_tokens(states: NDArray[np.float32], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return each text's mean token, scaled to length 1: (texts, dimensions). Every text has a token."""
    total = np.add.reduceat(states, np.cumsum(lengths) - lengths, axis=0)
    pooled: NDArray[np.float32] = total / np.maximum(measure_lengths(total), 1e-12)
    return pooled


def measure_lengths(rows: NDArray[np.float32]) -> NDArray[Any]:
    """Return how long each row is: (rows, 1). NumPy's `norm` takes half as long again for a single one."""
    lengths: NDArray[Any] = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return lengths
