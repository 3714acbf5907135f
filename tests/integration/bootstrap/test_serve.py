"""`visavis serve` as a user runs it: its first start, a second one, and a model released meanwhile.

What happens to it under load and when its servers die is in `tests/integration/processes`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.fakes.service import PATIENCE, Service, run_command, wait_for
from tests.fakes.small_brand import DOMAIN, write_brand

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED, ANSWER, OTHER_ANSWER = (
    "when are you open",
    "We are open from nine to six.",
    "We are open all day long.",
)
SHIPPED = [{"recipient_id": "ann", "text": "Shipping takes two days."}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small project and no data yet; the first test to serve trains its model."""
    folder = tmp_path_factory.mktemp("served")
    write_brand(folder / "project")
    return folder


@pytest.fixture
def service(folder: Path) -> Iterator[Service]:
    """A service that is not started yet."""
    service = make_service(folder, "all")
    yield service
    service.close()


def make_service(folder: Path, role: str) -> Service:
    # Nobody dies here, so everybody has the time that they have in service; the first start trains.
    return Service(
        project=folder / "project", data=folder / "data", log_folder=folder, role=role, times={}, patience=240
    )


def read_login(service: Service) -> list[str]:
    wait_for(lambda: "Log in" in service.banner, "its first login", service)
    return next(line.split()[-2:] for line in service.banner.splitlines() if "Log in" in line)


def test_service_answers_stops_in_peace_and_comes_back_with_the_same_login(service: Service) -> None:
    service.start().wait_ready()
    first = read_login(service)
    assert service.ask("delivery time", "ann") == SHIPPED
    assert f"{service.url}/chat" in service.banner
    assert f"{service.url}/desk" in service.banner
    assert service.process is not None
    children = psutil.Process(service.process.pid).children(recursive=True)
    service.ask_to_stop()
    assert service.wait_stopped() == 0
    assert psutil.wait_procs(children, PATIENCE)[1] == []
    service.start().wait_ready()
    assert read_login(service) == first
    assert service.ask("how long does shipping take", "ann") == SHIPPED


def test_a_released_model_serves_without_a_restart_in_every_process(folder: Path, service: Service) -> None:
    service.start().wait_ready()
    other = make_service(folder, "web")
    try:
        other.start().wait_ready()
        before = service.health()[1]["model"]
        assert other.health()[1]["model"] == before
        for each in (service, other):
            assert each.ask(ASKED, f"before-{each.role}")[0]["text"] == ANSWER
        assert ANSWER in DOMAIN
        (folder / "project" / "domain.yml").write_text(DOMAIN.replace(ANSWER, OTHER_ANSWER))
        assert run_command(service, "train", "--release").returncode == 0
        for each in (service, other):
            wait_for(lambda each=each: each.health()[1]["model"] != before, "the new model", each)
            assert each.ask(ASKED, f"after-{each.role}")[0]["text"] == OTHER_ANSWER
    finally:
        other.close()
