from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.errors import ModelDamaged, ModelError, ModelMissing
from bot.nlu.model import ARRAYS, DESCRIPTION, NluModel
from bot.nlu.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.nlu.encoder import Encoder

TEXTS = ["where is my parcel", "refund for LY-1234 in Berlin", "hi 👋", "???"]


def test_a_saved_model_understands_as_before(model: NluModel, encoder: Encoder) -> None:
    loaded = NluModel.from_files(model.to_files())
    assert Reader(loaded, encoder).read(TEXTS) == Reader(model, encoder).read(TEXTS)
    assert loaded.metrics == model.metrics
    assert loaded.to_files() == model.to_files()


def test_files_without_a_model_say_so() -> None:
    with pytest.raises(ModelMissing, match="`visavis train --release`"):
        NluModel.from_files({})


def test_another_versions_format_says_what_to_do(model: NluModel) -> None:
    files = model.to_files()
    newer = json.dumps({**json.loads(files[DESCRIPTION]), "format": 99}).encode()
    with pytest.raises(ModelError, match="format 99") as raised:
        NluModel.from_files({**files, DESCRIPTION: newer})
    assert not isinstance(raised.value, ModelDamaged)


def _pickle_an_array(_content: bytes) -> bytes:
    file = io.BytesIO()
    np.savez(file, dense=np.array([{}], dtype=object), sparse=[], bias=[], weights=[])
    return file.getvalue()


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _replace(_content: bytes) -> bytes:
    return b"{}"


def _empty(_content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        *((ARRAYS, spoil) for spoil in (_cut, _pickle_an_array, _replace, _empty)),
        *((DESCRIPTION, spoil) for spoil in (_cut, _replace, _empty)),
    ],
)
def test_damaged_files_are_refused(model: NluModel, name: str, spoil: Callable[[bytes], bytes]) -> None:
    files = model.to_files()
    with pytest.raises(ModelDamaged, match="`visavis train --release`"):
        NluModel.from_files({**files, name: spoil(files[name])})


def test_weights_that_do_not_fit_the_intents_are_refused(model: NluModel) -> None:
    fewer = replace(model, head=replace(model.head, names=model.head.names[:-1]))
    with pytest.raises(ModelDamaged, match="do not fit"):
        NluModel.from_files(fewer.to_files())


def test_weights_that_are_not_finite_are_refused(model: NluModel) -> None:
    words = replace(model.head.words, bias=np.full_like(model.head.words.bias, np.nan))
    with pytest.raises(ModelDamaged, match="do not fit"):
        NluModel.from_files(replace(model, head=replace(model.head, words=words)).to_files())
