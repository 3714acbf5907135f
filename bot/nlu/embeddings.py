"""Sentence vectors for training, kept between runs: after one new example only that one is encoded."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.arrays import pack_arrays, read_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.nlu.encoder import Encoder

    Vectors = NDArray[np.float32]

DIGEST_BYTES = 16


class Embedder:
    """An encoder with a cache file in `folder` (None: no cache), one file for each encoder.

    The file holds the texts of the last embedder that met new ones, as digests. A damaged one is made anew.
    """

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        self.encoder = encoder
        self._path = folder / f"{encoder.identity}.npz" if folder else None
        self._known = dict(_load(self._path, encoder.dimensions)) if self._path else {}
        self._stored = frozenset(self._known)
        self._met: dict[bytes, None] = {}

    def embed(self, texts: Sequence[str], report: Callable[[int, int], None]) -> Vectors:
        """Return (texts, dimensions). `report` is told (texts done, texts in all) as they are encoded."""
        keys = [hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES] for text in texts]
        self._met.update(dict.fromkeys(keys))
        vectors = np.zeros((len(texts), self.encoder.dimensions), dtype=np.float32)
        missing = [row for row, key in enumerate(keys) if key not in self._known]
        for row, key in enumerate(keys):
            if key in self._known:
                vectors[row] = self._known[key]
        done = len(texts) - len(missing)
        report(done, len(texts))
        for rows, batch in self.encoder.encode_batches([texts[row] for row in missing]):
            vectors[[missing[row] for row in rows]] = batch
            done += len(rows)
            report(done, len(texts))
        self._known.update((keys[row], vectors[row]) for row in missing)
        if self._path and not self._met.keys() <= self._stored:
            _save(self._path, list(self._met), np.stack([self._known[key] for key in self._met]))
            self._stored = frozenset(self._met)
        return vectors


def _load(path: Path, dimensions: int) -> Mapping[bytes, NDArray[np.float32]]:
    try:
        arrays = read_arrays(path.read_bytes())
        digests, vectors = arrays["digests"], arrays["vectors"]
    except (OSError, ValueError, KeyError):
        return {}
    if digests.shape != (len(vectors), DIGEST_BYTES) or vectors.shape[1:] != (dimensions,):
        return {}
    return {bytes(digest): vector for digest, vector in zip(digests, vectors, strict=True)}


def _save(path: Path, keys: Sequence[bytes], vectors: Vectors) -> None:
    """Replace the file in one step, so that two trainings at once cannot damage it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digests = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, DIGEST_BYTES)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".embeddings-")
    with os.fdopen(handle, "wb") as file:
        file.write(pack_arrays({"digests": digests, "vectors": vectors}))
    Path(temporary).replace(path)
