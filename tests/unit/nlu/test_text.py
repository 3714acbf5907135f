from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.text import MAX_CHARACTERS, bound_text


@given(st.text(st.characters(), max_size=50))
def test_bound_text_keeps_what_any_encoder_takes(text: str) -> None:
    bounded = bound_text(text)
    assert bounded == bounded.strip()
    assert "\0" not in bounded
    bounded.encode()


def test_bound_text_blanks_null_bytes_and_lone_surrogates_in_place() -> None:
    assert bound_text("  a\0b\ud800c ") == "a b c"


def test_bound_text_leaves_other_text_alone() -> None:
    assert bound_text("Où est\u200b mon colis ?\n👋") == "Où est\u200b mon colis ?\n👋"


def test_bound_text_cuts_long_text_after_a_whole_word() -> None:
    bounded = bound_text("parcel " * 10_000)
    assert MAX_CHARACTERS - 7 < len(bounded) <= MAX_CHARACTERS
    assert bounded.endswith("parcel")


def test_bound_text_cuts_one_endless_word_where_the_limit_is() -> None:
    assert bound_text("hi " + "x" * 50_000) == "hi " + "x" * (MAX_CHARACTERS - 3)
