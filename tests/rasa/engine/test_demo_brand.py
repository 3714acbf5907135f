"""The demo brand answered by real Rasa through the whole road: trained, started, killed, and exchanged."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.fakes.service import ROOT, Service, run_command
from tests.rasa.oracle import need_python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE = 900.0  # seconds: real Rasa trains
_NUMBER, _EMAIL = "LY-104233", "anna@example.com"
_PROGRAM = "visavis_run.py"

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The repository's own project, with real Rasa as its engine, as `visavis serve` starts it first."""
    python = need_python()
    place = tmp_path_factory.mktemp("brand")
    project = place / "project"
    project.mkdir()
    for name in ("nlu_data", "actions"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("domain.yml", "config.yml"):
        shutil.copy(ROOT / name, project / name)
    _choose(project, "rasa")
    started = Service(
        project=project,
        data=place / "data",
        log_folder=place,
        times={},
        variables={"VISAVIS_RASA_PYTHON": str(python)},
        patience=_PATIENCE,
    )
    started.start().wait_ready()
    yield started
    started.close()


def _choose(project: Path, engine: str) -> None:
    """Write the engine's name into the project."""
    lines = (project / "config.yml").read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("engine:")]
    (project / "config.yml").write_text("".join([*kept, f"engine: {engine}\n"]))


def _restart(service: Service, engine: str) -> None:
    service.ask_to_stop()
    service.wait_stopped()
    _choose(service.project, engine)
    service.start().wait_ready()


def _texts(answer: list[dict[str, Any]]) -> str:
    return "\n".join(str(each.get("text", "")) for each in answer)


def _find_rasa(service: Service) -> psutil.Process | None:
    assert service.process is not None
    children = psutil.Process(service.process.pid).children(recursive=True)
    return next((each for each in children if any(_PROGRAM in word for word in each.cmdline())), None)


def test_rasa_answers_and_its_forms_and_actions_run(service: Service) -> None:
    greeting = service.ask("hello there", "anna")
    assert greeting[0]["recipient_id"] == "anna"
    service.ask("where is my order?", "anna")
    assert "email" in _texts(service.ask(_NUMBER, "anna"))
    assert _NUMBER in _texts(service.ask(_EMAIL, "anna"))


def test_handoff_of_rasas_action_stands_in_the_queue(service: Service) -> None:
    service.ask("I want to talk to a person", "bert")
    waiting = json.loads(run_command(service, "queue", "--json").stdout)

    assert [entry["reason"] for entry in waiting] == ["asked_for_person"]
    assert service.ask("hello?", "bert")[0]["custom"]["visavis"]["status"] == "queued"


def test_rasa_that_is_killed_in_the_middle_is_back_and_remembers(service: Service) -> None:
    service.ask("where is my order?", "cleo")
    service.ask(_NUMBER, "cleo")
    rasa = _find_rasa(service)
    assert rasa is not None
    rasa.kill()
    deadline = time.monotonic() + 120
    while "embedded server is back" not in service.said():
        assert time.monotonic() < deadline
        time.sleep(0.2)

    assert _NUMBER in _texts(service.ask(_EMAIL, "cleo"))


def test_conversation_goes_on_under_the_other_engine_and_back(service: Service) -> None:
    service.ask("where is my order?", "dora")
    _restart(service, "native")
    assert _find_rasa(service) is None
    assert "email" in _texts(service.ask(_NUMBER, "dora"))
    service.ask("where is my order?", "emil")
    _restart(service, "rasa")
    assert _find_rasa(service) is not None
    assert _NUMBER in _texts(service.ask(_EMAIL, "dora"))
    assert "email" in _texts(service.ask(_NUMBER, "emil"))


def test_rasa_ends_when_the_service_does(service: Service) -> None:
    rasa = _find_rasa(service)
    assert rasa is not None
    service.ask_to_stop()
    service.wait_stopped()

    assert not rasa.is_running()
    assert [path.name for path in (service.data / "rasa").iterdir() if path.is_dir()] == []
    service.start().wait_ready()
