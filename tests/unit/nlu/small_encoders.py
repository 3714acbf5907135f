"""Sentence encoders of four words, written as files: what each of them computes can be told by head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import openvino
from openvino import Model, Type
from openvino import opset13 as op
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

if TYPE_CHECKING:
    from pathlib import Path

WORDS = {"[UNK]": 0, "red": 1, "green": 2, "blue": 3}
COLOURS = np.array([[1, 1, 1], [1, 0, 0], [0, 2, 0], [0, 0, 3]], dtype=np.float32)


def write_tokenizer(folder: Path) -> None:
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.enable_padding(length=12)
    tokenizer.save(str(folder / "tokenizer.json"))


def write_encoder(
    folder: Path,
    *,
    inputs: tuple[str, ...] = ("input_ids", "attention_mask"),
    outputs: tuple[str, ...] = ("last_hidden_state",),
    shape: tuple[int, int] = (-1, -1),
    integers: Any = Type.i64,
) -> Path:
    """Write a model whose tokens are colours; its own vector of a text is always [0, 0, 1].

    A segment other than 0 would spoil the colours.
    """
    given = {name: op.parameter(list(shape), integers, name=name) for name in inputs}
    states = op.gather(op.constant(COLOURS), given["input_ids"], op.constant(np.int64(0)))
    if "token_type_ids" in given:
        spoilt = op.unsqueeze(op.convert(given["token_type_ids"], Type.f32), op.constant(np.int64(2)))
        states = op.add(states, op.multiply(spoilt, op.constant(np.float32(100))))
    zero = op.multiply(
        op.reduce_sum(states, op.constant(np.int64(1)), keep_dims=False), op.constant(np.float32(0))
    )
    made = {
        "last_hidden_state": states,
        "sentence_embedding": op.add(zero, op.constant(np.array([0, 0, 7], dtype=np.float32))),
        "pooler_output": op.add(zero, op.constant(np.array([9, 0, 0], dtype=np.float32))),
    }
    results = []
    for name in outputs:
        made[name].output(0).set_names({name})
        results.append(op.result(made[name]))
    folder.mkdir(parents=True, exist_ok=True)
    openvino.save_model(
        Model(results, [given[name] for name in inputs], "colours"),
        folder / "model.xml",
        compress_to_fp16=False,
    )
    write_tokenizer(folder)
    return folder
