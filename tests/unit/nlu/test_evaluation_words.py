from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.nlu.evaluation_report import EvaluationReport, oppose
from bot.nlu.evaluation_words import (
    list_names,
    say_comparison,
    say_details,
    say_next_steps,
    say_result,
    say_warnings,
)
from tests.unit.nlu.assessing import SAID, Said
from tests.unit.nlu.test_evaluation_report import make_subject, say_all


def make_report(said: tuple[Said, ...] = SAID) -> EvaluationReport:
    return EvaluationReport(
        subject=make_subject("m.tar.gz", said), data="t.yml", at=datetime(2026, 1, 2, tzinfo=UTC), seconds=1
    )


def plain(sentences: list[str]) -> str:
    return " ".join(sentences).replace("\N{NO-BREAK SPACE}", " ")


def test_the_result_comes_first_and_says_how_sure_it_is() -> None:
    report = make_report()
    assert plain([say_result(report)]) == "66.7 % of 6 texts understood as meant."
    details = plain(say_details(report))
    assert "30.0 % to 90.3 %, 95 times of 100" in details  # Wilson's interval of 4 among 6
    assert "answer 83.3 % of them (confidence 0.5 or more, and 0.1 ahead of the next); 20.0 % of" in details


def test_what_makes_figures_doubtful_is_said() -> None:
    report = make_report((*SAID, ("shut up", "insult", "greet", 0.9)))
    assert "does not know `insult`: 1 text counted as misunderstood" in plain(say_warnings(report))
    seen = replace(report, subject=replace(report.subject, learned=3))
    assert "was trained on 3 of these texts" in plain(say_warnings(seen))
    assert (
        say_warnings(make_report(say_all(200, 190)))[-1] == "No text tests `ask_delivery` and `ask_refund`."
    )


def test_the_worst_confusion_is_the_next_thing_to_look_at() -> None:
    assert "`ask_delivery` taken for `ask_refund` (2 of 3)" in say_next_steps(make_report())[0]
    assert "FallbackClassifier" not in plain(say_next_steps(make_report()))  # six texts prove no threshold
    many = tuple(
        (f"{text} {number}", meant, got, sure) for text, meant, got, sure in SAID for number in range(80)
    )
    steps = say_next_steps(make_report(many))
    assert "`FallbackClassifier` to 0.700" in steps[1]  # the surest mistake has 0.6
    assert plain(say_next_steps(make_report(say_all(200, 200)))).startswith(
        "Confidence promises less than it holds (on average 90.0 %, right are 100.0 %)"
    )


def test_a_comparison_says_in_words_whether_it_may_be_chance() -> None:
    good, poor = make_subject("good", say_all(40, 39)), make_subject("poor", say_all(40, 25))
    better = plain(say_comparison(oppose(good, poor), good.assessment))
    assert better.startswith("Better than the other model: 97.5 % against 62.5 % of the texts understood.")
    assert "14 only this model has right, and 0 only the other" in better
    assert "once in 8,192 such comparisons (exact McNemar test, p = 1e-04)" in better
    assert "The difference is +35.0 points" in better
    worse = plain(say_comparison(oppose(poor, good), poor.assessment))
    assert worse.startswith("Worse than the other model")
    near = make_subject("near", say_all(40, 38))
    assert say_comparison(oppose(good, near), good.assessment)[0].startswith("No difference that could not")


def test_many_names_are_cut_short() -> None:
    assert list_names(("a",)) == "`a`"
    assert list_names(("a", "b")) == "`a` and `b`"
    assert list_names(tuple("abcdefg")) == "`a`, `b`, `c`, `d`, `e` and 2 more"
