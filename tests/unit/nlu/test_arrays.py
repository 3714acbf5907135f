from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.arrays import pack_arrays, read_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

ARRAYS: dict[str, NDArray[Any]] = {
    "dense": np.arange(6, dtype=np.float32).reshape(2, 3),
    "empty": np.zeros((0, 4)),
}
PACKED = pack_arrays(ARRAYS)


def test_arrays_come_back_as_they_were() -> None:
    read = read_arrays(PACKED)
    assert read.keys() == ARRAYS.keys()
    assert all(np.array_equal(read[name], array) for name, array in ARRAYS.items())
    assert pack_arrays(read) == PACKED


@given(position=st.integers(0, len(PACKED) - 1), value=st.integers(0, 255))
def test_changed_bytes_are_read_or_refused_but_nothing_else(position: int, value: int) -> None:
    changed = bytearray(PACKED)
    changed[position] = value
    with contextlib.suppress(ValueError):
        assert all(isinstance(array, np.ndarray) for array in read_arrays(bytes(changed)).values())


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04", PACKED[:-9], PACKED[: len(PACKED) // 2]])
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a file of arrays"):
        read_arrays(content)
