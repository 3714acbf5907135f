"""What real Rasa and Visavis say of each edited project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from bot.rasa_format.check import check_project
from bot.rasa_format.problem import Severity
from tests.rasa.broken.variants import HERE, write_variant

if TYPE_CHECKING:
    from pathlib import Path

VERDICTS = HERE / "verdicts.json"


def load_exceptions() -> dict[str, str]:
    """Return why the two differ, by the name of the edit."""
    exceptions: dict[str, str] = YAML(typ="safe").load(HERE / "exceptions.yml")
    return exceptions


def load_verdicts() -> dict[str, bool]:
    """Return whether real Rasa accepts, by the name of the edit, as it was recorded."""
    recorded: dict[str, bool] = json.loads(VERDICTS.read_text(encoding="utf-8"))
    return recorded


def accepts(edit: dict[str, Any], folder: Path) -> bool:
    """Tell whether Visavis accepts a project with this edit."""
    problems = check_project(write_variant(edit, folder), {})
    return all(problem.severity is not Severity.ERROR for problem in problems)


def find_wrong(edits: list[dict[str, Any]], rasas: dict[str, bool], folder: Path) -> list[str]:
    """Return the edits about which the two differ without a listed reason, or agree in spite of one."""
    exceptions = load_exceptions()
    return [
        edit["name"]
        for edit in edits
        if (accepts(edit, folder) == rasas[edit["name"]]) == (edit["name"] in exceptions)
    ]
