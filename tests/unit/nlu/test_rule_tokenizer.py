from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ModelDamaged
from bot.nlu.archive import pack_archive
from bot.nlu.entities import EntityTables
from bot.nlu.model import TOKENS, NluModel
from bot.nlu.reader import Reader
from bot.nlu.rule_tokenizer import LONGEST_WORD, MOST_WORDS, RuleTokenizer
from bot.nlu.token_rules import TokenRules, read_rules, take_rules
from bot.nlu.tokens import get_token_spans, load_language
from tests.fakes.service import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.encoder import Encoder

LANGUAGES = ("en", "de", "hu", "pt", "ru", "sv", "tr", "xx")
TEXTS = (
    "",
    " ",
    "\n \n",
    " a  b\tc \u00a0d ",
    "I can't log in (again!), what's wrong w/ my account?",
    "won't-can't cannot! (cannot) y'all've 'tis o'clock",
    "8a.m. 8 a.m. at 10:30p.m. in the U.S.A., e.g. i.e.",
    "http://x.example/a-b?c=1. (www.foo.example), me@foo.example; #tag @you",
    "dyn-o-mite C++ $5.00 €5,- 5km/h -3°C 100% 1,000.50",
    ":-) (: ):) :))) <3 ^_^ o.O 👍🏽 🤷\u200d♀️",
    "..... ... .. . “gonna” «ja» z.B. d.h. bzw. usw.",
)


@cache
def take(code: str) -> TokenRules:
    rules = take_rules(load_language(code))
    assert rules is not None
    return rules


def cut_by_spacy(code: str, text: str) -> tuple[tuple[int, int], ...]:
    return get_token_spans(load_spacys(code).make_doc(text))


load_spacys = cache(load_language)


@pytest.mark.parametrize("code", LANGUAGES)
def test_texts_are_cut_as_spacy_cuts_them(code: str) -> None:
    tokenizer = RuleTokenizer(read_rules(take(code).to_file()))
    for text in (*TEXTS, *take(code).exceptions):
        for said in (text, f"({text})", f"so {text}, or {text}!"):
            (cut,) = tokenizer.cut([said])
            assert cut.text == said
            assert cut.spans == cut_by_spacy(code, said), said


@cache
def list_exceptions() -> list[str]:
    return sorted(take("en").exceptions)


@cache
def open_tokenizer() -> RuleTokenizer:
    return RuleTokenizer(take("en"))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Words, exceptions and signs, put together with and without blanks."""
    word = st.one_of(
        st.sampled_from(list_exceptions()),
        st.sampled_from(["parcel", "where's", "Berlin", "12.5", "a-b", "don"]),
        st.text("aAtsn'\u2019.,:;-_()[]!?\"/@#&%+*=<>^ \t\n09$€…—“éßİ👍\u200d\u0301", min_size=1, max_size=6),
    )
    blank = st.sampled_from(["", " ", " ", " ", "  ", "\n"])
    return "".join(part for pair in draw(st.lists(st.tuples(word, blank), max_size=8)) for part in pair)


@given(text=texts())
@settings(max_examples=500, deadline=None)
def test_whatever_is_written_is_cut_as_spacy_cuts_it(text: str) -> None:
    tokenizer = open_tokenizer()
    tokenizer._known.clear()  # as one that was just made, which takes a hundred times as long
    (cut,) = tokenizer.cut([text])
    assert cut.spans == cut_by_spacy("en", text)


def test_a_tokenizer_remembers_words_but_not_without_end() -> None:
    tokenizer = RuleTokenizer(take("en"))
    text = f"where's my parcel {'x' * (LONGEST_WORD + 1)}"
    (before,) = tokenizer.cut([text])
    tokenizer.cut([f"word{number}" for number in range(2 * MOST_WORDS)])
    (after,) = tokenizer.cut([text])
    assert after == before
    assert len(tokenizer._known) == MOST_WORDS  # what it holds shows nowhere else


@pytest.mark.parametrize("code", ["zh", "fr"])
def test_a_language_cut_by_a_program_or_by_endless_rules_stays_spacys(code: str) -> None:
    assert take_rules(load_language(code)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"exceptions": {"can't": [2, 2]}},
        {"exceptions": {"can't": [5, 0]}},
        {"exceptions": []},
        {"patterns": {"prefix": ["(", 32]}},
        {"patterns": {"unheard-of": ["a", 32]}},
        {"lang": None, "patterns": None},
    ],
)
def test_damaged_rules_are_refused_with_advice(model: NluModel, change: dict[str, object]) -> None:
    files = model.to_files()
    damaged = json.dumps({**json.loads(files[TOKENS]), **change}).encode()
    with pytest.raises(ModelDamaged, match="`visavis train --release`"):
        NluModel.from_files({**files, TOKENS: damaged})


def test_a_model_reads_the_same_tokens_with_and_without_its_rules(model: NluModel, encoder: Encoder) -> None:
    bare = replace(model, entities=EntityTables(patterns=model.entities.patterns))
    ours, spacys = Reader(bare, encoder), Reader(replace(bare, tokens=None), encoder)
    said = [*TEXTS, "where's LY-1234?"]
    assert ours.read(said) == spacys.read(said)


READ = """
import sys
from pathlib import Path
from bot.nlu.archive import read_archive
from bot.nlu.encoder import open_encoder
from bot.nlu.model import NluModel
from bot.nlu.reader import Reader

model = NluModel.from_files(read_archive(Path(sys.argv[1]).read_bytes()).files)
(read,) = Reader(model, open_encoder()).read(["where's my parcel?"])
print(read.text_tokens, "spacy" in sys.modules)
"""


def test_a_model_that_learnt_no_entities_is_served_without_spacy(model: NluModel, tmp_path: Path) -> None:
    for name, tables, needs_spacy in (("bare", EntityTables(), False), ("full", model.entities, True)):
        path = tmp_path / name
        path.write_bytes(pack_archive(files=replace(model, entities=tables).to_files(), metadata={}))
        done = subprocess.run(
            [sys.executable, "-c", READ, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout == f"((0, 5), (5, 7), (8, 10), (11, 17), (17, 18)) {needs_spacy}\n"
