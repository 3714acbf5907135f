"""Sentence vectors for training, kept between runs: after one new example only that one is encoded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.vector_cache import DIGEST_BYTES, VectorCache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from bot.nlu.encoder import Encoder

    Vector = NDArray[np.float32]
    Vectors = NDArray[np.float32]


class Embedder:
    """An encoder with a cache in `folder` (None: no cache on disk), one file for each encoder.

    Texts are kept as digests only.
    """

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        self.encoder = encoder
        self._cache = VectorCache(folder / f"{encoder.identity}.npz", encoder.dimensions) if folder else None
        self._met: dict[bytes, Vector] = {}

    def embed(self, texts: Sequence[str], report: Callable[[int, int], None]) -> Vectors:
        """Return (texts, dimensions). `report` is told (texts done, texts in all) as they are encoded."""
        keys = [hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES] for text in texts]
        fresh = [key for key in dict.fromkeys(keys) if key not in self._met]
        if self._cache and fresh:
            self._met.update(self._cache.find(fresh))
        vectors = self._encode(texts, keys, report)
        if self._cache and fresh:
            self._cache.keep({key: self._met[key] for key in dict.fromkeys(keys)})
        return vectors

    def _encode(
        self, texts: Sequence[str], keys: Sequence[bytes], report: Callable[[int, int], None]
    ) -> Vectors:
        vectors = np.zeros((len(texts), self.encoder.dimensions), dtype=np.float32)
        missing = []
        for row, key in enumerate(keys):
            if key in self._met:
                vectors[row] = self._met[key]
            else:
                missing.append(row)
        done = len(texts) - len(missing)
        report(done, len(texts))
        for rows, batch in self.encoder.encode_batches([texts[row] for row in missing]):
            vectors[[missing[row] for row in rows]] = batch
            done += len(rows)
            report(done, len(texts))
        self._met.update((keys[row], vectors[row]) for row in missing)
        return vectors
