from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.nlu.sentence_cache import DIGEST_BYTES, SentenceCache
from bot.nlu.sentences import Sentences

if TYPE_CHECKING:
    from pathlib import Path

DIMENSIONS, TOKENS = 4, 2
ROOM = 3 * (4 * DIMENSIONS + 2 * TOKENS * DIMENSIONS + DIGEST_BYTES)


def key(number: int) -> bytes:
    return number.to_bytes(DIGEST_BYTES)


def some(*numbers: int, tokens: int = TOKENS) -> dict[bytes, Sentences]:
    return {
        key(number): Sentences(
            vectors=np.full((1, DIMENSIONS), number, dtype=np.float32),
            states=np.full((tokens, DIMENSIONS), -number, dtype=np.float16),
            lengths=np.array([tokens]),
        )
        for number in numbers
    }


def find(cache: SentenceCache, *numbers: int) -> list[int]:
    found = cache.find(key(number) for number in numbers).values()
    assert all((one.states == -one.vectors[0, 0]).all() for one in found)
    assert all(one.states.shape == (one.lengths[0], DIMENSIONS) for one in found)
    return [int(one.vectors[0, 0]) for one in found]


def open_cache(folder: Path) -> SentenceCache:
    return SentenceCache(folder / "cache" / "vectors.npz", DIMENSIONS, most_bytes=ROOM)


def test_several_data_sets_are_kept(tmp_path: Path) -> None:
    open_cache(tmp_path).keep(some(1, 2))
    open_cache(tmp_path).keep(some(3))
    assert find(open_cache(tmp_path), 1, 2, 3, 4) == [1, 2, 3]


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    for numbers in ((1,), (2,), (3,), (1,), (4,)):
        cache.keep(some(*numbers))
    assert find(cache, 1, 2, 3, 4) == [1, 3, 4]
    cache.keep(some(5, 6, 7, 8))  # more than there is room for
    assert len(find(cache, *range(1, 9))) == 3


def test_long_texts_take_the_room_of_several(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.keep(some(1, 2, tokens=TOKENS))
    cache.keep(some(3, tokens=3 * TOKENS))
    assert find(cache, 1, 2, 3) == [1, 3]
    cache.keep(some(4, tokens=9 * TOKENS))
    assert find(cache, 1, 2, 3, 4) == [4]


def test_what_is_used_again_at_once_is_not_written_again(tmp_path: Path) -> None:
    cache, path = open_cache(tmp_path), tmp_path / "cache" / "vectors.npz"
    cache.keep(some(1, 2))
    written = path.stat().st_ino
    cache.keep(some(2, 1))
    assert path.stat().st_ino == written


def test_with_much_room_left_only_new_texts_are_written(tmp_path: Path) -> None:
    path = tmp_path / "sentences.npz"
    cache = SentenceCache(path, DIMENSIONS)
    cache.keep(some(1, 2))
    written = path.stat().st_ino
    cache.keep(some(2))
    assert path.stat().st_ino == written
    cache.keep(some(2, 3))
    assert find(cache, 1, 2, 3) == [1, 2, 3]


def test_two_at_once_keep_what_both_have(tmp_path: Path) -> None:
    first, second = open_cache(tmp_path), open_cache(tmp_path)
    assert find(first, 1) == find(second, 2) == []
    first.keep(some(1))
    second.keep(some(2))
    assert find(first, 1, 2) == [1, 2]


@pytest.mark.parametrize("place", [40, 150, 250, 600, 900, -30])
def test_a_changed_byte_makes_it_anew(tmp_path: Path, place: int) -> None:
    cache, path = open_cache(tmp_path), tmp_path / "cache" / "vectors.npz"
    cache.keep(some(1, 2))
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)
    assert find(cache, 1, 2) in ([], [1, 2])  # a byte that means nothing may have changed
    path.write_bytes(content[: len(content) // 2])
    assert find(cache, 1, 2) == []
    cache.keep(some(2))
    assert find(cache, 1, 2) == [2]


def test_a_cache_of_other_vectors_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    SentenceCache(path, DIMENSIONS).keep(some(1))
    assert SentenceCache(path, DIMENSIONS + 1).find([key(1)]) == {}


def test_a_place_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    open_cache(tmp_path).keep(some(1))
    assert find(open_cache(tmp_path), 1) == []
