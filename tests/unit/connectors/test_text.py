from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connector.text import TextUnit, clean_text, measure, split_text
from bot.connector.visible_text import clusters

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
    "\u1112\u1161\u11ab",  # Hangul in conjoining jamo
    "\u0915\u094d\u0937",  # an Indic conjunct
    "1️⃣",
    "https://shop.example/orders?id=5",
    "help.example.com",
]
LINKS = [visible for visible in VISIBLE if "." in visible]
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


@pytest.mark.parametrize("visible", [v for v in VISIBLE if v not in ("\n\n", *LINKS)])
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


@given(text=texts)
def test_graphemes_are_counted_as_people_see_them(text: str) -> None:
    assert measure(text, TextUnit.GRAPHEME) == len(clusters(text))


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("a" * 280, 280),
        ("é", 1),
        ("e\u0301", 1),  # counted in Normalization Form C
        ("\u1ed2", 2),
        ("Привет", 6),
        ("中文", 4),
        ("\u1112\u1161\u11ab", 2),
        ("\u201cso\u201d \u2013 it\u2019s", 11),
        ("\u200f", 2),
        ("👾", 2),
        ("🙋🏽", 2),
        (FAMILY, 2),
        ("🇩🇪", 2),
        ("1️⃣", 2),
        ("©", 1),
        ("❤️", 2),
        ("http://t.co", 23),
        ("https://example.com/very/long/path?with=" + "x" * 400, 23),
        ("(https://example.com/a_(b)).", 26),
        ("see help.example.com/orders, please", 35),
        ("https://example.com.", 24),
        ("See help.example.com...", 30),
        ("a-long-name-that-might-not-be-a-host.example", 44),
        ("https://example.com/見て", 27),
        ("見てhttps://example.com", 27),
        ("http://localhost:8080/x", 23),
        ("http://localhost:8080/orders", 28),
        ("bob@example.com", 15),
        ("3.50 or 4.20", 12),
    ],
)
def test_weighted_counts_as_x_does(text: str, weight: int) -> None:
    assert measure(text, TextUnit.WEIGHTED) == weight


@given(
    words=st.lists(st.sampled_from(VISIBLE).filter(str.strip), min_size=1, max_size=30),
    limit=st.integers(WIDEST, 2 * WIDEST),
    unit=units,
)
def test_split_never_cuts_words_and_links_that_fit(words: list[str], limit: int, unit: TextUnit) -> None:
    parts = split_text("\t".join(words), limit=limit, unit=unit)
    assert [word for part in parts for word in part.split()] == words


@pytest.mark.parametrize("unit", TextUnit)
def test_split_keeps_a_link_whole_where_no_blank_is_near(unit: TextUnit) -> None:
    link = "https://shop.example/orders?id=5"
    parts = split_text(f"注文はこちらでご覧ください{link}ありがとう", limit=45, unit=unit)
    assert any(link in part for part in parts)
    assert "".join(parts) == f"注文はこちらでご覧ください{link}ありがとう"


def test_split_cuts_a_link_that_is_too_long_alone() -> None:
    link = "https://shop.example/" + "a" * 50
    assert split_text(f"See {link} now", limit=30) == ("See", link[:30], link[30:60], f"{link[60:]} now")
    assert split_text(f"See {link} now", limit=31, unit=TextUnit.WEIGHTED) == (f"See {link} now",)


def test_split_leaves_an_accent_on_its_blank() -> None:
    assert split_text("abcd \u0301ef", limit=4) == ("abcd", " \u0301ef")


def test_split_of_a_long_text_takes_time_in_proportion() -> None:
    parts = split_text(
        "a.b " * 5_000 + "-" * 5_000 + "a." * 5_000 + "https://a.bc/" + "(" * 5_000,
        limit=280,
        unit=TextUnit.WEIGHTED,
    )
    assert len(parts) > 100
