from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.bootstrap.examples import read_examples, read_nlu_model
from bot.errors import ModelDamaged, ModelError, ModelMissing, ProjectError
from bot.nlu.archive import write_archive

if TYPE_CHECKING:
    from pathlib import Path

NLU = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello\n    - hello\n    - hi\n'


def test_examples_come_with_file_and_line_and_once(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(NLU)
    data = read_examples(tmp_path)
    sources = [example.source for example in data.examples]
    assert [(str(path), 5), (str(path), 7)] == [(each.path, each.line) for each in sources if each]


def test_mistakes_in_examples_are_all_raised(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(NLU + "    - [a]{b}\n    - [a]{c}\n")
    with pytest.raises(ProjectError, match=r"(?s)a\.yml:8: .*a\.yml:9: "):
        read_examples(tmp_path)


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        read_nlu_model(tmp_path / "none.tar.gz")
    (tmp_path / "some.tar.gz").write_bytes(b"some")
    with pytest.raises(ModelDamaged):
        read_nlu_model(tmp_path / "some.tar.gz")
    write_archive(tmp_path / "empty.tar.gz", files={}, metadata={})
    with pytest.raises(ModelError, match="no understanding"):
        read_nlu_model(tmp_path / "empty.tar.gz")
