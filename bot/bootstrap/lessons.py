"""From a lesson to a model archive: what training on a project and on NLU files alone have in common."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ModelError, ProjectError
from bot.nlu.archive import write_archive
from bot.nlu.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.example import TrainingData
    from bot.domain.json import JsonObject
    from bot.domain.pipeline import PipelineSpec
    from bot.rasa_format.problem import Problem

SEED = 202_411  # any constant: equal data must give equal models

Report = Callable[[Progress], None]


def _say_nothing(_problem: Problem) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """How to train. `warn` is told of each doubt about the examples; `strict` refuses contradictions."""

    seed: int = SEED
    strict: bool = False
    warn: Callable[[Problem], None] = _say_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a model learns from. `files` and `metadata` go into its archive beside what it learned.

    `root` is the folder that the path of an encoder of one's own begins at.
    """

    training: TrainingData
    pipeline: PipelineSpec
    data_digest: str
    root: Path = Path()
    files: Mapping[str, bytes] = field(default_factory=dict)
    metadata: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A model in the file `path`. `digest` is the sha256 (hex) of its bytes.

    `metrics` has `seconds`, how long it took, only where it was just trained: it is not in the archive.
    """

    path: Path
    digest: str
    data_digest: str
    metrics: JsonObject


def weigh_doubts(doubts: Iterable[Problem], options: TrainingOptions) -> None:
    """Tell of doubts about the examples. Raises `ProjectError` for contradictions where they are refused."""
    told = list(doubts)
    for doubt in told:
        options.warn(doubt)
    contradictions = [doubt for doubt in told if doubt.contradiction]
    for first in contradictions[:1] if options.strict else ():
        count = len(contradictions)
        counted = "This contradiction is" if count == 1 else f"This and {count - 1} more contradictions are"
        raise ProjectError(first.path, first.line, f"{first.text} {counted} refused because of --strict.")


def train_lesson(lesson: Lesson, out: Path, *, cache: Path | None, report: Report, seed: int) -> TrainedModel:
    """Train and write the archive, equal bytes for equal lessons. Takes a while: not on the event loop.

    Vectors of sentences are kept in `cache`, so that the next training encodes only what is new.
    Raises `ProjectError`, `ModelError`.
    """
    # Not at the top: a process that only serves should not load what only training needs.
    from bot.nlu.cores import count_cores  # noqa: PLC0415 - see above
    from bot.nlu.embeddings import Embedder  # noqa: PLC0415 - see above
    from bot.nlu.encoders import open_chosen_encoder  # noqa: PLC0415 - see above
    from bot.nlu.model import NLU_FOLDER  # noqa: PLC0415 - see above
    from bot.nlu.provenance import describe_model, digest_files  # noqa: PLC0415 - see above
    from bot.nlu.training import train_nlu  # noqa: PLC0415 - see above

    started = time.perf_counter()
    encoder = open_chosen_encoder(lesson.pipeline.encoder, lesson.root, threads=count_cores())
    embedder = Embedder(encoder, cache)
    nlu = train_nlu(lesson.training, lesson.pipeline, embedder=embedder, seed=seed, progress=report)
    files = {f"{NLU_FOLDER}/{name}": content for name, content in nlu.to_files().items()} | dict(lesson.files)
    metadata: JsonObject = {
        **describe_model(nlu, data_digest=lesson.data_digest, seed=seed),
        **lesson.metadata,
        "model_digest": digest_files(files),
    }
    digest = _write(out, files, metadata)
    metrics: JsonObject = {**nlu.metrics, "seconds": round(time.perf_counter() - started, 3)}
    return TrainedModel(path=out, digest=digest, data_digest=lesson.data_digest, metrics=metrics)


def _write(out: Path, files: Mapping[str, bytes], metadata: JsonObject) -> str:
    try:
        return write_archive(out, files=files, metadata=metadata)
    except OSError as error:
        raise ModelError(f"the model cannot be written to {out}: {error.strerror}") from error
