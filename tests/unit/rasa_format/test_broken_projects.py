"""A part of what `make test-rasa` looks at: verdicts that real Rasa once gave."""

from __future__ import annotations

from pathlib import Path

from tests.rasa.broken.table import find_wrong, load_verdicts
from tests.rasa.broken.variants import load_edits

EVERY = 6  # all of them take half a minute


def test_what_real_rasa_refuses_is_refused_and_what_it_accepts_accepted(tmp_path: Path) -> None:
    edits = load_edits()[::EVERY]

    assert find_wrong(edits, load_verdicts(), tmp_path) == []
    assert len(edits) > 60
