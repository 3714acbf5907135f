"""What a project imports by Rasa's MultiProjectImporter; the expectations are what Rasa 3.6.21 made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.rasa_format.imported import find_imported
from bot.rasa_format.problem import Problems
from bot.rasa_format.project import load_project, read_project

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "recipe: default.v1\nimporters:\n- name: MultiProjectImporter\nimports:\n- projects/Chat\n"
FILES = {
    "config.yml": CONFIG,
    "domain.yml": """intents: [bye]
slots:
  a: {type: text, mappings: [{type: from_text}]}
responses:
  utter_bye: [{text: the project's bye}]
""",
    "data/rules.yml": "rules:\n- rule: bye\n  steps: [{intent: bye}, {action: utter_bye}]\n",
    "projects/Chat/config.yml": "imports: [../Greet, ../Greet/data]\nlanguage: de\n",
    "projects/Chat/domain.yml": """intents: [chat]
slots:
  a: {type: any, mappings: [{type: custom}]}
  b: {type: bool, mappings: [{type: custom}]}
responses:
  utter_bye: [{text: another bye}]
  utter_chat: [{text: well}]
""",
    "projects/Chat/data/nlu.yml": "nlu:\n- intent: chat\n  examples: |\n    - let us talk\n",
    "projects/Chat/tests/test_chat.yml": "stories:\n- story: test\n  steps: [{intent: chat}]\n",
    "projects/Chat/actions/settings.yml": "colour: red\n",
    "projects/Greet/domain.yaml": "intents: [greet]\nresponses:\n  utter_greet: [{text: hello}]\n",
    "projects/Greet/data/s.yml": "stories:\n- story: hi\n  steps: [{intent: greet}, {action: utter_greet}]\n",
    "projects/Other/domain.yml": "intents: [other]\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_imported_projects_add_their_domains_and_training_files(root: Path) -> None:
    project = load_project(root, {})
    domain = project.dialogue.domain

    assert {"bye", "chat", "greet"} <= set(domain.intents)
    assert "other" not in domain.intents
    assert {"utter_bye", "utter_chat", "utter_greet"} <= set(domain.responses)
    assert [rule.name for rule in project.dialogue.rules] == ["bye"]
    assert [story.name for story in project.dialogue.stories] == ["hi"]
    assert [example.text for example in project.training.examples] == ["let us talk"]


def test_what_the_project_says_itself_counts(root: Path) -> None:
    domain = load_project(root, {}).dialogue.domain

    assert domain.slots["a"].type == "text"
    assert "the project's bye" in str(domain.responses["utter_bye"])
    assert load_project(root, {}).pipeline.language != "de"


@pytest.mark.parametrize(
    "config", ["imports:\n- projects/Chat\n", CONFIG.replace("MultiProject", "RasaFile")]
)
def test_nothing_is_imported_without_the_importer(root: Path, config: str) -> None:
    (root / "config.yml").write_text(config, encoding="utf-8")

    assert find_imported(root).domain == []
    assert "chat" not in load_project(root, {}).dialogue.domain.intents


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../elsewhere", "config.yml:5: warning: `../elsewhere` lies outside this folder and is not read."),
        ("projects/Nobody", "config.yml:5: warning: There is no folder `projects/Nobody` to import."),
    ],
)
def test_an_import_that_is_not_there_is_told(root: Path, name: str, said: str) -> None:
    (root / "config.yml").write_text(CONFIG.replace("projects/Chat", name), encoding="utf-8")
    problems = Problems()

    read_project(root, {}, problems)

    assert any(problem.show().startswith(said) for problem in problems)


def test_projects_that_import_each_other_are_read_once(root: Path) -> None:
    (root / "projects/Greet/config.yml").write_text("imports: [../Chat, ..]\n", encoding="utf-8")

    found = find_imported(root)

    assert len(found.training) == len(set(found.training))
    assert {file.parent.name for file in found.domain} >= {"Chat", "Greet"}
