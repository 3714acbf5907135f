"""Two questions in one message: where it is cut, and when the parts say more than the whole."""

from __future__ import annotations

import pytest

from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understanding
from bot.nlu.two_questions import LONGEST, MOST_CUTS, Cut, choose_parts, list_cuts

ASKED = "Do you ship to Norway, and how much is express?"


def understand(
    text: str, chances: dict[str, float], *, fallback: bool = False, in_scope: float = 0.9
) -> Understanding:
    """Return what was made of a text; the likeliest intent is given first."""
    ranking = tuple(IntentScore(name=name, confidence=chance) for name, chance in chances.items())
    if fallback:
        ranking = (IntentScore(name=FALLBACK_INTENT, confidence=0.7), *ranking)
    intent = ranking[0] if ranking else None
    return Understanding(text=text, intent=intent, ranking=ranking, fallback=fallback, in_scope=in_scope)


def unsure(text: str = ASKED) -> Understanding:
    """Return a text that speaks of two intents."""
    return understand(text, {"countries": 0.5, "cost": 0.4, "returns": 0.1}, fallback=True)


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("Do you ship to Norway? How much is it?", [("Do you ship to Norway?", "How much is it?")]),
        ("Do you ship to Norway and how much is it", [("Do you ship to Norway", "and how much is it")]),
        ("Where is it\n\nand what is it", [("Where is it", "and what is it")]),
        ("Versendet ihr nach Wien und was kostet es", [("Versendet ihr nach Wien", "und was kostet es")]),
        ("Hi, where is my order?", []),  # a word is no question
        ("Version 2.5 works, mine is 2.4", [("Version 2.5 works", "mine is 2.4")]),
        ("one sentence alone", []),
    ],
)
def test_text_is_cut_where_a_part_may_end(text: str, cuts: list[tuple[str, str]]) -> None:
    assert list_cuts(unsure(text)) == [Cut(first=first, second=second) for first, second in cuts]


def test_nothing_else_is_cut() -> None:
    assert list_cuts(understand(ASKED, {"countries": 0.9, "cost": 0.1})) == []  # it was understood
    assert list_cuts(understand(ASKED, {"countries": 0.5, "cost": 0.5}, fallback=True, in_scope=0.0)) == []
    assert list_cuts(understand(ASKED, {"countries": 1.0}, fallback=True)) == []  # there is no second intent
    assert list_cuts(unsure("Is it so? " * (LONGEST // 10) + "Is it?")) == []
    assert len(list_cuts(unsure("Is it so? " * 30))) == MOST_CUTS


def test_parts_that_mean_one_intent_each_are_taken_in_their_order() -> None:
    first = understand("Do you ship to Norway", {"countries": 0.95, "cost": 0.01})
    second = understand(
        "and how much is express?", {"cost": 0.65, "returns": 0.3, "countries": 0.05}, fallback=True
    )
    one, other = choose_parts(unsure(), [(first, second)])
    assert one == first
    assert other.intent == IntentScore(name="cost", confidence=0.65)
    assert [score.name for score in other.ranking] == ["cost", "returns", "countries"]
    assert not other.fallback
    turned = choose_parts(unsure(), [(second, first)])
    assert [part.intent.name for part in turned if part.intent] == ["cost", "countries"]


def test_surest_cut_counts() -> None:
    vague = (understand("a", {"countries": 0.7}), understand("b", {"cost": 0.7}))
    sure = (understand("c", {"countries": 0.9}), understand("d", {"cost": 0.8}))
    for cuts in ([vague, sure], [sure, vague]):
        assert [part.text for part in choose_parts(unsure(), cuts)] == ["c", "d"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"countries": 0.9}, {"price": 0.9, "cost": 0.05}),  # the whole text speaks of no price
        ({"countries": 0.9}, {"countries": 0.9}),  # one question in two sentences
        ({"countries": 0.9}, {"cost": 0.65, "countries": 0.3}),  # it may as well be the first again
        ({"countries": 0.9}, {"cost": 0.5}),
        ({}, {}),
    ],
)
def test_parts_that_say_no_more_than_the_whole_are_not_taken(
    first: dict[str, float], second: dict[str, float]
) -> None:
    assert choose_parts(unsure(), [(understand("a", first), understand("b", second))]) == ()


def test_without_cuts_there_are_no_parts() -> None:
    assert choose_parts(unsure(), []) == ()
