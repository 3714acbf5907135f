"""The same project broken in 400 ways: real Rasa and Visavis both accept it or both refuse it.

Real Rasa is asked about every twentieth edit (which ones, `--seed` says), about the rest it was asked before:
`broken/verdicts.json`. `--all-edits` asks about all of them, in a quarter of an hour, and writes that file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rasa.broken.table import VERDICTS, find_wrong, load_exceptions, load_verdicts
from tests.rasa.broken.variants import HERE, load_edits, write_variant
from tests.rasa.oracle import run_script

EVERY = 20


def ask_rasa(edits: list[dict[str, Any]], folder: Path) -> dict[str, bool]:
    for edit in edits:
        write_variant(edit, folder)
    said = run_script(HERE / "judge.py", folder, home=folder)
    return {each["name"]: each["accepts"] for each in said}


@pytest.mark.timeout(1800)
def test_both_accept_or_both_refuse(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    edits = load_edits()
    recorded = load_verdicts()
    if request.config.getoption("--all-edits"):
        recorded = ask_rasa(edits, tmp_path / "rasa")
        VERDICTS.write_text(json.dumps(recorded, indent=0, sort_keys=True) + "\n", encoding="utf-8")

    assert find_wrong(edits, recorded, tmp_path / "ours") == []


@pytest.mark.timeout(600)
def test_rasa_still_says_what_was_recorded(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    first = request.config.getoption("--seed") % EVERY
    edits = load_edits()[first::EVERY]

    recorded = load_verdicts()
    assert ask_rasa(edits, tmp_path) == {edit["name"]: recorded[edit["name"]] for edit in edits}


def test_each_exception_is_an_edit() -> None:
    assert set(load_exceptions()) <= {edit["name"] for edit in load_edits()}
