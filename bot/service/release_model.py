"""Release a model: from this commit on it serves, in every process on every machine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.errors import UnknownModel
from bot.nlu.archive import read_archive
from bot.storage import models

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road

log = structlog.get_logger(__name__)


async def release_model(road: Road, model_id: int, staff: Staff) -> int:
    """Put a model into service; returns the release's id, also when it is the one that serves.

    To take a model back, release the one before it. Raises `UnknownModel`, or `ModelError` when the
    archive is damaged: the model that serves goes on then.
    """
    release_id = await _release(road, model_id, by=staff.name)
    log.info("Model released", model_id=model_id, release_id=release_id, staff_id=staff.id)
    return release_id


async def release_named(road: Road, digest: str, *, by: str) -> int:
    """Put the model whose digest begins so into service, in a program's name; as `release_model`."""
    async with road.database.read() as connection:
        model_id = await models.find_model_id(connection, digest)
    if model_id is None:
        raise UnknownModel("There is no such model.")
    release_id = await _release(road, model_id, by=by)
    log.info("Model released", model_id=model_id, release_id=release_id, by=by)
    return release_id


async def _release(road: Road, model_id: int, *, by: str) -> int:
    async with road.database.read() as connection:
        model = await models.get_model(connection, model_id)
        if model is None:
            raise UnknownModel("There is no such model.")
        archive = await models.get_archive(connection, model_id)
    await asyncio.to_thread(read_archive, archive)
    async with road.database.begin() as connection:
        serving = await models.get_release(connection)
        if serving is not None and serving.model_id == model_id:
            return serving.id  # pressed twice
        release_id = await models.add_release(connection, model_id, released_by=by)
    await road.bus.live.publish("release", None, digest=model.digest, release_id=release_id)
    return release_id
