"""How well entities are found in texts of the demo brand that nobody learnt from.

    python -m tests.bench.entities
    python -m tests.bench.entities --json OUT

Learns from `nlu_data/` with three pipelines: the one of the brand's `config.yml`; the same with Rasa's CRF
extractor before it, for which our recogniser stands; and the native default. Each reads
`data/entities_lyra.yml`. Exact spans and names count; what the native default finds beyond the brand's own
entities (amounts, dates, phone numbers) is not annotated there, and left out.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bot.domain.pipeline import PipelineSpec
from bot.nlu.components import choose_components
from bot.nlu.entities import EntityFinder
from bot.nlu.entity_fitting import Course, learn_entities
from bot.nlu.entity_scores import score_entities
from bot.nlu.tokens import load_language
from bot.rasa_format.nlu_data import build_training_data
from bot.rasa_format.nlu_files import read_nlu_files
from bot.rasa_format.problem import Problems
from bot.rasa_format.project import load_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.language import Language

    from bot.domain.example import Example, TrainingData
    from bot.domain.understanding import Entity

    Found = list[tuple[Entity, ...]]

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data" / "entities_lyra.yml"
BATCH, ROUNDS = 32, 5


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", type=Path)
    out = parser.parse_args().json
    project = load_project(ROOT, {})
    examples = read_examples(DATA)
    check_held_out(examples, project.training)
    results = {
        name: measure(project.training, spec, examples)
        for name, spec in list_pipelines(project.pipeline).items()
    }
    for name, result in results.items():
        show(name, result)
    if out is not None:
        out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def list_pipelines(spec: PipelineSpec) -> dict[str, PipelineSpec]:
    """Return what is measured, by name."""
    learning = ({"name": "CRFEntityExtractor"}, *spec.components)
    return {
        "config.yml": spec,
        "CRFEntityExtractor + config.yml": replace(spec, components=learning),
        "native default": PipelineSpec(),
    }


def read_examples(path: Path) -> tuple[Example, ...]:
    """Return the annotated texts of a file."""
    problems = Problems()
    content = read_nlu_files(path, {}, problems)
    assert not problems.errors, problems.errors
    return build_training_data(content).examples


def check_held_out(examples: Sequence[Example], training: TrainingData) -> None:
    """Refuse a text that is learnt from."""
    taught = {example.text.casefold() for example in training.examples}
    known = [example.text for example in examples if example.text.casefold() in taught]
    assert not known, f"these texts are in nlu_data/ as well: {known}"


def measure(training: TrainingData, spec: PipelineSpec, examples: Sequence[Example]) -> dict[str, Any]:
    """Learn, read and score."""
    language = load_language(spec.language)
    course = Course(components=choose_components(spec), language=language, seed=0)
    start = time.process_time()
    tables = learn_entities(training, course, _ignore)
    learnt = time.process_time() - start
    finder = EntityFinder(tables, language)
    texts = [example.text for example in examples]
    named = {entity.entity for example in training.examples for entity in example.entities}
    found = [
        tuple(entity for entity in entities if entity.entity in named)
        for entities in read(finder, language, texts)
    ]
    start = time.process_time()
    for _ in range(ROUNDS):
        read(finder, language, texts)
    return {
        **score_entities([example.entities for example in examples], found),
        "wrong": list(list_wrong(examples, found)),
        "train_seconds": round(learnt, 1),
        "ms_per_text": round((time.process_time() - start) / ROUNDS / len(texts) * 1000, 3),
    }


def read(finder: EntityFinder, language: Language, texts: Sequence[str]) -> Found:
    """Find the entities of all texts, in batches; tokens included."""
    found: Found = []
    for start in range(0, len(texts), BATCH):
        found += finder.find([language.make_doc(text) for text in texts[start : start + BATCH]])
    return found


def list_wrong(examples: Sequence[Example], found: Found) -> Iterator[dict[str, Any]]:
    """Yield what was missed and what was invented, by text."""
    for example, entities in zip(examples, found, strict=True):
        expected = {(entity.entity, example.text[entity.start : entity.end]) for entity in example.entities}
        got = {(entity.entity, example.text[entity.start : entity.end]) for entity in entities}
        if expected != got:
            yield {
                "text": example.text,
                "missed": [f"{name}: {words}" for name, words in sorted(expected - got)],
                "invented": [f"{name}: {words}" for name, words in sorted(got - expected)],
            }


def show(name: str, result: dict[str, Any]) -> None:
    """Print one pipeline's table."""
    table = Table(
        title=f"{name}: CPU: {result['train_seconds']} s to learn, {result['ms_per_text']} ms a text"
    )
    for column in ("", "expected", "found", "precision", "recall", "F1"):
        table.add_column(column, justify="left" if not column else "right")
    rows = {"all": result, **result["per_entity"], **result["per_extractor"]}
    for row, scores in rows.items():
        ratios = (f"{scores[key]:.3f}" for key in ("precision", "recall", "f1"))
        table.add_row(row, str(scores["expected"]), str(scores["found"]), *ratios)
    Console().print(table)


def _ignore(done: int, total: int) -> None:
    """Take no notice."""


if __name__ == "__main__":
    main()
