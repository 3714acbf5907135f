"""Sentence vectors on disk, several data sets' worth: what was not used for longest goes first.

One file, the texts last used at its beginning. It is replaced in one step, so that trainings at once
cannot damage it; at worst one of them forgets what the other has just kept. Its checksums find damage, and
then it is made anew.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.arrays import pack_arrays, read_arrays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    Vector = NDArray[np.float32]
    Vectors = NDArray[np.float32]

DIGEST_BYTES = 16
MOST_BYTES = 96 * 2**20
"""62,000 vectors of 384 dimensions."""


class VectorCache:
    """The file `path` of vectors of `dimensions` numbers, by the digests of their texts."""

    def __init__(self, path: Path, dimensions: int, *, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._dimensions = dimensions
        self._most = max(1, most_bytes // (4 * dimensions + DIGEST_BYTES))

    def find(self, keys: Iterable[bytes]) -> dict[bytes, Vector]:
        """Return those vectors of `keys` that are here."""
        digests, vectors = self._read()
        rows = {key: row for row, key in enumerate(digests)}
        return {key: vectors[rows[key]] for key in keys if key in rows}

    def keep(self, used: Mapping[bytes, Vector]) -> None:
        """Put vectors at the beginning. A disk that is full, or not ours to write, is no reason to fail."""
        digests, vectors = self._read()
        if used.keys() == set(digests[: len(used)]):
            return
        others = [row for row, key in enumerate(digests) if key not in used]
        keys = [*used, *(digests[row] for row in others)][: self._most]
        kept = np.concatenate((np.stack(list(used.values())), vectors[others]))[: self._most]
        with suppress(OSError):
            self._write(keys, kept)

    def _read(self) -> tuple[list[bytes], Vectors]:
        try:
            arrays = read_arrays(self._path.read_bytes())
            digests, vectors = arrays["digests"], arrays["vectors"]
        except (OSError, ValueError, KeyError):
            return [], self._nothing()
        fits = digests.shape == (len(vectors), DIGEST_BYTES) and vectors.shape[1:] == (self._dimensions,)
        if not fits or digests.dtype != np.uint8 or vectors.dtype != np.float32:
            return [], self._nothing()
        packed = digests.tobytes()
        keys = [packed[start : start + DIGEST_BYTES] for start in range(0, len(packed), DIGEST_BYTES)]
        return keys, vectors

    def _nothing(self) -> Vectors:
        return np.zeros((0, self._dimensions), dtype=np.float32)

    def _write(self, keys: list[bytes], vectors: Vectors) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        digests = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, DIGEST_BYTES)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".embeddings-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(pack_arrays({"digests": digests, "vectors": vectors}))
            Path(temporary).replace(self._path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
