from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from bot.nlu.evaluation_report import EvaluationReport, oppose
from bot.web.evaluation.page import render_page
from tests.unit.nlu.assessing import SAID, Said
from tests.unit.nlu.test_evaluation_report import make_subject, say_all

MANY = tuple(
    (f"text {number} of {intent}", f"intent_{intent}", f"intent_{(intent + number // 3) % 150}", 0.8)
    for intent in range(150)
    for number in range(4)
)


def make_report(said: tuple[Said, ...] = SAID, against: tuple[Said, ...] | None = None) -> EvaluationReport:
    known = tuple({meant for _, meant, _, _ in said if meant != "nlu_fallback"})
    subject = make_subject("m.tar.gz", said, known)
    versus = oppose(subject, make_subject("other.tar.gz", against, known)) if against else None
    return EvaluationReport(
        subject=subject, data="t.yml", at=datetime(2026, 1, 2, tzinfo=UTC), seconds=1, versus=versus
    )


class Outline(HTMLParser):
    """Checks that elements are closed in order, and collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.fetched: list[str] = []

    @override
    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.fetched += [value or "" for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "link"):
            self.open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    assert parser.open == []
    return parser


def test_page_holds_figures_pictures_and_texts_with_file_and_line() -> None:
    page = render_page(make_report())
    assert page.count("<svg ") == 3
    assert "has it been sent" in page
    assert "test.yml:4" in page
    assert "threshold 0.5" in page
    assert "What to do next" in page


def test_page_fetches_nothing_and_runs_nothing() -> None:
    found = outline(render_page(make_report()))
    assert "script" not in found.seen
    assert all(address == "data:," or address.startswith("#") for address in found.fetched)


def test_what_customers_write_is_escaped() -> None:
    page = render_page(make_report())
    assert "is it coming &lt;b&gt;back&lt;/b&gt;?" in page
    assert "<b>back" not in page


@settings(max_examples=25, deadline=None)
@given(text=st.text(min_size=1), intent=st.text(min_size=1))
def test_any_text_and_any_name_make_a_sound_page(text: str, intent: str) -> None:
    name = intent.replace("/", "|")
    page = render_page(make_report(((text, name, "other", 0.9), (text, "other", name, 0.2))))
    assert outline(page).seen.count("svg") == 3


def test_many_intents_are_shown_twice_the_worst_with_names() -> None:
    page = render_page(make_report(MANY))
    assert page.count("<svg ") == 4
    assert "Confusion matrix of all 150 intents" in page
    shown = re.search(r'aria-label="Confusion matrix of the most confused.*?</svg>', page, re.DOTALL)
    assert shown
    assert 8 <= shown[0].count("intent_") <= 600


def test_two_models_are_compared_in_words_and_texts() -> None:
    page = render_page(make_report(say_all(40, 39), against=say_all(40, 25)))
    assert "Better than the other model" in page
    assert "14 texts that only this model has right" in page
    assert "No difference that could not be chance" in render_page(make_report(SAID, against=SAID))


def test_texts_out_of_scope_have_a_part_of_their_own() -> None:
    page = render_page(make_report((*SAID, ("who won", "nlu_fallback", "greet", 0.9))))
    assert "1 would be answered" in page
    assert "raise the threshold, or train an intent" in page
    assert "Out of scope" not in render_page(make_report())


def test_a_page_of_no_texts_is_a_page() -> None:
    assert "There are no texts to show" in render_page(make_report(()))
