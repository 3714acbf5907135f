"""The encoder's work for training, kept between runs: after one new example only that one is encoded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.sentence_cache import DIGEST_BYTES, SentenceCache
from bot.nlu.sentences import cut_sentence, join_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.nlu.encoder import Encoder
    from bot.nlu.sentences import Sentences


class Embedder:
    """An encoder with a cache in `folder` (None: no cache on disk), one file for each encoder.

    Texts are kept as digests only.
    """

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        self.encoder = encoder
        self._cache = (
            SentenceCache(folder / f"{encoder.identity}.npz", encoder.dimensions) if folder else None
        )
        self._met: dict[bytes, Sentences] = {}

    def embed(self, texts: Sequence[str], report: Callable[[int, int], None]) -> Sentences:
        """Return the texts' vectors, and states in half precision.

        `report` is told (texts done, texts in all) as they are encoded.
        """
        keys = [hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES] for text in texts]
        fresh = [key for key in dict.fromkeys(keys) if key not in self._met]
        if self._cache and fresh:
            self._met.update(self._cache.find(fresh))
        self._encode(texts, keys, report)
        if self._cache and fresh:
            self._cache.keep({key: self._met[key] for key in dict.fromkeys(keys)})
        return join_sentences([self.encoder.encode_nothing(), *(self._met[key] for key in keys)])

    def _encode(
        self, texts: Sequence[str], keys: Sequence[bytes], report: Callable[[int, int], None]
    ) -> None:
        missing = [row for row, key in enumerate(keys) if key not in self._met]
        done = len(texts) - len(missing)
        report(done, len(texts))
        for rows, batch in self.encoder.encode_batches([texts[row] for row in missing]):
            halved = replace(batch, states=batch.states.astype(np.float16))
            starts = halved.find_starts().tolist()
            for place, row in enumerate(rows):
                self._met[keys[missing[row]]] = cut_sentence(halved, starts[place], place)
            done += len(rows)
            report(done, len(texts))
