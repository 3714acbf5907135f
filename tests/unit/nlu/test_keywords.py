from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.example import Example
from bot.nlu.keywords import KeywordFinder, Keywords, learn_keywords


def learn(*pairs: tuple[str, str], case_sensitive: bool = True) -> KeywordFinder:
    examples = [Example(text=text, intent=intent) for text, intent in pairs]
    return KeywordFinder(learn_keywords(examples, case_sensitive=case_sensitive))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello", "greet"),
        ("oh, hello!", "greet"),
        ("hellos", None),
        ("othello", None),
        ("Hello", None),
        ("I want my money  back", None),
        ("so I want my money back now", "refund"),
        ("", None),
        ("hello, I want my money back", "greet"),
    ],
)
def test_a_whole_example_within_the_text_decides(text: str, intent: str | None) -> None:
    assert learn(("hello", "greet"), ("I want my money back", "refund")).find(text) == intent


def test_of_several_keywords_the_first_in_the_data_wins() -> None:
    pairs = ("refund", "pay"), ("hello", "greet")
    assert learn(*pairs).find("hello, refund") == "pay"
    assert learn(*reversed(pairs)).find("hello, refund") == "greet"


def test_capitals_count_only_where_they_are_told_to() -> None:
    pair = ("Straße frei", "road")
    assert learn(pair).find("STRASSE FREI straße FREI") is None
    assert learn(pair, case_sensitive=False).find("die straße FREI") == "road"


def test_a_keyword_of_two_intents_is_none() -> None:
    finder = learn(("hi", "greet"), ("hi", "bye"), ("hi", "greet"), ("ciao", "bye"))
    assert (finder.find("hi"), finder.find("ciao")) == (None, "bye")


def test_a_keyword_found_in_an_example_of_another_intent_is_none() -> None:
    finder = learn(("money", "pay"), ("I want my money back", "refund"), ("cash money", "pay"))
    assert finder.find("money") is None
    assert finder.find("cash money") == "pay"
    assert finder.find("I want my money back") == "refund"


def test_the_keys_of_retrieval_intents_are_left_out() -> None:
    finder = learn(("when do you open", "faq/hours"), ("when do you", "faq/other"))
    assert finder.find("when do you open") == "faq"


@pytest.mark.parametrize("text", ["is it open?", "is it open", "tell me: is it open"])
def test_keywords_are_regular_expressions_as_in_rasa(text: str) -> None:
    assert learn(("is it open?", "hours")).find(text) == "hours"


@pytest.mark.parametrize("keyword", ["c(", "a**", "x[", "(?P<n", "ab{5,1}c", "back\\"])
def test_what_is_no_regular_expression_is_taken_literally(keyword: str) -> None:
    assert learn((keyword, "odd")).find(f"{keyword}z{keyword}") in ("odd", None)
    assert learn(("c(d", "odd")).find("a c(d b") == "odd"


@given(
    keywords=st.lists(st.text("abiI? .,'Éİ", min_size=1, max_size=7), max_size=8, unique=True),
    text=st.text("abiI\u0131? .,'éÉ", max_size=14),
    case_sensitive=st.booleans(),
)
def test_the_index_leaves_no_keyword_out(keywords: list[str], text: str, *, case_sensitive: bool) -> None:
    """Held against trying each keyword in turn."""
    entries = tuple((keyword, str(number)) for number, keyword in enumerate(keywords))
    found = KeywordFinder(Keywords(entries=entries, case_sensitive=case_sensitive)).find_all(text)
    flags = re.NOFLAG if case_sensitive else re.IGNORECASE
    assert list(found) == [entry for entry in entries if _holds(text, entry[0], flags)]


def _holds(text: str, keyword: str, flags: re.RegexFlag) -> bool:
    try:
        return re.search(rf"\b{keyword}\b", text, flags) is not None
    except re.error:
        return re.search(rf"\b{re.escape(keyword)}\b", text, flags) is not None
