"""Models: trained from the project, kept as archives, put into service by a release."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.nlu.archive import Archive, read_archive, write_archive
from bot.nlu.encoder import IDENTITY
from bot.nlu.progress import Progress
from bot.rasa_format.project import Project, data_digest, pack_dialogue
from bot.storage import models
from bot.storage.database import Database

if TYPE_CHECKING:
    from bot.domain.json import JsonObject

SEED = 202_411  # any constant: equal data must give equal models
ARCHIVE_SUFFIX = ".tar.gz"

Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A model fresh from training, in the file `path`. `digest` is the sha256 (hex) of its bytes."""

    path: Path
    digest: str
    data_digest: str
    metrics: JsonObject


def train_model(project: Project, out: Path, *, cache: Path, report: Report) -> TrainedModel:
    """Train on the project and write the archive. Takes seconds to minutes; call it off the event loop.

    Vectors of sentences are kept in `cache`, so that the next training encodes only what is new.
    Raises `ProjectError`, `ModelError`.
    """
    # Not at the top: a process that only serves should not load what only training needs.
    from bot.dialogue.dialogue import compile_dialogue  # noqa: PLC0415 - see above
    from bot.engines.native.load import DIALOGUE_FOLDER  # noqa: PLC0415 - see above
    from bot.nlu.embeddings import Embedder  # noqa: PLC0415 - see above
    from bot.nlu.encoder import open_encoder  # noqa: PLC0415 - see above
    from bot.nlu.model import NLU_FOLDER  # noqa: PLC0415 - see above
    from bot.nlu.provenance import describe_model, digest_files  # noqa: PLC0415 - see above
    from bot.nlu.training import train_nlu  # noqa: PLC0415 - see above

    compile_dialogue(project.dialogue)  # what cannot be compiled is told before the work, not after it
    started = time.perf_counter()
    embedder = Embedder(open_encoder(), cache)
    nlu = train_nlu(project.training, project.pipeline, embedder=embedder, seed=SEED, progress=report)
    files = {
        **{f"{NLU_FOLDER}/{name}": content for name, content in nlu.to_files().items()},
        **{f"{DIALOGUE_FOLDER}/{name}": content for name, content in pack_dialogue(project).items()},
    }
    digest_of_data = data_digest(project)
    described = describe_model(nlu, data_digest=digest_of_data, created_at=datetime.now(UTC))
    metrics: JsonObject = {**nlu.metrics, "seconds": round(time.perf_counter() - started, 3)}
    # Equal data give equal files, so an equal `model_digest`; date and duration are in the metadata alone.
    metadata: JsonObject = {
        **described,
        "assistant_id": project.assistant_id,
        "metrics": metrics,
        "model_digest": digest_files(files),
    }
    try:
        digest = write_archive(out, files=files, metadata=metadata)
    except OSError as error:
        raise ModelError(f"the model cannot be written to {out}: {error.strerror}") from error
    return TrainedModel(path=out, digest=digest, data_digest=digest_of_data, metrics=metrics)


def read_trained(path: Path) -> TrainedModel:
    """Read what `train_model` wrote. Raises `ModelError`."""
    return _to_trained(path, read_archive(path))


def find_trained(folder: Path, project: Project) -> TrainedModel | None:
    """Return the newest model in `folder` trained on exactly this project, for this version's encoder."""
    wanted = (data_digest(project), IDENTITY)
    for path in sorted(folder.glob(f"*{ARCHIVE_SUFFIX}"), key=_changed_at, reverse=True):
        try:
            archive = read_archive(path)
        except ModelError:
            continue  # another version's, or somebody else's file: not a reason to stop
        if (archive.metadata.get("data_digest"), archive.metadata.get("encoder")) == wanted:
            return _to_trained(path, archive)
    return None


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime


def _to_trained(path: Path, archive: Archive) -> TrainedModel:
    metrics = archive.metadata.get("metrics")
    return TrainedModel(
        path=path,
        digest=archive.digest,
        data_digest=str(archive.metadata.get("data_digest", "")),
        metrics=metrics if isinstance(metrics, dict) else {},
    )


async def release_model(database: Database, trained: TrainedModel, *, by: str) -> int:
    """Store a model and put it into service, in one commit; returns the release's id."""
    archive = trained.path.read_bytes()
    async with database.begin() as connection:
        model_id = await models.add_model(
            connection,
            archive,
            digest=trained.digest,
            data_digest=trained.data_digest,
            metrics=trained.metrics,
            created_by=by,
        )
        return await models.add_release(connection, model_id, released_by=by)
