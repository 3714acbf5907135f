"""A complaint beside a question that was understood: where it is looked for, and when it counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Triage, Understanding
from bot.nlu.complaint_beside import MAY_COMPLAIN, find_complaint, list_parts
from bot.nlu.two_questions import LONGEST, MOST_CUTS, Cut

CALLS = frozenset({"late", "broken"})
ASKED, COMPLAINED = "Do you ship to Norway?", "Also my last order never arrived"
WHOLE = f"{ASKED} {COMPLAINED}"


def understand(text: str, intent: str, chance: float = 0.9, *, complaint: float = 0.3) -> Understanding:
    """Return what was made of a text; below 0.72 it is not understood."""
    score = IntentScore(name=intent, confidence=chance)
    unsure = IntentScore(name=FALLBACK_INTENT, confidence=0.72)
    is_unsure = chance < 0.72
    return Understanding(
        text=text,
        intent=unsure if is_unsure else score,
        ranking=(unsure, score) if is_unsure else (score,),
        fallback=is_unsure,
        language="en",
        in_scope=0.9,
        triage=Triage(complaint=complaint),
    )


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        (WHOLE, [(ASKED, COMPLAINED)]),
        ("do you sell cables and my lamp is broken", [("do you sell cables", "and my lamp is broken")]),
        (
            "do you sell cables, by the way my lamp broke",
            [("do you sell cables", "by the way my lamp broke")],
        ),
        (
            "wo ist der Laden\nund meine Lampe ist kaputt",
            [("wo ist der Laden", "und meine Lampe ist kaputt")],
        ),
        ("do you sell cables, lamps or chairs here", []),
        ("Hello there. Do you sell cables?", []),  # two words are no complaint
    ],
)
def test_text_is_cut_between_sentences_and_where_a_word_joins(text: str, cuts: list[tuple[str, str]]) -> None:
    found = list_parts(understand(text, "ships"), CALLS)
    assert found == [Cut(first=first, second=second) for first, second in cuts]


def test_parts_are_read_only_where_a_complaint_may_go_unheard() -> None:
    assert list_parts(understand(WHOLE, "ships", complaint=MAY_COMPLAIN), CALLS)
    assert list_parts(understand(WHOLE, "ships", complaint=MAY_COMPLAIN - 0.01), CALLS) == []
    assert list_parts(understand(WHOLE, "late"), CALLS) == []  # it is heard
    assert list_parts(understand(WHOLE, "ships", 0.6), CALLS) == []  # it is asked about
    assert list_parts(replace(understand(WHOLE, "ships"), language="fi"), CALLS) == []
    assert list_parts(replace(understand(WHOLE, "ships"), triage=None), CALLS) == []
    assert list_parts(understand("Is that so, then? " * (LONGEST // 10), "ships"), CALLS) == []
    assert len(list_parts(understand("Is that so, then? " * 20, "ships"), CALLS)) == MOST_CUTS


@pytest.mark.parametrize("first", [True, False])
def test_complaint_of_its_own_is_found_in_either_order(*, first: bool) -> None:
    question, complaint = understand(ASKED, "ships"), understand(COMPLAINED, "late")
    pair = (complaint, question) if first else (question, complaint)
    assert find_complaint(understand(WHOLE, "ships"), [pair], CALLS) == complaint


def test_surest_complaint_is_taken() -> None:
    question, whole = understand(ASKED, "ships"), understand(WHOLE, "ships")
    late, broken = understand(COMPLAINED, "late", 0.8), understand("my lamp broke", "broken", 0.95)
    assert find_complaint(whole, [(question, late), (question, broken)], CALLS) == broken


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        (understand("Where can I track it?", "ships"), understand("My order has not come.", "late")),
        (understand("Where is my order?", "ships"), understand("it has not come yet", "late")),
        (understand("My address has changed.", "ships"), understand("How do I report it?", "late")),
        (understand("Wo kann ich sie verfolgen?", "ships"), understand("Die Bestellung fehlt noch.", "late")),
        (understand(ASKED, "ships"), understand(COMPLAINED, "late", 0.7)),  # not understood by itself
        (understand(ASKED, "ships"), understand("Also I would like a cable", "cables")),
        (understand(ASKED, "ships", 0.5), understand(COMPLAINED, "late")),  # the question needs the rest
        (understand(ASKED, "cables"), understand(COMPLAINED, "late")),
    ],
)
def test_what_belongs_to_the_question_or_is_not_sure_is_no_complaint_of_its_own(
    question: Understanding, complaint: Understanding
) -> None:
    assert find_complaint(understand(WHOLE, "ships"), [(question, complaint)], CALLS) is None
