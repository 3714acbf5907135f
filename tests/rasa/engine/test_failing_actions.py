"""An action that fails in real Rasa leaves nobody without an answer, as under the native engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.domain.handoff import Priority
from bot.domain.trigger import Trigger
from bot.engines.engine import Turn
from tests.conversations.talk import message
from tests.rasa.engine.running import run_engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.rasa.conftest import Compared
    from tests.rasa.oracle import Oracle

_FAILS = "human_handoff"  # what calls `action_fail` in the bank


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
async def test_failure_is_said_and_handed_over(
    compare: Callable[[str], Compared], oracle: Oracle, tmp_path: Path
) -> None:
    blank = Turn(sender_id="ann", channel="rest", messages=(), tracker=None, now=datetime.now(UTC))
    said = replace(blank, messages=(message(f"/{_FAILS}"),))
    nobody_said = replace(blank, sender_id="bob", trigger=Trigger(intent=_FAILS))
    async with run_engine(compare("bank"), oracle, tmp_path) as engine:
        for turn in (said, nobody_said):
            failed = await engine.respond(turn)
            assert [content.text for content in failed.replies] == ["Sorry, that did not work."]
            assert failed.handoff is not None
            assert (failed.handoff.reason, failed.handoff.priority) == ("bot_failed", Priority.HIGH)
            assert "action_fail" in failed.handoff.summary

            again = replace(
                turn, tracker=failed.tracker, messages=(message("/greet", number=2),), trigger=None
            )
            assert (await engine.respond(again)).replies == ()
            back = replace(again, messages=(message("/greet", number=3),), resumed=True)
            assert (await engine.respond(back)).replies != ()
