from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.rasa_format.nlu_files import read_nlu_files
from bot.rasa_format.problem import Problems
from tests.unit.rasa_format.conftest import CONFIG, DOMAIN, NLU, RULES

if TYPE_CHECKING:
    from pathlib import Path

    from bot.rasa_format.nlu_data import NluContent


def read(path: Path) -> tuple[NluContent, list[str]]:
    problems = Problems()
    content = read_nlu_files(path, {"CITY": "Ghent"}, problems)
    return content, [problem.show() for problem in problems]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_one_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "nlu.yml", NLU)
    content, problems = read(path)
    assert [example.text for example in content.examples] == [
        "hello",
        "hi there",
        "where is 4711",
        "track my order",
    ]
    assert content.examples[0].source is not None
    assert (content.examples[0].source.path, content.examples[0].source.line) == (str(path), 5)
    assert problems == []


def test_a_folder_is_read_with_the_folders_in_it(tmp_path: Path) -> None:
    write(tmp_path / "b.yml", NLU)
    write(tmp_path / "a" / "more.yaml", NLU.replace("hello", "good day"))
    content, problems = read(tmp_path)
    assert [content.examples[0].text, len(content.examples), problems] == ["good day", 8, []]


def test_what_else_lies_in_a_folder_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "nlu.yml", NLU)
    write(tmp_path / "config.yml", CONFIG.replace("channels:", "channels: ${UNSET}\nx:"))
    write(tmp_path / "domain.yml", DOMAIN)
    write(tmp_path / "rules.yml", RULES)
    write(tmp_path / "README.md", "# Examples")
    write(tmp_path / "package.json", "{}")
    content, problems = read(tmp_path)
    assert (len(content.examples), problems) == (4, [])


def test_variables_are_filled_in_as_in_a_project(tmp_path: Path) -> None:
    path = write(tmp_path / "nlu.yml", "nlu:\n- intent: go\n  examples:\n  - text: to ${CITY}\n")
    content, _ = read(path)
    assert content.examples[0].text == "to Ghent"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nlu.md", "## intent:greet\n- hello\n"),
        ("stories.md", "## happy path\n* greet\n  - utter_greet\n"),
        ("luis.json", '{"luis_schema_version": "2.0"}'),
    ],
)
def test_old_formats_are_told_by_name(tmp_path: Path, name: str, text: str) -> None:
    path = write(tmp_path / name, text)
    for asked in (path, tmp_path):
        _, problems = read(asked)
        assert len(problems) == 1
        assert problems[0].startswith(f"{path}: error: This is training data in ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nlu:\n- intent: greet\n  examples: |\n    - [hi]{bad}\n", "nlu.yml:4: error: "),
        ("nlu: [\n", "nlu.yml:2: error: This is not YAML"),
        ('version: "4.0"\nnlu: []\n', "nlu.yml:1: error: Files of version 4.0"),
        ("intents: [greet]\n", "nlu.yml: error: There are no examples here"),
        ("text,category\nhi,greet\n", "nlu.yml:1: error: The file should start with a key"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    _, problems = read(write(tmp_path / "nlu.yml", text))
    assert len(problems) == 1
    assert problems[0].startswith(f"{tmp_path}/{problem}")


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_bytes(b"nlu:\n- intent: greet\n  examples: |\n    - hi\n    - caf\xe9\n")
    _, (problem,) = read(path)
    assert problem.startswith(f"{path}:5: error: ")
    assert "UTF-8" in problem


def test_a_path_without_examples_is_told(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere")[1] == [f"{tmp_path}/nowhere: error: There is no such file or folder."]
    assert read(tmp_path)[1][0].startswith(f"{tmp_path}: error: There are no examples here.")


def test_a_long_list_of_examples_is_no_trick_of_aliases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.rasa_format.yaml_reader._MAX_NODES", 100)
    examples = "".join(f"  - text: example {number}\n" for number in range(50))
    content, problems = read(write(tmp_path / "nlu.yml", f"nlu:\n- intent: a\n  examples:\n{examples}"))
    assert (len(content.examples), problems) == (50, [])
