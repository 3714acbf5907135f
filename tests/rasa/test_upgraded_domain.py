"""A domain of Rasa 2, upgraded by `visavis migrate` and by Rasa itself: the same comes out."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.bootstrap.migration import migrate_project
from bot.settings import Settings
from tests.rasa.oracle import find_python

HERE = Path(__file__).parent / "upgraded"


def test_both_make_the_same_of_it(tmp_path: Path) -> None:
    python = find_python()
    if python is None:
        pytest.skip("Rasa is not installed here: make rasa")
    old = tmp_path / "old"
    (old / "data").mkdir(parents=True)
    shutil.copy(HERE / "domain.yml", old / "domain.yml")
    (old / "data" / "nlu.yml").write_text("nlu:\n- {intent: greet, examples: '- hi'}\n")

    migrate_project(old, tmp_path / "new", Settings(project=old))
    done = subprocess.run(
        (
            str(python),
            str(HERE / "upgrade.py"),
            str(old / "domain.yml"),
            str(tmp_path / "new" / "domain.yml"),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        env={"RASA_TELEMETRY_ENABLED": "false", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )

    both = json.loads(done.stdout.splitlines()[-1])
    assert both["ours"] == both["theirs"]
    assert "bare_form" in both["ours"]["forms"]
