"""A Rasa that forgets everything after each turn, and is told again, goes on as one that remembers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.engines.engine import Turn
from tests.rasa.engine.running import run_engine
from tests.rasa.native import play
from tests.rasa.walks import Walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.domain.json import JsonObject
    from bot.engines.rasa.engine import RasaEngine
    from tests.rasa.conftest import Compared
    from tests.rasa.oracle import Oracle

_PROJECTS = ("booking", "travel")
_WALKS, _TURNS = 6, 14
_COMPARED = ("event", "name", "value", "is_interrupted", "hide_rule_turn", "policy")
_OWN_SLOT = "session_started_metadata"


class Listener:
    """Somebody whose messages one engine answers; `forgetful`: it is told everything again each time."""

    def __init__(self, engine: RasaEngine, sender: str, *, forgetful: bool) -> None:
        self._engine, self._sender, self._forgetful = engine, sender, forgetful
        self._stored: JsonObject | None = None

    async def take(self, turn: dict[str, Any]) -> list[dict[str, Any]]:
        if self._forgetful and self._stored is not None:
            self._stored = {key: part for key, part in self._stored.items() if key != "rasa"}
        blank = Turn(
            sender_id=self._sender,
            channel=turn["channel"],
            messages=(),
            tracker=self._stored,
            now=datetime.now(UTC),
        )
        result = await play(self._engine, blank, turn)
        self._stored = json.loads(json.dumps(result.tracker))
        sketches = [{key: event.get(key) for key in _COMPARED} for event in result.events]
        return [each for each in sketches if each["name"] != _OWN_SLOT]


@pytest.mark.parametrize("name", _PROJECTS)
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
async def test_rasa_that_is_told_again_goes_on_as_one_that_remembers(
    name: str, compare: Callable[[str], Compared], oracle: Oracle, tmp_path: Path
) -> None:
    project = compare(name)
    async with run_engine(project, oracle, tmp_path) as engine:
        for seed in range(_WALKS):
            project.native.begin()
            walk = Walk(project.native, seed)
            remembers = Listener(engine, f"remembers-{seed}", forgetful=False)
            is_told = Listener(engine, f"is-told-{seed}", forgetful=True)
            for number in range(_TURNS):
                turn = walk.turn()
                await project.native.take(turn)
                assert await is_told.take(turn) == await remembers.take(turn), (seed, number, turn["text"])
