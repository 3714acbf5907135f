"""The base project with one small edit each: written to folders, for Visavis and for real Rasa to read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
PROJECT = HERE / "project"


def load_edits() -> list[dict[str, Any]]:
    """Return the edits of `edits.yml`, in order."""
    edits: list[dict[str, Any]] = YAML(typ="safe").load(HERE / "edits.yml")
    assert len({edit["name"] for edit in edits}) == len(edits), "two edits of one name"
    return edits


def write_variant(edit: dict[str, Any], folder: Path) -> Path:
    """Write the project, edited, to a new folder in `folder`, and return it."""
    project = folder / str(edit["name"])
    shutil.copytree(PROJECT, project)
    file = project / edit["file"]
    if edit.get("remove"):
        file.unlink()
    elif "write" in edit:
        file.parent.mkdir(exist_ok=True)
        file.write_text(edit["write"], encoding="utf-8")
    else:
        written = file.read_text(encoding="utf-8")
        file.write_text(_edited(edit, written), encoding="utf-8")
    return project


def _edited(edit: dict[str, Any], written: str) -> str:
    if "append" in edit:
        return written + str(edit["append"])
    assert edit["find"] in written, f"{edit['name']}: nothing to replace in {edit['file']}"
    return written.replace(str(edit["find"]), str(edit["put"]), 1)
