"""Evaluation of trained models on labelled texts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bootstrap.examples import examine_examples, naming_model
from bot.nlu.archive import read_archive
from bot.nlu.assessment import assess
from bot.nlu.encoders import EncoderShelf
from bot.nlu.evaluation_report import EvaluationReport, Subject, oppose
from bot.nlu.model import NLU_FOLDER, NluModel
from bot.nlu.normalise import normalise
from bot.nlu.outcomes import key_of, unpack_outcomes
from bot.nlu.progress import Progress
from bot.nlu.reader import Reader
from bot.nlu.reading import read_texts

if TYPE_CHECKING:
    from bot.domain.example import Example

Report = Callable[[Progress], None]

_THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    path: Path
    digest: str
    model: NluModel


def evaluate_model(model: Path, nlu: Path, *, against: Path | None, report: Report) -> EvaluationReport:
    """Let the model of an archive read the examples of a file or folder; with `against`, another one too.

    Equal examples count as often as they are written. The path of an encoder of one's own begins here, in
    the working folder. Raises `ProjectError`, `ModelError`.
    """
    at, started = datetime.now(UTC), time.perf_counter()
    loaded = _load(model)
    other = _load(against) if against else None
    content, problems = examine_examples(nlu)
    problems.raise_errors()
    shelf, examples = EncoderShelf(Path()), content.examples
    subject = _examine(loaded, shelf, examples, name_stage("read", report))
    opponent = _examine(other, shelf, examples, name_stage("read_other", report)) if other else None
    return EvaluationReport(
        subject=subject,
        data=str(nlu),
        at=at,
        seconds=time.perf_counter() - started,
        versus=oppose(subject, opponent) if opponent else None,
    )


def name_stage(name: str, report: Report) -> Callable[[int, int], None]:
    """Return what passes on counts (done, in all) as progress of a stage."""

    def tell(done: int, total: int) -> None:
        report(Progress(stage=name, done=done, total=total))

    return tell


def _load(path: Path) -> _Loaded:
    with naming_model(path):
        archive = read_archive(path)
        model = NluModel.from_files(archive.get_folder(NLU_FOLDER))
    return _Loaded(path=path, digest=archive.digest, model=model)


def _examine(
    loaded: _Loaded,
    shelf: EncoderShelf,
    examples: Sequence[Example],
    report: Callable[[int, int], None],
) -> Subject:
    model = loaded.model
    with naming_model(loaded.path):
        readers = [Reader(model, shelf.get(model.encoder_spec)).read for _ in range(_THREADS)]
    understandings = read_texts(readers, [example.text for example in examples], report)
    return Subject(
        name=str(loaded.path),
        digest=loaded.digest,
        assessment=assess(examples, understandings, _list_intents(model)),
        fallback=model.fallback,
        learned=_count_learned(model, examples),
    )


def _list_intents(model: NluModel) -> frozenset[str]:
    """Return the names of all intents that the model can answer with."""
    keywords = model.keywords.entries if model.keywords else ()
    return frozenset((*model.head.names, *(intent for _, intent in keywords)))


def _count_learned(model: NluModel, examples: Sequence[Example]) -> int:
    """Return how many examples the model was trained on: it keeps a key of each."""
    learned = unpack_outcomes(model.metrics.get("held_out"))
    return sum(key_of(normalise(example.text).text, example.intent) in learned for example in examples)
