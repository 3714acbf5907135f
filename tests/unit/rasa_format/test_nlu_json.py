from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.example import Source
from bot.domain.understanding import Entity
from bot.errors import ProjectError
from bot.rasa_format.fields import Reader
from bot.rasa_format.json_reader import read_json_file
from bot.rasa_format.nlu_data import NluContent, read_nlu
from bot.rasa_format.problem import Problems
from bot.rasa_format.project import load_project
from tests.unit.rasa_format.conftest import NLU, Write

DATA = """\
{"rasa_nlu_data": {
  "common_examples": [
    {"text": "to Ulm", "intent": "go",
     "entities": [{"start": 3, "end": 6, "value": "ulm", "entity": "town", "role": "to"}]},
    {"text": "hello [you](me)", "intent": "greet", "entities": []}
  ],
  "regex_features": [{"name": "zip", "pattern": "[0-9]{5}"}],
  "lookup_tables": [{"name": "town", "elements": ["Ulm", "Bonn"]}],
  "entity_synonyms": [{"value": "bonn", "synonyms": ["B."]}]
}}
"""


def read(text: str, folder: Path) -> tuple[NluContent, list[str]]:
    problems = Problems()
    file = folder / "nlu.json"
    file.write_text(text, encoding="utf-8")
    content = read_nlu([read_json_file(file, path="nlu.json")], Reader(problems))
    return content, [problem.show() for problem in problems]


def test_all_parts_are_read(tmp_path: Path) -> None:
    content, problems = read(DATA, tmp_path)

    assert problems == []
    first, second = content.examples
    assert (first.text, first.intent, first.source) == ("to Ulm", "go", Source(path="nlu.json", line=3))
    assert first.entities == (Entity(entity="town", value="ulm", start=3, end=6, role="to"),)
    assert (second.text, second.entities) == ("hello [you](me)", ())  # no annotations in this format
    assert [(each.name, each.patterns) for each in content.regexes] == [("zip", ("[0-9]{5}",))]
    assert [(each.name, each.patterns) for each in content.lookups] == [("town", ("Ulm", "Bonn"))]
    assert [(text, value) for text, value, _ in content.synonyms] == [("B.", "bonn"), ("Ulm", "ulm")]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('"start": 3', '"start": 30', 'nlu.json:4: error: An entity of "to Ulm" should say'),
        ('"text": "to Ulm", ', "", 'nlu.json:3: warning: This example has no `"text"`'),
        ('"intent": "greet"', '"intent": 5', "nlu.json:5: error: `intent` of an example should be a text"),
        ('["Ulm", "Bonn"]', '"towns.txt"', "nlu.json:8: error: The words of lookup `towns.txt`"),
        ('"common_examples": [', '"common_examples": [3,', "nlu.json:1: error: an item of `common_examples`"),
    ],
)
def test_a_mistake_has_its_line(tmp_path: Path, before: str, after: str, problem: str) -> None:
    _, problems = read(DATA.replace(before, after), tmp_path)

    assert any(each.startswith(problem) for each in problems), problems


@pytest.mark.parametrize(("text", "line"), [("{\n\n", 3), ("[]", 1), ('"a"', 1), ("[" * 100_000, None)])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str, line: int | None) -> None:
    with pytest.raises(ProjectError) as refused:
        read(text, tmp_path)
    assert refused.value.line == line


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["common_examples", "entities", "text", "intent", "start", "elements", "name"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_nothing_makes_it_crash(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    read(json.dumps({"rasa_nlu_data": data}), tmp_path_factory.getbasetemp())


def test_a_project_reads_json_beside_yaml(write_project: Write) -> None:
    project = load_project(write_project({"nlu_data/nlu/all.yml": NLU, "nlu_data/old.json": DATA}), {})

    assert "to Ulm" in [example.text for example in project.training.examples]
