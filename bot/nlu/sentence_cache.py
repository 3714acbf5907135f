"""What the encoder made of texts, on disk: what was not used for longest goes first.

One file for several data sets, the texts last used at its beginning. It is replaced in one step, so that
trainings at once cannot damage it; at worst one of them forgets what the other has just kept. Its checksums
find damage, and then it is made anew.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.arrays import read_arrays_of_file
from bot.nlu.sentences import Sentences, cut_sentence, join_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

DIGEST_BYTES = 16
MOST_BYTES = 256 * 2**20
"""20,000 texts of 15 tokens and 384 dimensions."""
_VECTOR_BYTES, _STATE_BYTES = 4, 2  # a number's


class SentenceCache:
    """The file `path` of texts' vectors of `dimensions` numbers, and states, by the digests of the texts."""

    def __init__(self, path: Path, dimensions: int, *, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._dimensions = dimensions
        self._most_bytes = most_bytes

    def find(self, keys: Iterable[bytes]) -> dict[bytes, Sentences]:
        """Return those texts of `keys` that are here, each by itself."""
        digests, kept = self._read()
        rows = {key: row for row, key in enumerate(digests)}
        starts = kept.find_starts().tolist()
        return {key: cut_sentence(kept, starts[rows[key]], rows[key]) for key in keys if key in rows}

    def keep(self, used: Mapping[bytes, Sentences]) -> None:
        """Put texts at the beginning. A disk that is full, or not ours to write, is no reason to fail."""
        digests, kept = self._read()
        if used.keys() == set(digests[: len(used)]) or (used.keys() <= set(digests) and self._has_room(kept)):
            return
        others = np.array([row for row, key in enumerate(digests) if key not in used], dtype=np.int64)
        keys = [*used, *(digests[row] for row in others)]
        together = join_sentences([*used.values(), _pick(kept, others)])
        fitting = self._count_fitting(together.lengths)
        with suppress(OSError):
            self._write(keys[:fitting], _pick(together, np.arange(fitting)))

    def _has_room(self, kept: Sentences) -> bool:
        """Tell whether so much is free that the order in which texts were used does not matter yet."""
        return int(self._measure(kept.lengths).sum()) < self._most_bytes / 2

    def _measure(self, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many bytes each text takes: (texts,)."""
        fixed = DIGEST_BYTES + _VECTOR_BYTES * self._dimensions
        return fixed + _STATE_BYTES * self._dimensions * lengths

    def _count_fitting(self, lengths: NDArray[np.int64]) -> int:
        """Return how many texts, from the first on, there is room for; one at least."""
        return max(1, int((np.cumsum(self._measure(lengths)) <= self._most_bytes).sum()))

    def _read(self) -> tuple[list[bytes], Sentences]:
        try:
            arrays = read_arrays_of_file(self._path)
            digests = arrays.pop("digests")
            kept = Sentences(**arrays)
        except (OSError, ValueError, KeyError, TypeError):
            return [], self._nothing()
        if not self._fits(digests, kept):
            return [], self._nothing()
        packed = digests.tobytes()
        keys = [packed[start : start + DIGEST_BYTES] for start in range(0, len(packed), DIGEST_BYTES)]
        return keys, kept

    def _fits(self, digests: NDArray[np.uint8], kept: Sentences) -> bool:
        texts = len(digests)
        shapes = digests.shape[1:], kept.lengths.shape, kept.vectors.shape, kept.states.shape
        kinds = [array.dtype.name for array in (digests, kept.lengths, kept.vectors, kept.states)]
        return kinds == ["uint8", "int64", "float32", "float16"] and shapes == (
            (DIGEST_BYTES,),
            (texts,),
            (texts, self._dimensions),
            (int(kept.lengths.sum()), self._dimensions),
        )

    def _nothing(self) -> Sentences:
        return Sentences(
            vectors=np.zeros((0, self._dimensions), dtype=np.float32),
            states=np.zeros((0, self._dimensions), dtype=np.float16),
            lengths=np.zeros(0, dtype=np.int64),
        )

    def _write(self, keys: list[bytes], kept: Sentences) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        digests = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, DIGEST_BYTES)
        arrays = {"vectors": kept.vectors, "states": kept.states, "lengths": kept.lengths}
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".embeddings-")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, digests=digests, **arrays)  # type: ignore[arg-type]  # as in `pack_arrays`
            Path(temporary).replace(self._path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def _pick(sentences: Sentences, rows: NDArray[np.int64]) -> Sentences:
    """Return the given texts, which are in order; without copying where these are all."""
    return sentences if len(rows) == len(sentences) else sentences.select(rows)
