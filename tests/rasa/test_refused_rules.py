"""Rules and stories that contradict each other are found where real Rasa finds them, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rasa.generated import write_project
from tests.rasa.native import NativeProject
from tests.rasa.oracle import Refused
from tests.rasa.projects import prepare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rasa.oracle import Oracle


@pytest.mark.timeout(600)
def test_rules_are_refused_as_in_rasa(oracle: Oracle, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    unlike = []
    for seed in range(2 * pytestconfig.getoption("--generated")):
        write_project(tmp_path / "made up" / str(seed), seed, checked=True)
        prepared = prepare(f"checked_{seed}", tmp_path / "made up" / str(seed), tmp_path / str(seed))
        mistakes = NativeProject(prepared).dialogue.mistakes
        found = sorted({name for each in mistakes.contradictions for name in each.names})
        try:
            oracle.train(prepared)
            refusal = ""
        except Refused as refused:
            refusal = str(refused)
        accepted = not (found or mistakes.gaps)
        if accepted != (not refusal) or not all(name in refusal for name in found):
            unlike.append(f"seed {seed}: rasa says {refusal!r}, ours {mistakes}")
    assert not unlike, "\n".join(unlike)
