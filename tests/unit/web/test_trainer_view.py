from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.training import Training, TrainingState
from bot.domain.understanding import IntentScore
from bot.nlu.comparison import Comparison, Verdict
from bot.service.curriculum import TaughtIntent, describe_intent, name_intent
from bot.web.model_view import describe_comparison, view_figures
from bot.web.trainer_view import choose, view_running
from bot.web.words import say

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def running(stage: str, done: int, total: int, *, seconds: float = 10) -> Training:
    return Training(
        id=1,
        state=TrainingState.RUNNING,
        started_at=NOW - timedelta(seconds=seconds),
        started_by="Tess",
        stage=stage,
        done=done,
        total=total,
    )


def test_a_training_only_goes_forward() -> None:
    steps = [
        ("", 0, 0),
        ("recognise", 1, 2),
        ("encode", 1, 10),
        ("encode", 10, 10),
        ("validate", 1, 5),
        ("validate", 5, 5),
        ("fit", 1, 1),
        ("triage", 1, 1),
        ("examine", 16, 16),
    ]
    views = [view_running(running(*step), NOW, usual=None) for step in steps]
    shares = [view.share for view in views if view]
    assert shares == sorted(shares)
    assert len(shares) == len(steps)
    assert shares[-1] < 1
    last = views[-1]
    assert last is not None
    assert [step.state for step in last.steps] == ["past", "past", "past", "past", "past", "past", "now"]


@pytest.mark.parametrize(
    ("training", "usual", "left"),
    [
        (running("", 0, 0, seconds=1), None, ""),
        (running("", 0, 0, seconds=1), 27.0, "about 30 seconds left"),
        (running("validate", 5, 5, seconds=90), None, "about 40 seconds left"),
        (running("validate", 1, 5, seconds=88), None, "about 4 minutes left"),
        (running("fit", 1, 1, seconds=10), None, "about 5 seconds left"),
    ],
)
def test_the_time_left_is_said_only_when_there_is_something_to_go_by(
    training: Training, usual: float | None, left: str
) -> None:
    view = view_running(training, NOW, usual=usual)
    assert view is not None
    assert view.left == left


def test_only_intents_that_still_exist_can_be_chosen() -> None:
    known = {name: TaughtIntent(name=name, examples=1, sample="") for name in ("a", "b")}
    ranking = [IntentScore(name="gone", confidence=0.5), IntentScore(name="b", confidence=0.004)]
    (choice,) = choose(ranking, known)
    assert (choice.key, choice.intent.name, choice.percent) == (1, "b", "< 1 %")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Ask about gift cards", "ask_about_gift_cards"),
        ("  Ünïcode!", "unicode"),
        ("…", ""),
        ("x" * 99, "x" * 60),
    ],
)
def test_words_become_a_name(words: str, name: str) -> None:
    assert name_intent(words) == name


def test_a_name_becomes_words() -> None:
    assert describe_intent("faq/opening_hours") == "Faq opening hours"


def test_the_result_is_a_sentence_with_its_numbers() -> None:
    found = Comparison(
        verdict=Verdict.BETTER,
        common=1044,
        right=1041,
        right_before=1000,
        better=43,
        worse=2,
        new=1,
        new_right=0,
        mended=(),
        broken=(),
        intents=(),
    )
    result = describe_comparison(found)
    assert result.head == "Better: 1,041 of 1,044 held-out sentences right, was 1,000."
    assert result.rest == "43 got better, 2 got worse. 1 sentence is new, 0 of them right though held out."


def test_figures_say_their_difference_in_words_with_a_direction() -> None:
    rows = view_figures(
        {"accuracy": 0.9, "answered_wrong": 0.1, "examples": 12}, {"accuracy": 0.875, "answered_wrong": 0.02}
    )
    by_name = {row.name: row for row in rows}
    assert (by_name["Sentences understood"].change, by_name["Sentences understood"].good) == (
        "2.5 points more",
        True,
    )
    assert (by_name["Wrong though sure"].change, by_name["Wrong though sure"].good) == (
        "8.0 points more",
        False,
    )
    assert (by_name["Examples"].after, by_name["Examples"].before, by_name["Examples"].change) == (
        "12",
        say("trainer.not_known"),
        "",
    )
