from __future__ import annotations

import importlib.util

import pytest

from bot.errors import ModelError, ModelMissing
from bot.nlu.tokens import get_token_spans, load_language


@pytest.mark.parametrize(
    ("code", "text", "tokens"),
    [
        ("de", "Ist's z.B. hier?", ["Ist's", "z.B.", "hier", "?"]),
        ("pt-BR", "cadê meu pedido?", ["cadê", "meu", "pedido", "?"]),
        ("zh_CN", "包裹在哪", ["包", "裹", "在", "哪"]),
        ("ar", "أين طردي؟", ["أين", "طردي", "؟"]),
        ("xx", "hol a parsel?", ["hol", "a", "parsel", "?"]),
    ],
)
def test_each_language_has_its_own_words(code: str, text: str, tokens: list[str]) -> None:
    spans = get_token_spans(load_language(code).make_doc(text))
    assert [text[start:end] for start, end in spans] == tokens


@pytest.mark.skipif(importlib.util.find_spec("pyvi") is not None, reason="the package is installed here")
def test_a_language_that_needs_a_package_names_it() -> None:
    with pytest.raises(ModelMissing, match=r"language 'vi': .*Pyvi.*or write `xx`"):
        load_language("vi")


def test_an_unknown_language_is_told_what_to_write() -> None:
    with pytest.raises(ModelError, match="language 'klingon' is none that spaCy knows; write `xx`"):
        load_language("klingon")
