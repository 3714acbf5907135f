"""Models: trained from the project, kept as archives, put into service by a release."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.bootstrap.lessons import SEED, Lesson, Report, TrainedModel, train_lesson
from bot.domain.engine_spec import NATIVE, RASA
from bot.errors import ModelError
from bot.nlu.archive import DIALOGUE_FOLDER, Archive, read_archive
from bot.nlu.encoders import identify_encoder
from bot.nlu.model import FORMAT
from bot.rasa_format.project import Project, data_digest, pack_dialogue
from bot.storage import models
from bot.storage.database import Database

ARCHIVE_SUFFIX = ".tar.gz"


def train_model(  # noqa: PLR0913 - what is learnt from, how, and where it goes
    project: Project,
    out: Path,
    *,
    cache: Path,
    report: Report,
    seed: int = SEED,
    files: Mapping[str, bytes] | None = None,
) -> TrainedModel:
    """Train on the project and write the archive. Takes seconds to minutes; call it off the event loop.

    `files` go into it beside what is learnt here. Raises `ProjectError`, `ModelError`.
    """
    # Not at the top: a process that only serves should not load what only training needs.
    from bot.dialogue.dialogue import compile_dialogue  # noqa: PLC0415 - see above

    compile_dialogue(project.dialogue)  # what cannot be compiled is told before the work, not after it
    packed = pack_dialogue(project)
    lesson = Lesson(
        training=project.training,
        pipeline=project.pipeline,
        data_digest=data_digest(project),
        root=project.root,
        files={f"{DIALOGUE_FOLDER}/{name}": content for name, content in packed.items()} | dict(files or {}),
        metadata={"assistant_id": project.assistant_id, "trained_for": trained_for(project)},
    )
    return train_lesson(lesson, out, cache=cache, report=report, seed=seed)


def trained_for(project: Project) -> str:
    """Return the engine whose model an archive of this project holds: a Rasa elsewhere has its own."""
    return RASA if project.engine.is_started_here else NATIVE


def read_trained(path: Path) -> TrainedModel:
    """Read what `train_model` wrote. Raises `ModelError`."""
    return _to_trained(path, read_archive(path))


def find_trained(folder: Path, project: Project) -> TrainedModel | None:
    """Return the newest model in `folder` trained on exactly this project, for this version and its encoder.

    Raises `ModelMissing` where the project's own encoder is not.
    """
    wanted = {
        "data_digest": data_digest(project),
        "nlu_format": FORMAT,
        "encoder": identify_encoder(project.pipeline.encoder, project.root),
    }
    for path in sorted(folder.glob(f"*{ARCHIVE_SUFFIX}"), key=_changed_at, reverse=True):
        try:
            archive = read_archive(path)
        except ModelError:
            continue  # another version's, or somebody else's file: not a reason to stop
        fits = archive.metadata.get("trained_for", NATIVE) == trained_for(project)
        if fits and wanted.items() <= archive.metadata.items():
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
