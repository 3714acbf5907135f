"""Models: trained from the project, kept as archives, put into service by a release."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ModelDamaged
from bot.nlu.archive import Archive, pack_archive, read_archive
from bot.rasa_format.project import Project, data_digest, pack_dialogue
from bot.storage import models
from bot.storage.database import Database

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.nlu.training import Progress

SEED = 20_24_11  # any constant: equal data must give equal models
NLU_FOLDER, DIALOGUE_FOLDER = "nlu", "dialogue"
ARCHIVE_SUFFIX = ".tar.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A model fresh from training. `digest` is the sha256 (hex) of `archive`."""

    archive: bytes = field(repr=False)
    digest: str
    data_digest: str
    metrics: JsonObject

    @property
    def file_name(self) -> str:
        """The name of its file in `models/`."""
        return f"visavis-{self.digest[:12]}{ARCHIVE_SUFFIX}"


def train_model(project: Project, *, cache: Path, progress: Callable[[Progress], None]) -> TrainedModel:
    """Train on the project. Takes seconds to minutes of one core; call it off the event loop.

    Vectors of sentences are kept in `cache`, so that the next training encodes only what is new.
    """
    # Not at the top: a process that only serves should not pay for scikit-learn.
    from bot.nlu.embeddings import Embedder  # noqa: PLC0415 - see above
    from bot.nlu.encoder import open_encoder  # noqa: PLC0415 - see above
    from bot.nlu.training import train_nlu  # noqa: PLC0415 - see above

    nlu = train_nlu(
        project.training,
        project.pipeline,
        embedder=Embedder(open_encoder(), cache),
        seed=SEED,
        progress=progress,
    )
    digest_of_data = data_digest(project)
    files = {
        **{f"{NLU_FOLDER}/{name}": content for name, content in nlu.to_files().items()},
        **{f"{DIALOGUE_FOLDER}/{name}": content for name, content in pack_dialogue(project).items()},
    }
    metadata: JsonObject = {
        "assistant_id": project.assistant_id,
        "data_digest": digest_of_data,
        "metrics": nlu.metrics,
    }
    archive = pack_archive(files=files, metadata=metadata)
    return TrainedModel(
        archive=archive,
        digest=hashlib.sha256(archive).hexdigest(),
        data_digest=digest_of_data,
        metrics=nlu.metrics,
    )


def find_trained(folder: Path, project: Project) -> TrainedModel | None:
    """Return the newest model in `folder` that was trained on exactly this project, if there is one."""
    wanted = data_digest(project)
    paths = sorted(folder.glob(f"*{ARCHIVE_SUFFIX}"), key=_changed_at, reverse=True)
    for path in paths:
        content = path.read_bytes()
        try:
            archive = read_archive(content)
        except ModelDamaged:
            continue  # `visavis train` beside it may still be writing, or it is somebody else's file
        if archive.metadata.get("data_digest") == wanted:
            return _to_trained(content, archive)
    return None


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime


def _to_trained(content: bytes, archive: Archive) -> TrainedModel:
    metrics = archive.metadata.get("metrics")
    return TrainedModel(
        archive=content,
        digest=archive.digest,
        data_digest=str(archive.metadata["data_digest"]),
        metrics=metrics if isinstance(metrics, dict) else {},
    )


async def release_model(database: Database, trained: TrainedModel, *, by: str) -> int:
    """Store a model and put it into service, in one commit; returns the model's id."""
    async with database.begin() as connection:
        model_id = await models.add_model(
            connection,
            trained.archive,
            digest=trained.digest,
            data_digest=trained.data_digest,
            metrics=trained.metrics,
            created_by=by,
        )
        await models.add_release(connection, model_id, released_by=by)
    return model_id
