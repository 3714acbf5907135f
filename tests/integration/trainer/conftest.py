"""A project to teach, staff who teach it, sentences that wait, and models trained on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.bootstrap.lessons import TrainedModel
from bot.bootstrap.models import train_model
from bot.bootstrap.vectors import find_vector_cache
from bot.domain.proposal import Proposal
from bot.domain.staff import Role, Staff
from bot.engines.serving import ServingEngine
from bot.nlu.progress import Progress
from bot.rasa_format.project import load_project
from bot.service.add_staff import add_staff
from bot.service.curriculum import Curriculum
from bot.service.receive import receive
from bot.service.staff_reply import staff_reply
from bot.service.train import Classroom, Trainer
from bot.storage import models, proposals
from bot.web.desk import add_desk_routes
from bot.web.desk_acts import add_desk_act_routes
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, CURRICULUM, ENGINE, PUBLIC_URL, ROAD, SERVING, SIGNING_KEY, TRAINER
from bot.web.login import add_login_routes
from bot.web.render import TEMPLATES, make_templates
from bot.web.trainer import add_trainer_routes
from bot.web.trainer_acts import add_trainer_act_routes
from bot.web.trainer_training import add_training_routes
from bot.web.trainer_triage import add_trainer_triage_routes
from tests.fakes.serving import serve
from tests.integration.service.events import says
from tests.integration.trainer.browser import PASSWORD
from tests.integration.trainer.project import write_project

if TYPE_CHECKING:
    from pathlib import Path

    from bot.service.road import Road


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


Train = Callable[["Path"], TrainedModel]


@pytest.fixture
def train(root: Path) -> Train:
    """Trains on the project as it is now, with the real encoder, in this process."""

    def run(out: Path) -> TrainedModel:
        return train_model(load_project(root, {}), out, cache=find_vector_cache(), report=_ignore)

    return run


@pytest.fixture(scope="session")
def first_model(tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    """What a training on the project as it is at first makes, for whoever only looks at it."""
    folder = tmp_path_factory.mktemp("first")
    project = load_project(write_project(folder / "project"), {})
    return train_model(project, folder / "first.tar.gz", cache=find_vector_cache(), report=_ignore)


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


@pytest.fixture
async def address(road: Road, curriculum: Curriculum, train: Train) -> AsyncIterator[str]:
    """Where desk and trainer's pages are served, with training in this process."""

    async def train_here(out: Path, _report: Callable[[Progress], None]) -> None:
        await asyncio.to_thread(train, out)

    app = web.Application()
    answer_errors_in(app)
    app[ROAD], app[CURRICULUM], app[PUBLIC_URL] = road, curriculum, None
    app[CONNECTORS] = {}
    app[SIGNING_KEY] = b"a key of the tests, long enough."
    app[ENGINE] = app[SERVING] = ServingEngine()
    app[TRAINER] = Trainer(road, Classroom(root=curriculum.root, environment={}, train=train_here))
    app[TEMPLATES] = make_templates("/static/{}".format)
    for add_routes in (
        *(add_login_routes, add_desk_routes, add_desk_act_routes, add_trainer_routes),
        *(add_trainer_act_routes, add_trainer_triage_routes, add_training_routes),
    ):
        add_routes(app)
    async with serve(app) as (url, _site):
        yield url
