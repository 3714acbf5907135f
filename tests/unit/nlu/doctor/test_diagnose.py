"""The doctor on examples with faults planted in them, read by the real encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.bootstrap.doctor import diagnose_files
from bot.bootstrap.examples import read_examples
from bot.domain.example import Example, Source, TrainingData
from bot.errors import ProjectError
from bot.nlu.doctor.diagnose import diagnose
from bot.nlu.doctor.diagnosis import Diagnosis
from bot.nlu.doctor.diagnosis_json import render_diagnosis
from bot.nlu.doctor.finding import Kind, Severity
from bot.nlu.embeddings import Embedder
from tests.unit.nlu.conftest import ignore, make_data

FILES = Path(__file__).resolve().parents[4] / "nlu_data" / "nlu"
TOPICS = ("delivery", "payment", "stores", "warranty")


@pytest.fixture(scope="module")
def brand() -> TrainingData:
    return TrainingData(
        examples=tuple(each for topic in TOPICS for each in read_examples(FILES / f"{topic}.yml").examples)
    )


def _plant(data: TrainingData, *, every: int) -> tuple[TrainingData, set[str]]:
    """Give every so-manieth example the intent of one far away, and return those examples' texts."""
    examples = list(data.examples)
    planted = range(every // 2, len(examples), every)
    for row in planted:
        other = data.examples[(row + len(examples) // 2) % len(examples)].intent
        examples[row] = replace(examples[row], intent=other)
    return replace(data, examples=tuple(examples)), {examples[row].text for row in planted}


def _diagnose(data: TrainingData, embedder: Embedder) -> Diagnosis:
    return diagnose(data, embedder=embedder, seed=1, progress=ignore)


def test_swapped_labels_are_found_and_sent_home(brand: TrainingData, embedder: Embedder) -> None:
    homes = {example.text: example.intent for example in brand.examples}
    data, planted = _plant(brand, every=25)
    moved = {each.places[0].text: each.move_to for each in _diagnose(data, embedder).findings if each.move_to}
    found = planted & moved.keys()
    assert len(found) > len(planted) / 3
    assert len(found) > len(moved) / 2
    assert sum(moved[text] == homes[text] for text in found) > len(found) / 2


def test_planted_faults_are_named_with_file_and_line(embedder: Embedder) -> None:
    faults = ("where is my parcel", "ask_refund"), ("???", "greet"), ("gift", "gift")
    examples = [
        Example(text=text, intent=intent, source=Source(path="faults.yml", line=line))
        for line, (text, intent) in enumerate(faults, start=1)
    ]
    data = make_data()
    diagnosis = _diagnose(replace(data, examples=(*data.examples, *examples)), embedder)
    errors = {
        each.kind: each.places[-1].where for each in diagnosis.findings if each.severity is Severity.ERROR
    }
    assert errors == {
        Kind.TWO_MEANINGS: "faults.yml:1",
        Kind.SAYS_NOTHING: "faults.yml:2",
        Kind.TOO_SMALL: "faults.yml:3",
    }
    assert any(each.kind is Kind.UNUSED_PATTERN for each in diagnosis.findings)
    assert diagnosis.sentence.startswith("21 examples, 4 intents: ")
    assert diagnosis.sentence.endswith("worth a look, 3 of them errors.")


def test_equal_data_give_equal_findings(embedder: Embedder) -> None:
    once, again = (render_diagnosis(_diagnose(make_data(), embedder)) for _ in range(2))
    assert once == again


@pytest.mark.parametrize(
    "texts",
    [
        [("hello", "greet")],
        [("hello", "greet"), ("hello there", "greet")],
        [("a", "x"), ("b", "y")],
        [("same", "x"), ("same", "y"), ("same", "z")],
        [("word " * 3000, "x"), ("\x00\ud800", "y"), ("مرحبا", "y"), ("你好吗", "x")],
    ],
)
def test_any_examples_can_be_looked_at(texts: list[tuple[str, str]], embedder: Embedder) -> None:
    data = TrainingData(examples=tuple(Example(text=text, intent=intent) for text, intent in texts))
    for finding in _diagnose(data, embedder).findings:
        assert 0 <= finding.sure <= 1
        assert finding.harm >= 0
        assert finding.says
        assert finding.proposal


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"none\.yml"):
        diagnose_files(tmp_path / "none.yml", report=ignore)


def test_no_text_at_all_is_said_to_be_none(embedder: Embedder) -> None:
    with pytest.raises(ProjectError, match="no examples"):
        _diagnose(TrainingData(examples=(Example(text="\u200b", intent="x"),)), embedder)
