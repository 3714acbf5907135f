from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.weights_file import WeightsFile

if TYPE_CHECKING:
    from pathlib import Path


def test_arrays_are_those_of_the_file_before_and_after_they_are_put_back(tmp_path: Path) -> None:
    matrix = np.arange(6, dtype="<f4").reshape(2, 3) / 7
    places = np.arange(4, dtype="<i8")
    vector = np.array([0.5, -2], dtype="<f4")
    header = {
        "__metadata__": {"format": "pt"},
        "matrix": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "places": {"dtype": "I64", "shape": [4], "data_offsets": [24, 56]},
        "vector": {"dtype": "F32", "shape": [2], "data_offsets": [56, 64]},
    }
    described = json.dumps(header).encode()
    content = described + matrix.tobytes() + places.tobytes() + vector.tobytes()
    (tmp_path / "weights").write_bytes(struct.pack("<Q", len(described)) + content)
    weights = WeightsFile(tmp_path / "weights")
    for _ in range(2):
        assert set(weights.arrays) == {"matrix", "vector"}
        assert np.array_equal(weights.arrays["matrix"], matrix)
        assert np.array_equal(weights.arrays["vector"], vector)
        weights.put_back()
