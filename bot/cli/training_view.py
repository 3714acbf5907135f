"""What a terminal, or a program, sees of a training."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot.bootstrap.lessons import Report, TrainedModel
from bot.domain.json import Json
from bot.nlu.evaluation_words import FEW
from bot.nlu.progress import Progress as Step
from bot.nlu.wording import count
from bot.rasa_format.problem import Problem

IN_SERVICE = "It is in service now."
NOT_IN_SERVICE = (
    "It is not in service: a model released before goes on answering, also after a restart. "
    "`visavis train --release` trains and puts the new one into service."
)
FOR_READING = "It understands texts and answers nobody: `visavis parse --model {path} TEXT` shows how."

_WORDS = {
    "rasa": "Real Rasa trains",
    "recognise": "Learning to find entities",
    "encode": "Reading the examples",
    "validate": "Measuring on texts held out",
    "fit": "Learning from all of them",
    "triage": "Learning what complaints are",
    "examine": "Looking for what is wrong",
    "read": "Reading the texts",
    "read_other": "The other model reads them",
    "folds": "Trainings done",
}
_SHOWN = {
    "accuracy": "intents right",
    "macro_f1": "mean F1 of the intents",
    "answered": "sure enough to answer",
    "answered_wrong": "of the answers wrong",
}


@contextmanager
def show_bars() -> Iterator[Report]:
    """Show a bar for each stage on standard error."""
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    tasks: dict[str, TaskID] = {}

    def report(step: Step) -> None:
        bars.start()  # not before: an error that comes first should find no empty lines
        if step.stage not in tasks:
            tasks[step.stage] = bars.add_task(_WORDS.get(step.stage, step.stage), total=step.total)
        bars.update(tasks[step.stage], completed=step.done, total=step.total)

    try:
        yield report
    finally:
        if tasks:
            bars.stop()


def write_step(step: Step) -> None:
    """Write a step as one JSON object on a line of its own, at once."""
    sys.stdout.write(json.dumps(asdict(step)) + "\n")
    sys.stdout.flush()


def write_result(trained: TrainedModel) -> None:
    """Write the last line of `--json-progress`."""
    result = {
        "stage": "done",
        "path": str(trained.path),
        "digest": trained.digest,
        "data_digest": trained.data_digest,
        "metrics": trained.metrics,
    }
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


def write_doubt(problem: Problem) -> None:
    """Tell of a doubt about an example, on standard error: standard output may be for a program."""
    sys.stderr.write(problem.show() + "\n")


def show_result(trained: TrainedModel, *, next_step: str) -> None:
    """Say what came out and what to do with it."""
    console = Console(highlight=False)
    metrics = trained.metrics
    console.print(f"Model [bold]{trained.digest[:12]}[/bold] written to {trained.path}", soft_wrap=True)
    for name, words in _SHOWN.items():
        value = metrics.get(name)
        if isinstance(value, float):
            console.print(f"  {value:6.1%}  {words}", soft_wrap=True)
    examples, seconds = metrics.get("examples"), metrics.get("seconds")
    if isinstance(examples, int):
        console.print(f"  That is of {count(examples, 'text')}, each held out of training once.")
        if examples >= FEW:
            for sentence in _advise(metrics.get("advice")):
                console.print(f"  {sentence}", soft_wrap=True)
    if isinstance(seconds, float):
        console.print(f"  {seconds:5.1f} s  it took in all")
    console.print(next_step, soft_wrap=True)


def _advise(advice: Json) -> Iterator[str]:
    """Say which thresholds of the FallbackClassifier would answer how much."""
    rows = [row for row in advice if isinstance(row, dict)] if isinstance(advice, list) else []
    if rows:
        yield "With the threshold of FallbackClassifier at"
    for row in rows:
        numbers = {name: float(str(value)) for name, value in row.items()}
        yield (
            f"  {numbers['threshold']:.3f}  {numbers['answered']:4.0%} are answered, at most "
            f"{numbers['wrong']:.1%} of these wrongly"
        )
