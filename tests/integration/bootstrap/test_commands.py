"""Commands where no service runs: they start the servers themselves, and say what is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.bootstrap.models import train_model
from bot.bootstrap.vectors import find_vector_cache
from bot.rasa_format.project import load_project
from tests.fakes.service import ROOT, Service, run_command
from tests.fakes.small_brand import write_brand

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A service that was never started."""
    return Service(project=write_brand(tmp_path / "project"), data=tmp_path / "data", log_folder=tmp_path)


def test_staff_and_queue_work_without_a_running_service(service: Service) -> None:
    add = ("staff", "add", "mara@lyra.example", "--name", "Mara")
    added = run_command(service, *add, "--role", "trainer")
    assert added.returncode == 0
    assert "Mara may log in as mara@lyra.example (trainer)." in added.stdout
    assert "Password, shown only now: " in added.stdout
    again = run_command(service, *add)
    assert again.returncode == 2
    assert "is here already" in again.stderr
    assert json.loads(run_command(service, "queue", "--json").stdout) == []


def test_without_a_model_it_says_what_to_do(service: Service) -> None:
    for command in (("parse", "hello"), ("chat",)):
        done = run_command(service, *command)
        assert done.returncode == 2
        assert "run `visavis train`" in done.stderr
    done = run_command(service, "serve", "--role", "worker")
    assert done.returncode == 2
    assert "run `visavis train --release`" in done.stderr


def test_bytes_that_are_no_text_are_a_sentence_or_understood_as_far_as_possible(service: Service) -> None:
    noise, environment = (
        b"\xff hello\n/hours\n",
        {**service.environment(), "PYTHONIOENCODING": "utf-8:strict"},
    )

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=ROOT,
            env=environment,
            input=noise,
            capture_output=True,
            check=False,
        )

    refused = run("staff", "add", "mara@lyra.example", "--name", "Mara", "--password-stdin")
    assert (refused.returncode, b"not UTF-8" in refused.stderr) == (2, True)
    train_model(
        load_project(service.project, {}),
        service.project / "models" / "first.tar.gz",
        cache=find_vector_cache(),
        report=lambda _step: None,
    )
    parsed = run("parse", "--jsonl")
    assert parsed.returncode == 0
    spoken, pressed = (json.loads(line) for line in parsed.stdout.splitlines())
    assert "hello" in spoken["text"]
    assert pressed["intent"] == {"name": "hours", "confidence": 1.0}  # a button, as in a conversation
