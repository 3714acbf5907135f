from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.nlu.embeddings import Embedder

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.encoder import Encoder

TEXTS = ["hello", "where is my parcel", "refund please"]


def encoded(embedder: Embedder, texts: list[str]) -> int:
    """Return how many texts were encoded, not found in the cache."""
    reports: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        reports.append((done, total))

    embedder.embed(texts, report)
    assert reports[-1] == (len(texts), len(texts))
    return len(texts) - reports[0][0]


def test_only_new_texts_are_encoded(encoder: Encoder, tmp_path: Path) -> None:
    assert encoded(Embedder(encoder, tmp_path), TEXTS) == 3
    assert encoded(Embedder(encoder, tmp_path), TEXTS) == 0
    assert encoded(Embedder(encoder, tmp_path), ["one more", *TEXTS]) == 1
    assert encoded(Embedder(encoder), TEXTS) == 3


def test_cached_vectors_are_those_of_the_encoder(encoder: Encoder, tmp_path: Path) -> None:
    embedder = Embedder(encoder, tmp_path)
    encoded(embedder, TEXTS)
    again = Embedder(encoder, tmp_path).embed(TEXTS[::-1], lambda _done, _total: None)
    anew = encoder.read(TEXTS[::-1])
    assert np.array_equal(again.vectors, anew.vectors)
    assert np.array_equal(again.states, anew.states.astype(np.float16))
    assert np.array_equal(again.lengths, anew.lengths)


def test_texts_met_one_after_the_other_are_kept_together(encoder: Encoder, tmp_path: Path) -> None:
    first = Embedder(encoder, tmp_path)
    assert [encoded(first, TEXTS), encoded(first, ["never again"]), encoded(first, TEXTS)] == [3, 1, 0]
    second = Embedder(encoder, tmp_path)
    assert [encoded(second, [*TEXTS, "new"]), encoded(second, ["never again"])] == [1, 0]
    third = Embedder(encoder, tmp_path)
    assert [encoded(third, ["new"]), encoded(third, [*TEXTS, "never again"])] == [0, 0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
def test_a_damaged_cache_is_made_anew(encoder: Encoder, tmp_path: Path, content: bytes) -> None:
    encoded(Embedder(encoder, tmp_path), TEXTS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert encoded(Embedder(encoder, tmp_path), TEXTS) == 3
    assert encoded(Embedder(encoder, tmp_path), TEXTS) == 0
