"""`visavis serve` as a process of its own: started, watched, killed, and started again on the same data."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tests.bench.service import find_free_port

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0  # seconds for anything that should take two
# Short times, so that what a dead process held is free again within the test.
TIMES = {
    "VISAVIS_LEASE_SECONDS": "1.5",
    "VISAVIS_TURN_SECONDS": "1",
    "VISAVIS_SEND_SECONDS": "1",
    "VISAVIS_SWEEP_SECONDS": "0.3",
    "VISAVIS_REST_WAIT_SECONDS": "2",
}


@dataclass(slots=True, kw_only=True)
class Service:
    """One process of a role on a data folder, or on servers given by `variables`."""

    project: Path
    data: Path
    log_folder: Path
    role: str = "all"
    variables: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=find_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Where its standard error goes: JSON lines, of all its lives."""
        return self.log_folder / f"{self.role}.{self.port}.log"

    def start(self) -> Service:
        """Start it, without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve", "--role", self.role],
                cwd=ROOT,
                env=self.environment(),
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        return self

    def environment(self) -> dict[str, str]:
        """Return the variables it runs with."""
        return make_environment(self.project, self.data, {"PORT": str(self.port), **self.variables})

    def wait_ready(self) -> float:
        """Wait until it serves; returns after how many seconds."""
        begun = time.monotonic()
        wait_for(self._is_ready, f"{self.role} to be ready", self)
        return time.monotonic() - begun

    def _is_ready(self) -> bool:
        if self.role in ("all", "web"):
            return self.health()[0] == 200
        return "ready" in self.said()

    def health(self) -> tuple[int, dict[str, Any]]:
        """Ask `/healthz`; (0, {}) while nobody listens."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as response:  # noqa: S310 - our own address
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, {}

    def lines(self) -> list[dict[str, Any]]:
        """Return what it logged. Every line must be JSON: anything else is a crash that nobody caught."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def said(self) -> set[str]:
        """Return the sentences it logged."""
        return {line["event"] for line in self.lines()}

    def child(self, name: str) -> psutil.Process:
        """Return its living child of that program."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children()
        return next(
            each for each in children if each.name() == name and each.status() != psutil.STATUS_ZOMBIE
        )

    def kill(self) -> None:
        """Kill it where it stands."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def wait_stopped(self) -> int:
        """Wait for its end; returns the exit status."""
        assert self.process is not None
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process is not None and self.process.poll() is None:
            self.ask_to_stop()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def make_environment(project: Path, data: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with what a service needs; never with servers of the machine."""
    kept = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - a child's environment
        if name not in ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL")
    }
    ours = {"VISAVIS_PROJECT": str(project), "VISAVIS_DATA": str(data), "VISAVIS_LOG": "json"}
    return {**kept, **ours, **TIMES, **variables}


def run_command(service: Service, *words: str) -> subprocess.CompletedProcess[str]:
    """Run another `visavis` command with the service's environment."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env=service.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def wait_for(check: object, what: str, service: Service) -> None:
    """Ask `check()` until it is true. Fails with the end of the service's log."""
    assert callable(check)
    deadline = time.monotonic() + PATIENCE
    while not check():
        ended = service.process is not None and service.process.poll() is not None
        if ended or time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}:\n{service.log.read_text()[-3000:]}")
        time.sleep(0.05)
