"""The engine on a real Rasa of our own, with the model that was trained for the other tests."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.dialogue.window import Window
from bot.domain.engine_spec import EngineSpec
from bot.engines.native.actions import LocalActions
from bot.engines.rasa.client import RasaClient
from bot.engines.rasa.engine import Parts, RasaEngine
from bot.engines.rasa.house import CHANNEL, Plan, RasaHouse
from bot.engines.rasa.installation import find_installation
from bot.plugins import load_actions
from bot.settings import get_environment
from bot.web.action_server import make_action_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.rasa.conftest import Compared
    from tests.rasa.oracle import Oracle


@asynccontextmanager
async def run_engine(project: Compared, oracle: Oracle, place: Path) -> AsyncIterator[RasaEngine]:
    """Start Rasa in `place`; the actions of the project run here."""
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
