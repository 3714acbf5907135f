"""A project that chooses real Rasa, where Rasa or its model is missing; `tests/rasa/engine` has both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.bootstrap.project import open_project
from bot.bootstrap.serving import EngineBuilder
from bot.bootstrap.training import train_here
from bot.errors import ModelError, SettingsError
from bot.nlu.archive import pack_archive
from tests.integration.bootstrap.conftest import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.progress import Progress
    from tests.integration.bootstrap.conftest import Write


def refuse_to_train(_step: Progress) -> None:
    raise AssertionError("nothing should be trained")


async def test_model_trained_for_the_other_engine_is_named(write: Write) -> None:
    settings = write({"config.yml": f"{CONFIG}engine: rasa\n"})
    archive = pack_archive(files={}, metadata={})

    with pytest.raises(ModelError, match="run `visavis train --release`"):
        await EngineBuilder(open_project(settings), settings).build(archive)


def test_missing_rasa_is_said_before_anything_is_trained(write: Write, tmp_path: Path) -> None:
    settings = write({"config.yml": f"{CONFIG}engine: rasa\n"})
    nowhere = settings.model_copy(update={"rasa_python": tmp_path / "nowhere"})

    with pytest.raises(SettingsError, match="run `make rasa`"):
        train_here(nowhere, out=None, report=refuse_to_train)
