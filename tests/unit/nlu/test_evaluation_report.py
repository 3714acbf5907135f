from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.nlu.assessment import assess
from bot.nlu.evaluation_report import EvaluationReport, Subject, oppose, render_report
from bot.nlu.intents import Fallback
from tests.unit.nlu.assessing import KNOWN, SAID, Said, make_examples, make_understandings


def make_subject(name: str, said: tuple[Said, ...] = SAID, known: tuple[str, ...] = KNOWN) -> Subject:
    return Subject(
        name=name,
        assessment=assess(make_examples(said), make_understandings(said), known),
        fallback=Fallback(threshold=0.5, ambiguity=0.1),
        digest="0" * 64,
    )


def say_all(count: int, right: int) -> tuple[Said, ...]:
    return tuple(
        (f"text {number}", "greet", "greet" if number < right else "ask_refund", 0.9)
        for number in range(count)
    )


def test_a_difference_that_is_no_chance_is_told_with_the_texts_behind_it() -> None:
    versus = oppose(make_subject("new", say_all(40, 39)), make_subject("old", say_all(40, 25)))
    assert (versus.test.better, versus.test.worse, versus.test.significant) == (14, 0, True)
    assert versus.test.difference == pytest.approx(14 / 40)
    assert [trial.text for trial in versus.gained] == [f"text {number}" for number in range(25, 39)]
    assert {trial.got for trial in versus.gained} == {"ask_refund"}  # what the other made of it
    assert versus.lost == ()


def test_a_difference_of_one_text_may_be_chance() -> None:
    versus = oppose(make_subject("new", say_all(40, 39)), make_subject("old", say_all(40, 40)))
    assert (versus.test.better, versus.test.worse, versus.test.significant) == (0, 1, False)
    assert [trial.text for trial in versus.lost] == ["text 39"]


def test_equal_texts_are_compared_one_by_one() -> None:
    new = (("hi", "greet", "greet", 0.9), ("hi", "greet", "greet", 0.9))
    old = (("hi", "greet", "greet", 0.9), ("hi", "greet", "ask_refund", 0.9))
    test = oppose(make_subject("new", new), make_subject("old", old)).test
    assert (test.examples, test.better, test.worse) == (2, 1, 0)


def test_what_is_no_intent_to_one_of_them_is_not_compared() -> None:
    said = (*SAID, ("who won", "out_of_scope", "greet", 0.8))
    knowing = make_subject("new", said, (*KNOWN, "out_of_scope"))
    assert oppose(knowing, make_subject("old", said)).test.examples == len(SAID)


def test_json_says_what_was_evaluated_and_how_models_compare() -> None:
    subject = make_subject("new.tar.gz")
    report = EvaluationReport(
        subject=subject,
        data="test.yml",
        at=datetime(2026, 1, 2, tzinfo=UTC),
        seconds=1.5,
        versus=oppose(subject, make_subject("old.tar.gz")),
    )
    rendered = render_report(report)
    assert rendered["accuracy"] == pytest.approx(4 / 6)
    assert (rendered["model"], rendered["data"], rendered["threshold"]) == ("new.tar.gz", "test.yml", 0.5)
    against = rendered["against"]
    assert isinstance(against, dict)
    assert (against["model"], against["difference"], against["significant"]) == ("old.tar.gz", 0, False)
    json.dumps(rendered, allow_nan=False)
