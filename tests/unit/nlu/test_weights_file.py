from __future__ import annotations

import json
import struct
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.weights_file import WeightsFile, keep_on_disk, put_back

if TYPE_CHECKING:
    import pytest
    from numpy.typing import NDArray

MATRIX = np.arange(6, dtype=np.float32).reshape(2, 3)
VECTOR = np.array([0.5, -2], dtype=np.float32)


def write_file(folder: Path, matrix: NDArray[np.float32], vector: NDArray[np.float32]) -> Path:
    """Write a file of a matrix (2, 3), four whole numbers, and a vector (2,)."""
    places = np.arange(4, dtype="<i8")
    header = {
        "__metadata__": {"format": "pt"},
        "matrix": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "places": {"dtype": "I64", "shape": [4], "data_offsets": [24, 56]},
        "vector": {"dtype": "F32", "shape": [2], "data_offsets": [56, 64]},
    }
    described = json.dumps(header).encode()
    content = described + matrix.tobytes() + places.tobytes() + vector.tobytes()
    (folder / "weights").write_bytes(struct.pack("<Q", len(described)) + content)
    return folder / "weights"


def test_arrays_are_those_of_the_file_before_and_after_they_are_put_back(tmp_path: Path) -> None:
    weights = WeightsFile(write_file(tmp_path, MATRIX, VECTOR))
    for _ in range(2):
        assert set(weights.arrays) == {"matrix", "vector"}
        assert np.array_equal(weights.arrays["matrix"], MATRIX)
        assert np.array_equal(weights.arrays["vector"], VECTOR)
        weights.put_back()


def test_rows_are_read_in_the_order_asked_for_also_after_the_file_was_replaced(tmp_path: Path) -> None:
    path = write_file(tmp_path, MATRIX, VECTOR)
    rows = WeightsFile(path).open_rows("matrix")
    path.unlink()
    assert np.array_equal(rows.read([1, 0, 1]), MATRIX[[1, 0, 1]])
    assert rows.read([]).shape == (0, 3)


def count_resident(array: NDArray[np.float32]) -> int:
    """Return how many kB of the pages an array lies on are in this process's memory (Linux)."""
    address = array.__array_interface__["data"][0]
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        head = line.split(maxsplit=1)[0]
        if "-" in head:
            first, last = (int(each, 16) for each in head.split("-"))
            inside = first <= address < last
        elif inside and head == "Rss:":
            return int(line.split()[1])
    raise AssertionError("not mapped")


def test_arrays_kept_on_disk_are_the_same_before_and_after_they_are_put_back() -> None:
    large = np.arange(100_000, dtype=np.float32).reshape(100, 1000)
    kept = keep_on_disk({"large": large, "vector": VECTOR})
    for _ in range(2):
        assert np.array_equal(kept["large"], large)
        assert np.array_equal(kept["vector"], VECTOR)
        put_back(kept.values())
    if sys.platform == "linux":
        assert count_resident(kept["large"]) == 0
        assert kept["large"].sum() == large.sum()
        assert count_resident(kept["large"]) > 0


def test_arrays_stay_in_memory_where_no_file_can_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    arrays = {"matrix": MATRIX}
    kept = keep_on_disk(arrays)
    put_back(kept.values())
    assert kept["matrix"] is MATRIX
    assert np.array_equal(MATRIX, np.arange(6, dtype=np.float32).reshape(2, 3))
