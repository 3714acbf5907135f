"""Hugging Face's `tokenizers`, with the encoder's own description of its tokens, is the judge."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from bot.nlu.encoder import MAX_TOKENS, TOKENIZER, VOCABULARY, find_encoder_file
from bot.nlu.word_pieces import MOST_WORDS, WordPieces

NEWER = 0x600
"""From here on Unicode has marks that the judge's tables do not know: none before."""
UNUSED = range(0xD800, 0xE000)  # surrogates: no characters


@cache
def open_pieces() -> WordPieces:
    return WordPieces(find_encoder_file(VOCABULARY), most=MAX_TOKENS)


@cache
def open_judge() -> Tokenizer:
    judge = Tokenizer.from_file(str(find_encoder_file(TOKENIZER)))
    judge.no_padding()
    judge.enable_truncation(MAX_TOKENS)
    return judge


def list_differing(pattern: str) -> list[str]:
    characters = [chr(number) for number in range(0x20000) if number not in UNUSED]
    texts = [pattern.format(character) for character in characters]
    judged = open_judge().encode_batch(texts)
    pairs = zip(characters, texts, judged, strict=True)
    return [character for character, text, cut in pairs if cut.ids != open_pieces().cut(text)]


@pytest.mark.parametrize("pattern", ["as{}se", "A {}"])
def test_every_character_is_cut_alike_but_for_newer_marks_that_are_in_no_piece(pattern: str) -> None:
    used = set("".join(open_judge().get_vocab()))
    differing = list_differing(pattern)
    assert used.isdisjoint(differing)
    assert all(ord(character) >= NEWER for character in differing)


SIGNS = (
    "aAbeginsz'\u2019.,:;-_()[]!?\"/@#&%+*=<>^~` \t\n\r\x00\x0b\x1c\x7f\x85\u00a0059½²$€…—“éßñİıſΣ"
    "\ufb01\u200d\u0301中文字\ufffd👍"
)
WORDS = ("parcel", "unaffable", "Größe", "naïve", "x" * 100, "y" * 101, "[SEP]", "[MASK]", "[cls]", "[UNK]")


@given(parts=st.lists(st.one_of(st.sampled_from(WORDS), st.text(SIGNS, max_size=8), st.text(max_size=3))))
@example(parts=["word "] * 300)
@example(parts=["hypersupercalifragilistic "] * 30)
@example(parts=[])
@settings(max_examples=500, deadline=None)
def test_whatever_is_written_is_cut_alike(parts: list[str]) -> None:
    text = "".join(character for character in "".join(parts) if ord(character) < NEWER or character in SIGNS)
    assert open_pieces().cut(text) == open_judge().encode(text).ids


def test_words_are_remembered_but_not_without_end() -> None:
    pieces = WordPieces(find_encoder_file(VOCABULARY), most=MAX_TOKENS)
    before = pieces.cut("where is my parcel")
    for number in range(MOST_WORDS + 10):
        pieces.cut(f"word{number}")
    assert pieces.cut("where is my parcel") == before
    assert len(pieces._known) <= MOST_WORDS  # what it holds shows nowhere else
