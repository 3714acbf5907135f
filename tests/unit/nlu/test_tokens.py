from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.nlu.tokens import LONGEST_TEXT, MOST_WORDS, Tokenizer, get_token_spans, load_language, name_lack

if TYPE_CHECKING:
    from spacy.language import Language


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


def count_known(language: Language) -> int:
    return len(list(language.vocab))


def test_many_words_are_cut_as_well_as_few_but_not_remembered() -> None:
    language = load_language("en")
    tokenizer = Tokenizer(language)
    text = "I can't log in (again!), what's wrong w/ my account?"
    spans = [get_token_spans(doc) for doc in tokenizer.cut([text])]
    before = count_known(language)
    for first in range(0, 2 * MOST_WORDS, 50):
        tokenizer.cut([" ".join(f"word{number}" for number in range(first, first + 50))])
    assert [get_token_spans(doc) for doc in tokenizer.cut([text])] == spans
    assert count_known(language) < before + MOST_WORDS + 100


def test_the_words_of_very_long_texts_are_forgotten() -> None:
    language = load_language("en")
    tokenizer = Tokenizer(language)
    before = count_known(language)
    for first in range(0, 2 * MOST_WORDS, LONGEST_TEXT):
        words = [f"word{number}" for number in range(first, first + LONGEST_TEXT)]
        assert [len(doc) for doc in tokenizer.cut([" ".join(words)])] == [LONGEST_TEXT]
    tokenizer.cut(["unheardof1"])
    assert count_known(language) == before + 1


@pytest.mark.skipif(importlib.util.find_spec("pyvi") is not None, reason="the package is installed here")
def test_a_language_that_needs_a_package_is_cut_at_blanks_without_it() -> None:
    assert [token.text for token in load_language("vi").make_doc("xin chào!")] == ["xin", "chào", "!"]
    assert "lack a package (Pyvi" in name_lack("vi")


def test_a_language_that_spacy_does_not_know_is_cut_at_blanks() -> None:
    assert load_language("klingon").lang == "xx"
    assert name_lack("klingon") == "spaCy has no rules for language 'klingon'"
    assert name_lack("pt-BR") == ""


def test_spacys_commands_are_loaded_by_who_wants_them_alone() -> None:
    program = (
        "import sys; from bot.nlu.tokens import load_language; load_language('en')\n"
        "print({'spacy.cli', 'weasel', 'requests'} & sys.modules.keys())\n"
        "from spacy.cli import info; print(info()['spacy_version'] != '')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("set()\n")
    assert done.stdout.endswith("True\n")
