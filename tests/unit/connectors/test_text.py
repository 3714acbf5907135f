from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connector.text import TextUnit, clean_text, clusters, measure, split_text

FAMILY = "👩‍👩‍👧‍👦"
VISIBLE = [
    FAMILY,
    "🇩🇪",
    "👍🏽",
    "é",
    "e\u0301",
    "❤️",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "ä",
    "中",
    "😀",
    "\r\n",
    "a",
    " ",
    "\n",
    "\n\n",
    "שָׁ",
]
WIDEST = max(measure(visible, TextUnit.BYTE) for visible in VISIBLE)

units = st.sampled_from(TextUnit)
texts = st.lists(st.sampled_from(VISIBLE), max_size=60).map("".join)


def squeeze(text: str) -> str:
    return "".join(text.split())


@given(text=st.text(max_size=300), limit=st.integers(4, 50), unit=units)
def test_split_keeps_every_character_within_the_limit(text: str, limit: int, unit: TextUnit) -> None:
    parts = split_text(text, limit=limit, unit=unit)
    assert squeeze("".join(parts)) == squeeze(text)
    assert all(part.strip() and measure(part, unit) <= limit for part in parts)


@given(text=texts, limit=st.integers(WIDEST, 2 * WIDEST), unit=units)
def test_split_never_cuts_what_people_see_as_one(text: str, limit: int, unit: TextUnit) -> None:
    pieces = [cluster for part in split_text(text, limit=limit, unit=unit) for cluster in clusters(part)]
    assert [p for p in pieces if p.strip()] == [c for c in clusters(text) if c.strip()]


@given(
    words=st.lists(st.text("abc", min_size=1, max_size=8), min_size=1, max_size=40), limit=st.integers(8, 30)
)
def test_split_never_cuts_a_word_that_fits(words: list[str], limit: int) -> None:
    parts = split_text(" ".join(words), limit=limit)
    assert [word for part in parts for word in part.split()] == words


def test_split_prefers_paragraphs_then_lines() -> None:
    assert split_text("one two\n\nthree four", limit=14) == ("one two", "three four")
    assert split_text("one two three\nfour five", limit=17) == ("one two three", "four five")


def test_split_does_not_make_tiny_parts_for_a_paragraph() -> None:
    assert split_text("Hi\n\n" + "word " * 10, limit=30) == (
        "Hi\n\nword word word word word",
        "word word word word word",
    )


@pytest.mark.parametrize("text", ["", " ", "\n\n\n"])
def test_split_of_nothing_is_nothing(text: str) -> None:
    assert split_text(text, limit=5) == ()


def test_split_cuts_inside_what_is_too_large_alone() -> None:
    parts = split_text(FAMILY, limit=4, unit=TextUnit.BYTE)
    assert "".join(parts) == FAMILY
    assert all(len(part.encode()) <= 4 for part in parts)


@pytest.mark.parametrize("visible", [v for v in VISIBLE if v != "\n\n"])
def test_clusters_are_what_people_see(visible: str) -> None:
    assert list(clusters(f"a{visible}b")) == ["a", visible, "b"]
    assert list(clusters(visible * 3)) == [visible] * 3


@given(text=st.text(st.characters(codec=None), max_size=50))
def test_clean_text_can_be_stored_and_loses_nothing_else(text: str) -> None:
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    cleaned.encode()
    if not any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        assert cleaned == text.replace("\x00", "")


@given(text=st.text(max_size=50))
def test_measure_counts_as_the_encodings_do(text: str) -> None:
    assert measure(text, TextUnit.UTF16) == len(text.encode("utf-16-le")) // 2
    assert measure(text, TextUnit.BYTE) == len(text.encode())
    assert measure(text, TextUnit.CHARACTER) == len(text)
