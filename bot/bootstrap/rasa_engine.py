"""Real Rasa as the engine: what trains its model, and what puts the engine together around a server."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import SecretStr

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.window import Window
from bot.embedded.child import HOST
from bot.engines.at_once import AtOnce, find_at_once
from bot.engines.rasa.client import RasaClient
from bot.engines.rasa.engine import Parts, RasaEngine
from bot.engines.rasa.house import CHANNEL, Plan, RasaHouse
from bot.engines.rasa.installation import Installation, find_installation
from bot.engines.rasa.project_copy import read_own_part
from bot.errors import ModelError
from bot.nlu.archive import DIALOGUE_FOLDER
from bot.nlu.interpreter import Interpreter
from bot.nlu.model import NLU_FOLDER, NluModel
from bot.rasa_format.checks.actions import list_missing
from bot.rasa_format.project import load_dialogue
from bot.settings import get_environment
from bot.web.action_server import make_action_app
from bot.web.server_log import make_server_logger

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.domain.pipeline import DeskSpec
    from bot.engines.native.actions import LocalActions
    from bot.nlu.archive import Archive
    from bot.nlu.encoders import EncoderShelf
    from bot.rasa_format.project import Project
    from bot.settings import Settings

RASA_MODEL = "rasa/model.tar.gz"
"""Where an archive holds what real Rasa trained."""
_FOLDER = "rasa"
_SHARE_OF_TURN = 0.9  # of the time a turn may take: so long a Rasa that is started again is waited for
_LEAST_WINDOW = 10  # actions that Rasa is told again; TEDPolicy is usually configured to look back on 5 to 8


def open_installation(settings: Settings, project: Project) -> Installation:
    """Return the Rasa to train and start for a project. Raises `SettingsError` where there is none."""
    own_text = read_own_part(project.root)
    return find_installation(settings.rasa_python, project.root, get_environment(), own_text=own_text)


async def open_rasa_engine(
    archive: Archive, project: Project, settings: Settings, *, encoders: EncoderShelf, actions: LocalActions
) -> RasaEngine:
    """Put the engine of a model together; a Rasa that is not running elsewhere is started.

    Raises `ModelError`, `ProjectError`, `SettingsError`, `EmbeddedServerError`.
    """
    spec = project.engine
    model = None if spec.url else _find_model(archive)
    patience = timedelta(seconds=settings.turn_seconds * _SHARE_OF_TURN)
    base = await asyncio.to_thread(_load, archive, encoders, patience, project.desk)
    if spec.url is not None:
        return _assemble(base, RasaClient(spec, spec.url))
    assert model is not None
    plan = Plan(installation=open_installation(settings, project), place=settings.data.resolve() / _FOLDER)
    async with AsyncExitStack() as stack:
        if actions.names and not _needs_server(project, actions):
            plan = replace(plan, actions=await stack.enter_async_context(_served(actions)))
        house = RasaHouse(plan)
        stack.push_async_callback(house.close)
        await house.open(model)
        client = RasaClient(replace(spec, token=house.token), house.url, channel=CHANNEL)
        return _assemble(base, client, _Premises(stack.pop_all()))


def _find_model(archive: Archive) -> bytes:
    model = archive.files.get(RASA_MODEL)
    if model is None:
        raise ModelError(
            "this model was not trained for `engine: rasa`, it holds nothing of Rasa's: "
            "run `visavis train --release`"
        )
    return model


@dataclass(frozen=True, slots=True)
class _Premises:
    """Where a Rasa of ours runs, and its actions."""

    opened: AsyncExitStack

    async def close(self) -> None:
        """Stop everything."""
        await self.opened.aclose()


def _needs_server(project: Project, actions: LocalActions) -> bool:
    """Tell whether only the project's own action server knows all its actions: Rasa calls one, not two."""
    return project.actions.server is not None and bool(list_missing(project, actions.names))


@asynccontextmanager
async def _served(actions: LocalActions) -> AsyncIterator[JsonObject]:
    """Serve the project's actions to the Rasa of ours alone; yields its `action_endpoint`."""
    token = secrets.token_urlsafe(24)
    app = make_action_app(actions, token=SecretStr(token))
    runner = web.AppRunner(app, access_log=None, logger=make_server_logger(), shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        port = runner.addresses[0][1]
        yield {"url": f"http://{HOST}:{port}/webhook", "token": token}
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What is read from an archive of ours."""

    patience: timedelta
    catalogue: Catalogue
    window: Window
    interpreter: Interpreter
    at_once: AtOnce | None


def _load(archive: Archive, encoders: EncoderShelf, patience: timedelta, desk: DeskSpec) -> _Base:
    dialogue = load_dialogue(archive.get_folder(DIALOGUE_FOLDER))
    model = NluModel.from_files(archive.get_folder(NLU_FOLDER))
    told = max(_LEAST_WINDOW, *(memory.max_history or 0 for memory in dialogue.policies.memories))
    return _Base(
        patience=patience,
        catalogue=Catalogue(dialogue.domain),
        window=Window(actions=told, visible=told),
        interpreter=Interpreter(model, encoders.get(model.encoder_spec)),
        at_once=find_at_once(dialogue, desk),
    )


def _assemble(base: _Base, client: RasaClient, house: _Premises | None = None) -> RasaEngine:
    return RasaEngine(
        Parts(
            client=client,
            catalogue=base.catalogue,
            window=base.window,
            patience=base.patience,
            house=house,
            interpreter=base.interpreter,
            at_once=base.at_once,
        )
    )
