"""Who asks the demo brand two things at once is answered twice: trained, and as it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bench.wishes import load_engine
from tests.conversations.talk import Talk

if TYPE_CHECKING:
    from pathlib import Path

    from bot.engines.native.engine import NativeEngine


@pytest.fixture(scope="module")
def engine(demo_model: Path) -> NativeEngine:
    return load_engine(demo_model)


async def test_both_questions_are_answered(engine: NativeEngine) -> None:
    talk = Talk(engine)
    said = await talk.say("how much is express delivery and can you deliver on saturday?")
    assert talk.events("action")[-4:] == [
        "utter_delivery_cost",
        "action_listen",
        "utter_delivery_time",
        "action_listen",
    ]
    assert len(said) == 2


async def test_where_one_leads_to_a_person_they_get_the_whole(engine: NativeEngine) -> None:
    talk = Talk(engine)
    await talk.say("what does the Halo cost? and you charged me twice for LY-104233")
    assert talk.last
    assert talk.last.handoff
    assert talk.last.handoff.reason == "complaint_double_charge"
    assert "LY-104233" in talk.last.handoff.summary


async def test_a_complaint_beside_a_question_that_was_understood_is_handed_over(engine: NativeEngine) -> None:
    talk = Talk(engine)
    await talk.say("do you ship to Norway? also my last headphones arrived broken")
    assert talk.last
    [understood] = talk.last.understandings
    assert understood is not None
    assert understood.intent is not None
    assert understood.intent.name == "ask_delivery_countries"  # so it would be answered, and no more
    assert talk.last.handoff
    assert talk.last.handoff.reason == "complaint_broken_item"


@pytest.mark.parametrize(
    "text",
    [
        "It has not come. Where can I track it?",
        "It doesn't fit. How do I send it back?",
        "do you ship to Norway? also what does it cost?",
    ],
)
async def test_trouble_that_is_what_the_question_is_about_is_answered(
    engine: NativeEngine, text: str
) -> None:
    talk = Talk(engine)
    assert await talk.say(text)
    assert talk.last
    assert talk.last.handoff is None
