"""Real Rasa as the engine: what trains its model, and what puts the engine together around a server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.window import Window
from bot.engines.rasa.client import RasaClient
from bot.engines.rasa.engine import Parts, RasaEngine
from bot.engines.rasa.house import CHANNEL, Plan, RasaHouse
from bot.engines.rasa.installation import Installation, find_installation
from bot.engines.rasa.project_copy import read_own_part
from bot.errors import ModelError
from bot.nlu.archive import DIALOGUE_FOLDER
from bot.nlu.interpreter import Interpreter
from bot.nlu.model import NLU_FOLDER, NluModel
from bot.rasa_format.project import load_dialogue
from bot.settings import get_environment

if TYPE_CHECKING:
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
    archive: Archive, project: Project, settings: Settings, encoders: EncoderShelf
) -> RasaEngine:
    """Put the engine of a model together; a Rasa that is not running elsewhere is started.

    Raises `ModelError`, `ProjectError`, `SettingsError`, `EmbeddedServerError`.
    """
    spec = project.engine
    patience = timedelta(seconds=settings.turn_seconds * _SHARE_OF_TURN)
    base = await asyncio.to_thread(_load, archive, encoders, patience)
    if spec.url is not None:
        return _assemble(base, RasaClient(spec, spec.url))
    model = archive.files.get(RASA_MODEL)
    if model is None:
        raise ModelError(
            "this model was not trained for `engine: rasa`, it holds nothing of Rasa's: "
            "run `visavis train --release`"
        )
    installation = open_installation(settings, project)
    place = settings.data.resolve() / _FOLDER
    house = RasaHouse(Plan(installation=installation, place=place, actions=spec.actions))
    try:
        await house.open(model)
    except BaseException:
        await house.close()
        raise
    return _assemble(base, RasaClient(replace(spec, token=house.token), house.url, channel=CHANNEL), house)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What is read from an archive of ours."""

    patience: timedelta
    catalogue: Catalogue
    window: Window
    interpreter: Interpreter


def _load(archive: Archive, encoders: EncoderShelf, patience: timedelta) -> _Base:
    dialogue = load_dialogue(archive.get_folder(DIALOGUE_FOLDER))
    model = NluModel.from_files(archive.get_folder(NLU_FOLDER))
    told = max(_LEAST_WINDOW, dialogue.policies.max_history or 0)
    return _Base(
        patience=patience,
        catalogue=Catalogue(dialogue.domain),
        window=Window(actions=told, visible=told),
        interpreter=Interpreter(model, encoders.get(model.encoder_spec)),
    )


def _assemble(base: _Base, client: RasaClient, house: RasaHouse | None = None) -> RasaEngine:
    return RasaEngine(
        Parts(
            client=client,
            catalogue=base.catalogue,
            window=base.window,
            patience=base.patience,
            house=house,
            interpreter=base.interpreter,
        )
    )
