"""What the encoder begins with: a row of numbers for each word, those that are met often kept in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.nlu.weights_file import StoredRows

MOST_KEPT = 2048
"""Rows that are kept (3 MB), more than any batch has words: of ten words that people write, nine are here."""


class WordRows:
    """Rows of a matrix on the disk, as the encoder takes them. Not for use by several threads at once."""

    def __init__(self, stored: StoredRows) -> None:
        self._stored = stored
        self._kept = np.empty((MOST_KEPT, stored.columns), dtype=np.float32)
        self._places: dict[int, int] = {}

    def look_up(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the rows of words (texts, tokens), no more than `MOST_KEPT`: (texts, tokens, columns)."""
        wanted = ids.ravel().tolist()
        missing = sorted(set(wanted) - self._places.keys())
        if len(self._places) + len(missing) > MOST_KEPT:
            self._places.clear()
            missing = sorted(set(wanted))
        if missing:
            self._keep(missing)
        places = [self._places[word] for word in wanted]
        return self._kept[places].reshape(*ids.shape, -1)

    def _keep(self, words: Sequence[int]) -> None:
        first = len(self._places)
        # Rounded to half precision, as they always were: models are trained on vectors of such words.
        self._kept[first : first + len(words)] = self._stored.read(words).astype(np.float16)
        self._places.update((word, place) for place, word in enumerate(words, start=first))
