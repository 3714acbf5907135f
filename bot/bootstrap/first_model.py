"""A model to start with: the one released, else one trained on this project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.bootstrap.lessons import TrainedModel
from bot.bootstrap.models import find_trained, release_model
from bot.bootstrap.training import get_models_folder, name_archive, train_in_child
from bot.errors import ModelMissing
from bot.nlu.progress import Progress
from bot.rasa_format.project import data_digest
from bot.storage import models

if TYPE_CHECKING:
    from bot.bootstrap.serving import ReleaseFollower
    from bot.bootstrap.stores import Stores
    from bot.domain.model import Release
    from bot.rasa_format.project import Project
    from bot.settings import Settings

log = structlog.get_logger(__name__)

_BY = "visavis serve"


async def ensure_model(
    settings: Settings, project: Project, stores: Stores, follower: ReleaseFollower, *, may_train: bool
) -> None:
    """See to it that a model serves in this process.

    Where none was ever released, one is: the newest in `models/` that fits the project's files, or
    one trained now (`may_train`). A released model that no longer fits them goes on, and it is said.
    Raises `ModelError`, `ProjectError`, `ActionError`.
    """
    release = await follower.catch_up()
    if release is not None:
        await _compare(project, stores, release)
        return
    trained = find_trained(get_models_folder(settings), project)
    if trained is None:
        if not may_train:
            raise ModelMissing("no model is in service yet: run `visavis train --release`")
        trained = await _train(settings)
    await release_model(stores.database, trained, by=_BY)
    await follower.catch_up()


async def _train(settings: Settings) -> TrainedModel:
    log.info("training the first model, which takes up to a minute")
    trained = await train_in_child(get_models_folder(settings) / name_archive(), _report)
    log.info("model trained", path=str(trained.path), accuracy=trained.metrics.get("accuracy"))
    return trained


def _report(step: Progress) -> None:
    if step.done == step.total:
        log.info("training goes on", finished=step.stage, steps=step.total)


async def _compare(project: Project, stores: Stores, release: Release) -> None:
    """Say so when the project's files have changed since the serving model was trained."""
    async with stores.database.read() as connection:
        model = await models.get_model(connection, release.model_id)
    if model is not None and model.data_digest != data_digest(project):
        log.warning(
            "the project's files have changed since the serving model was trained",
            to_serve_them="visavis train --release, or the trainer's page",
        )
