"""Evaluation of a training: it is repeated without each part of the examples, and tried on that part."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bootstrap.evaluation import Report, name_stage
from bot.bootstrap.examples import read_examples, read_nlu_model, read_pipeline
from bot.bootstrap.lessons import SEED
from bot.bootstrap.project import open_project
from bot.bootstrap.vectors import find_vector_cache
from bot.domain.pipeline import PipelineSpec
from bot.nlu.assessment import assess
from bot.nlu.components import choose_components
from bot.nlu.cores import count_cores
from bot.nlu.cross_validation import HeldOutReading, cross_validate
from bot.nlu.embeddings import Embedder
from bot.nlu.encoders import open_chosen_encoder
from bot.nlu.evaluation_report import EvaluationReport, Subject
from bot.nlu.normalise import normalise
from bot.nlu.reader import Reader
from bot.nlu.training import train_nlu
from bot.nlu.trials import try_examples
from bot.rasa_format.files import data_folder
from bot.rasa_format.problem import Problems

if TYPE_CHECKING:
    from bot.domain.example import Example, TrainingData
    from bot.domain.understanding import Understanding
    from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What to train on and how; `name` says where it comes from.

    `root` is the folder that the path of an encoder of one's own begins at.
    """

    name: str
    root: Path
    training: TrainingData
    pipeline: PipelineSpec


def take_project(settings: Settings) -> Material:
    """Return what the project trains on. Raises `ProjectError`."""
    project = open_project(settings)
    return Material(
        name=str(data_folder(settings.project) or settings.project),
        root=settings.project,
        training=project.training,
        pipeline=project.pipeline,
    )


def take_files(nlu: Path, *, config: Path | None = None, lender: Path | None = None) -> Material:
    """Return the examples of a file or folder, with the pipeline of a `config.yml`, or a model's (`lender`).

    Raises `ProjectError`, `ModelError`.
    """
    problems = Problems()
    pipeline = _copy_pipeline(lender) if lender else read_pipeline(config, problems)
    problems.raise_errors()
    root = config.parent if config else Path()
    return Material(name=str(nlu), root=root, training=read_examples(nlu), pipeline=pipeline)


def _copy_pipeline(model: Path) -> PipelineSpec:
    """Return the default pipeline with a model's language, encoder and thresholds. Raises `ModelError`."""
    trained = read_nlu_model(model)
    fallback = trained.fallback
    return PipelineSpec(
        language=trained.language,
        encoder=trained.encoder_spec,
        fallback_threshold=fallback.threshold if fallback else None,
        ambiguity_threshold=fallback.ambiguity if fallback else None,
    )


def evaluate_training(material: Material, *, folds: int, report: Report) -> EvaluationReport:
    """Cross-validate. Takes as long as `folds` trainings. Raises `ProjectError`, `ModelError`."""
    at, started = datetime.now(UTC), time.perf_counter()
    examples = material.training.examples
    data = replace(material.training, triage=())  # it learns from posts of its own, and no fold tries it
    read = _learn_with(material, report)
    reading = cross_validate(data, read, folds=folds, seed=SEED, report=name_stage("folds", report))
    known = frozenset(example.intent for example in examples)
    subject = Subject(
        name=f"{material.name}, in {len(set(reading.folds))} parts",
        assessment=assess(examples, reading.understandings, known),
        fallback=choose_components(material.pipeline).fallback,
        folds=_get_accuracies(examples, reading),
    )
    seconds = time.perf_counter() - started
    return EvaluationReport(subject=subject, data=material.name, at=at, seconds=seconds)


def _learn_with(
    material: Material, report: Report
) -> Callable[[TrainingData, Sequence[str]], Sequence[Understanding]]:
    """Return what trains as `material` says and reads texts."""
    encoder = open_chosen_encoder(material.pipeline.encoder, material.root, threads=count_cores())
    embedder = Embedder(encoder, find_vector_cache())
    texts = [normalise(example.text).text for example in material.training.examples]
    embedder.embed(texts, name_stage("encode", report))

    def read(data: TrainingData, texts: Sequence[str]) -> Sequence[Understanding]:
        model = train_nlu(data, material.pipeline, embedder=embedder, seed=SEED, progress=report)
        return Reader(model, encoder).read(texts)

    return read


def _get_accuracies(examples: Sequence[Example], reading: HeldOutReading) -> tuple[float, ...]:
    """Return the accuracy of each fold, in order."""
    right: dict[int, list[bool]] = defaultdict(list)
    trials = try_examples(examples, reading.understandings)
    for trial, fold in zip(trials, reading.folds, strict=True):
        right[fold].append(trial.right)
    return tuple(sum(right[fold]) / len(right[fold]) for fold in sorted(right))
