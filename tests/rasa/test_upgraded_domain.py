"""A domain of Rasa 2, upgraded by `visavis migrate` and by Rasa itself: the same comes out."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.bootstrap.migration import migrate_project
from bot.settings import Settings
from tests.rasa.oracle import run_script

HERE = Path(__file__).parent / "upgraded"


def test_both_make_the_same_of_it(tmp_path: Path) -> None:
    old = tmp_path / "old"
    (old / "data").mkdir(parents=True)
    shutil.copy(HERE / "domain.yml", old / "domain.yml")
    (old / "data" / "nlu.yml").write_text("nlu:\n- {intent: greet, examples: '- hi'}\n")

    migrate_project(old, tmp_path / "new", Settings(project=old))
    upgraded = tmp_path / "new" / "domain.yml"
    both = run_script(HERE / "upgrade.py", old / "domain.yml", upgraded, home=tmp_path)[-1]

    assert both["ours"] == both["theirs"]
    assert "bare_form" in both["ours"]["forms"]
