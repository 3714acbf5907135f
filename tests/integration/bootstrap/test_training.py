"""What `visavis train` leaves behind, and what a process that only serves never loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from bot.bootstrap.lessons import TrainedModel
from bot.bootstrap.models import train_model
from bot.bootstrap.project import open_project
from bot.bootstrap.vectors import find_vector_cache
from bot.cli.training_view import NOT_IN_SERVICE, show_result
from bot.domain.json import JsonObject
from bot.nlu.archive import read_archive
from tests.integration.bootstrap.conftest import Write

ROOT = Path(__file__).resolve().parents[3]


def train(write: Write, out: Path) -> TrainedModel:
    project = open_project(write({}))
    return train_model(project, out, cache=find_vector_cache(), report=lambda _step: None)


def test_equal_data_give_equal_archives_that_say_where_they_come_from(write: Write, tmp_path: Path) -> None:
    trained = train(write, tmp_path / "first.tar.gz")
    second = train(write, tmp_path / "second.tar.gz")

    assert second.path.read_bytes() == trained.path.read_bytes()
    assert second.digest == trained.digest
    metadata = read_archive(trained.path).metadata
    assert metadata["assistant_id"] == "small"
    assert metadata["data_digest"] == trained.data_digest
    assert str(metadata["encoder"]).startswith("minilm")
    assert {"python", "numpy", "scikit-learn"} <= cast("dict[str, str]", metadata["packages"]).keys()
    # The trainer's page guesses from the seconds how long the next one takes; the archive is without them.
    assert {
        **cast("JsonObject", metadata["metrics"]),
        "seconds": trained.metrics["seconds"],
    } == trained.metrics


def test_unreleased_model_is_said_not_to_serve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trained = TrainedModel(path=tmp_path / "m.tar.gz", digest="d" * 64, data_digest="", metrics={})

    show_result(trained, next_step=NOT_IN_SERVICE)

    said = " ".join(capsys.readouterr().out.split())
    assert "not in service: a model released before goes on answering, also after a restart" in said
    assert "`visavis train --release` trains and puts the new one into service" in said


def test_who_serves_loads_nothing_that_only_training_needs_and_no_orm() -> None:
    heavy = {"sklearn", "scipy", "sqlalchemy.orm", "alembic"}
    program = f"import sys, bot.bootstrap.service; print({heavy} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
