from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.nlu import word_rows
from bot.nlu.weights_file import WeightsFile
from bot.nlu.word_rows import WordRows
from tests.unit.nlu.test_weights_file import VECTOR, write_file

if TYPE_CHECKING:
    from pathlib import Path

PRECISE = np.array([[1, 2, 3], [0.1, 0.2, 1e-9]], dtype=np.float32)


@pytest.mark.parametrize("most", [1, 2, 8])
def test_rows_are_those_of_the_file_in_half_precision_however_many_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(word_rows, "MOST_KEPT", most)
    rows = WordRows(WeightsFile(write_file(tmp_path, PRECISE, VECTOR)).open_rows("matrix"))
    halved = PRECISE.astype(np.float16).astype(np.float32)
    for ids in ([[0, 0]], [[1, 1]], [[0, 0], [0, 0]]):
        assert np.array_equal(rows.look_up(np.array(ids)), halved[np.array(ids)])
    if most > 1:
        assert np.array_equal(rows.look_up(np.array([[1, 0, 1]])), halved[[[1, 0, 1]]])
