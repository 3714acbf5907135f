from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.nlu.vector_cache import DIGEST_BYTES, VectorCache

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

DIMENSIONS = 4
ROOM = 3 * (4 * DIMENSIONS + DIGEST_BYTES)


def key(number: int) -> bytes:
    return number.to_bytes(DIGEST_BYTES)


def some(*numbers: int) -> dict[bytes, NDArray[np.float32]]:
    return {key(number): np.full(DIMENSIONS, number, dtype=np.float32) for number in numbers}


def find(cache: VectorCache, *numbers: int) -> list[int]:
    return [int(vector[0]) for vector in cache.find(key(number) for number in numbers).values()]


def open_cache(folder: Path) -> VectorCache:
    return VectorCache(folder / "cache" / "vectors.npz", DIMENSIONS, most_bytes=ROOM)


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


def test_what_is_used_again_at_once_is_not_written_again(tmp_path: Path) -> None:
    cache, path = open_cache(tmp_path), tmp_path / "cache" / "vectors.npz"
    cache.keep(some(1, 2))
    written = path.stat().st_ino
    cache.keep(some(2, 1))
    assert path.stat().st_ino == written


def test_two_at_once_keep_what_both_have(tmp_path: Path) -> None:
    first, second = open_cache(tmp_path), open_cache(tmp_path)
    assert find(first, 1) == find(second, 2) == []
    first.keep(some(1))
    second.keep(some(2))
    assert find(first, 1, 2) == [1, 2]


@pytest.mark.parametrize("place", [40, 150, 250, -30])
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
    VectorCache(path, DIMENSIONS).keep(some(1))
    assert VectorCache(path, DIMENSIONS + 1).find([key(1)]) == {}


def test_a_place_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    open_cache(tmp_path).keep(some(1))
    assert find(open_cache(tmp_path), 1) == []
