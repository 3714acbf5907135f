"""Who asks the demo brand for a person gets one at once, and nobody else does: trained, and as it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bench.wishes import load_engine, measure
from tests.conversations.talk import Talk

if TYPE_CHECKING:
    from pathlib import Path

    from bot.engines.native.engine import NativeEngine

LEAST_HEARD, MOST_WRONG = 0.95, 0.03
"""Of texts that nothing was learnt of: 100 % and 1 %, but processors differ in the encoder's last digits."""


@pytest.fixture(scope="module")
def engine(demo_model: Path) -> NativeEngine:
    return load_engine(demo_model)


async def test_wishes_are_heard_at_once_and_only_where_they_are(engine: NativeEngine) -> None:
    counts = await measure(engine, wrong=False)

    def share(*, wished: bool) -> float:
        of = [sum(counts[key] for key in counts if key[1:] == (wished, what)) for what in ("heard", "texts")]
        return of[0] / of[1]

    assert share(wished=True) >= LEAST_HEARD
    assert share(wished=False) <= MOST_WRONG


async def test_summary_holds_what_the_message_named(engine: NativeEngine) -> None:
    talk = Talk(engine)
    await talk.say("my Halo from LY-104233 arrived broken, third time, I want to talk to a person NOW")
    assert talk.last
    assert talk.last.handoff
    assert talk.last.handoff.reason == "asked_for_person"
    assert "LY-104233" in talk.last.handoff.summary
    assert "arrived broken" in talk.last.handoff.summary


async def test_complaint_that_is_not_understood_is_not_asked_back(engine: NativeEngine) -> None:
    talk = Talk(engine)
    [promise] = await talk.say(
        "my parcel is two weeks late and the box was smashed, the headphones do not even switch on"
    )
    assert "person" in promise or "colleague" in promise
    assert talk.last
    assert talk.last.handoff
