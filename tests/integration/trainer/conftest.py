"""A project to teach, staff who teach it, sentences that wait, and models trained on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bot.bootstrap.lessons import TrainedModel
from bot.bootstrap.models import train_model
from bot.domain.proposal import Proposal
from bot.domain.staff import Role, Staff
from bot.nlu.progress import Progress
from bot.rasa_format.project import load_project
from bot.service.add_staff import add_staff
from bot.service.curriculum import Curriculum
from bot.service.receive import receive
from bot.service.staff_reply import staff_reply
from bot.storage import models, proposals
from tests.integration.service.events import says
from tests.integration.trainer.project import write_project

if TYPE_CHECKING:
    from pathlib import Path

    from bot.service.road import Road

PASSWORD = "correct horse battery"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The project's folder."""
    return write_project(tmp_path / "project")


@pytest.fixture
def curriculum(root: Path) -> Curriculum:
    return Curriculum(root)


@pytest.fixture
async def tess(road: Road) -> Staff:
    return await add_trainer(road, "Tess")


@pytest.fixture
async def tom(road: Road) -> Staff:
    return await add_trainer(road, "Tom")


async def add_trainer(road: Road, name: str) -> Staff:
    """Add somebody who teaches, and may answer."""
    return await add_staff(
        road,
        email=f"{name.lower()}@lyra.example",
        name=name,
        password=PASSWORD,
        roles={Role.TRAINER, Role.AGENT},
    )


async def make_proposal(road: Road, staff: Staff, text: str) -> Proposal:
    """Have a customer write something that a person must answer; returns what trainers get of it."""
    received = await receive(road, says(text, sender=f"customer of {text}"))
    assert received.conversation_id is not None
    await staff_reply(road, received.conversation_id, staff, "I will look into it.", key=text)
    async with road.database.read() as connection:
        found = await proposals.list_proposals(connection)
    return next(each for each in found if each.text == text)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vectors of the examples, so that only the first training encodes them."""
    return tmp_path_factory.mktemp("vectors")


Train = Callable[["Path"], TrainedModel]


@pytest.fixture
def train(root: Path, cache: Path) -> Train:
    """Trains on the project as it is now, with the real encoder, in this process."""

    def run(out: Path) -> TrainedModel:
        return train_model(load_project(root, {}), out, cache=cache, report=_ignore)

    return run


def _ignore(_step: Progress) -> None:
    """Nobody watches."""


async def store_model(road: Road, trained: TrainedModel) -> int:
    """Put a trained model where every process reaches it."""
    archive = await asyncio.to_thread(trained.path.read_bytes)
    async with road.database.begin() as connection:
        return await models.add_model(
            connection,
            archive,
            digest=trained.digest,
            data_digest=trained.data_digest,
            metrics=trained.metrics,
            created_by="Tess",
        )
