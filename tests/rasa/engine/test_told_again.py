"""A Rasa that forgets everything after each turn, and is told again, goes on as one that remembers."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.dialogue.window import Window
from bot.domain.engine_spec import EngineSpec
from bot.engines.engine import Turn
from bot.engines.native.actions import LocalActions
from bot.engines.rasa.client import RasaClient
from bot.engines.rasa.engine import Parts, RasaEngine
from bot.engines.rasa.house import CHANNEL, Plan, RasaHouse
from bot.engines.rasa.installation import find_installation
from bot.plugins import load_actions
from bot.settings import get_environment
from bot.web.action_server import make_action_app
from tests.conversations.talk import message
from tests.rasa.walks import Walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.domain.json import JsonObject
    from tests.rasa.conftest import Compared
    from tests.rasa.oracle import Oracle

_PROJECTS = ("booking", "travel")
_WALKS, _TURNS = 6, 14
_COMPARED = ("event", "name", "value", "is_interrupted", "hide_rule_turn", "policy")
_OWN_SLOT = "session_started_metadata"


@asynccontextmanager
async def _engine(project: Compared, oracle: Oracle, place: Path) -> AsyncIterator[RasaEngine]:
    """Start Rasa with the model that was trained for the other tests."""
    prepared = project.prepared
    installation = find_installation(oracle.python, prepared.root, get_environment())
    runner = web.AppRunner(make_action_app(LocalActions(load_actions(prepared.root))))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint = {"url": f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"}
    house = RasaHouse(Plan(installation=installation, place=place, actions=endpoint))
    try:
        await house.open((prepared.root / "models" / "model.tar.gz").read_bytes())
        spec = EngineSpec(name="rasa", token=house.token, answer_limit=timedelta(seconds=30))
        parts = Parts(
            client=RasaClient(spec, house.url, channel=CHANNEL),
            catalogue=project.native.dialogue.catalogue,
            window=Window(actions=10, visible=10),
            patience=timedelta(seconds=30),
            house=house,
        )
        yield RasaEngine(parts)
        await parts.client.close()
    finally:
        await house.close()
        await runner.cleanup()


class Listener:
    """Somebody whose messages one engine answers; `forgetful`: it is told everything again each time."""

    def __init__(self, engine: RasaEngine, sender: str, *, forgetful: bool) -> None:
        self._engine, self._sender, self._forgetful = engine, sender, forgetful
        self._stored: JsonObject | None = None

    async def take(self, turn: dict[str, Any]) -> list[dict[str, Any]]:
        if self._forgetful and self._stored is not None:
            self._stored = {key: part for key, part in self._stored.items() if key != "rasa"}
        said = replace(message(turn["text"], number=turn["number"]), id=turn["number"])
        result = await self._engine.respond(
            Turn(
                sender_id=self._sender,
                channel=turn["channel"],
                messages=(said,),
                tracker=self._stored,
                now=datetime.now(UTC),
            )
        )
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
    async with _engine(project, oracle, tmp_path) as engine:
        for seed in range(_WALKS):
            project.native.begin()
            walk = Walk(project.native, seed)
            remembers = Listener(engine, f"remembers-{seed}", forgetful=False)
            is_told = Listener(engine, f"is-told-{seed}", forgetful=True)
            for number in range(_TURNS):
                turn = walk.turn()
                await project.native.take(turn)
                assert await is_told.take(turn) == await remembers.take(turn), (seed, number, turn["text"])
