from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadPayload, Conflict, ProjectError
from bot.rasa_format.project import load_project
from bot.rasa_format.write_domain import add_intent, find_domain_file, remove_intent
from tests.unit.rasa_format.conftest import DOMAIN, Write

SORTED = """\
version: "3.1"
intents:
  # small talk
  - bye
  - greet:
      use_entities: false
  - thank   # often
entities: [a]
"""


def edited(tmp_path: Path, content: str, name: str) -> str:
    path = tmp_path / "domain.yml"
    path.write_bytes(content.encode())
    add_intent(path, name)
    after = path.read_bytes().decode()
    remove_intent(path, name)
    assert path.read_bytes().decode() == content
    return after


def test_intent_goes_to_its_place_in_a_sorted_list(tmp_path: Path) -> None:
    after = edited(tmp_path, SORTED, "praise")

    assert after == SORTED.replace("use_entities: false\n", "use_entities: false\n  - praise\n")


@pytest.mark.parametrize(("name", "line"), [("ask", "  - ask"), ("zzz", "  - zzz")])
def test_intent_goes_first_or_last(tmp_path: Path, name: str, line: str) -> None:
    after = edited(tmp_path, SORTED, name)

    lines = [found for found in after.splitlines() if found.startswith("  - ")]
    assert lines[0 if name == "ask" else -1] == line


def test_intent_goes_to_the_end_of_an_unsorted_list(tmp_path: Path) -> None:
    content = "intents:\r\n- b\r\n- a\r\n\r\nslots: {}\r\n"

    assert edited(tmp_path, content, "aa") == "intents:\r\n- b\r\n- a\r\n- aa\r\n\r\nslots: {}\r\n"


def test_intents_are_begun_where_there_are_none(tmp_path: Path) -> None:
    path = tmp_path / "domain.yml"
    path.write_text("slots: {}")

    add_intent(path, "greet")

    assert path.read_text() == "slots: {}\n\nintents:\n- greet"


def test_known_intent_is_a_conflict(tmp_path: Path) -> None:
    path = tmp_path / "domain.yml"
    path.write_text(SORTED)

    with pytest.raises(Conflict):
        add_intent(path, "greet")


@pytest.mark.parametrize("name", ["", "two words", "a/b", "1st", "a\nb", "x" * 101, "ä"])
def test_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "domain.yml"
    path.write_text(SORTED)

    with pytest.raises(BadPayload):
        add_intent(path, name)


def test_name_that_yaml_reads_otherwise_is_quoted(tmp_path: Path) -> None:
    assert '  - "true"\n' in edited(tmp_path, SORTED, "true")


def test_list_in_flow_style_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "domain.yml"
    path.write_text("intents: [a, b]\n")

    with pytest.raises(ProjectError, match="by hand"):
        add_intent(path, "c")

    assert path.read_text() == "intents: [a, b]\n"


def test_new_intent_is_read_back(write_project: Write) -> None:
    root = write_project()
    path = find_domain_file(root)

    add_intent(path, "praise")

    assert path == root / "domain.yml"
    assert "praise" in load_project(root, {}).dialogue.domain.intents


def test_file_with_the_intents_is_found_in_a_folder(write_project: Write) -> None:
    files: dict[str, str | bytes | None] = {
        "domain.yml": None,
        "domain/a.yml": "slots: {}\n",
        "domain/b.yml": DOMAIN,
    }
    root = write_project(files)

    assert find_domain_file(root) == root / "domain/b.yml"
