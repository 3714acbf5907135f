"""Roles without pages tell operators how they are, on a port of their own."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.service import Service, find_free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.embedded import Child


@pytest.fixture
def brand(project: Path, database_url: str, valkey: Child, tmp_path: Path) -> Iterator[dict[str, Service]]:
    """A web process that releases the first model, and a worker and a clock with a port for operators."""
    servers = {"DATABASE_URL": database_url, "REDIS_URL": valkey.url}

    def make(role: str, **variables: str) -> Service:
        return Service(
            project=project,
            data=tmp_path / "data",
            log_folder=tmp_path,
            role=role,
            variables={**servers, **variables},
        )

    services = {
        role: make(role, VISAVIS_OPS_PORT=str(find_free_port())) for role in ("web", "worker", "clock")
    }
    try:
        for service in services.values():
            service.start()
        for service in services.values():
            service.wait_ready()
        yield services
    finally:
        for service in services.values():
            service.close()


def get(service: Service, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{service.variables['VISAVIS_OPS_PORT']}{path}"
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("role", "parts"), [("worker", ["database", "bus", "model"]), ("clock", ["database", "bus"])]
)
def test_a_role_without_pages_says_that_it_is_ready_and_what_it_did(
    brand: dict[str, Service], role: str, parts: list[str]
) -> None:
    service = brand[role]
    status, body = get(service, "/healthz")
    assert (status, json.loads(body)["parts"]) == (200, dict.fromkeys(parts, "ok"))
    status, body = get(service, "/metrics")
    assert (status, "visavis_database_up 1.0" in body) == (200, True)
    assert get(service, "/desk")[0] == 404
    ready = next(line for line in service.lines() if line["event"] == "ready")
    assert ready["ops"] == f"http://127.0.0.1:{service.variables['VISAVIS_OPS_PORT']}"
    service.ask_to_stop()
    assert service.wait_stopped() == 0


def test_web_serves_both_with_its_pages_as_ever(brand: dict[str, Service]) -> None:
    assert brand["web"].health()[0] == 200
    with pytest.raises(OSError, match="refused"):
        get(brand["web"], "/healthz")
    wait_for(lambda: brand["web"].health()[1]["parts"]["model"] == "ok", "a model", brand["web"])
