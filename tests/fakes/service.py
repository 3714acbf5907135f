"""`visavis serve` as a process of its own: started, watched, killed, and started again on the same data."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds for anything that should take two, or train a small model
_PORTS = 20_000, 32_000
_random = SystemRandom()  # pytest-randomly seeds the common one alike in every process
# Short times, so that what a dead process held is free again within the test.
SHORT_TIMES = {
    "VISAVIS_LEASE_SECONDS": "1.5",
    "VISAVIS_TURN_SECONDS": "1",
    "VISAVIS_SEND_SECONDS": "1",
    "VISAVIS_SWEEP_SECONDS": "0.3",
    "VISAVIS_REST_WAIT_SECONDS": "2",
}


def find_free_port() -> int:
    """Return a TCP port of the loopback that nobody listens on.

    It is below those that systems give to whoever asks for any port: until the service binds it, or while it
    is started again, none of what other tests open can get it.
    """
    while True:
        port = _random.randrange(*_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(slots=True, kw_only=True)
class Service:
    """One process of a role on a data folder, or on servers given by `variables`.

    `patience` is in seconds; a first start may have to train.
    """

    project: Path
    data: Path
    log_folder: Path
    role: str = "all"
    variables: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, str] = field(default_factory=lambda: SHORT_TIMES)
    patience: float = PATIENCE
    port: int = field(default_factory=find_free_port)
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Where its standard error goes: JSON lines, of all its lives."""
        return self.log_folder / f"{self.role}.{self.port}.log"

    @property
    def banner(self) -> str:
        """What its last life said to people."""
        return self._output.read_text()

    @property
    def _output(self) -> Path:
        return self.log.with_suffix(".out")

    def start(self) -> Service:
        """Start it, without waiting."""
        self.begun = time.monotonic()
        with self.log.open("ab") as log, self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve", "--role", self.role],
                cwd=ROOT,
                env=self.environment(),
                stdout=output,
                stderr=log,
            )
        return self

    def environment(self) -> dict[str, str]:
        """Return the variables it runs with."""
        chosen = {"PORT": str(self.port), **self.times, **self.variables}
        return make_environment(self.project, self.data, chosen)

    def wait_ready(self) -> float:
        """Wait until it serves; returns how many seconds after its start."""
        wait_for(self._is_ready, f"{self.role} to be ready", self)
        return time.monotonic() - self.begun

    def _is_ready(self) -> bool:
        if self.role in ("all", "web"):
            return self.health()[0] == 200
        return "ready" in self.said()

    def health(self) -> tuple[int, dict[str, Any]]:
        """Ask `/healthz`; (0, {}) while nobody listens."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=20) as response:  # noqa: S310 - our own address
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, {}

    def ask(self, text: str, sender: str) -> list[dict[str, Any]]:
        """Write as a customer of an app of the brand; returns what is answered."""
        body = json.dumps({"sender": sender, "message": text}).encode()
        request = urllib.request.Request(f"{self.url}/webhooks/rest/webhook", body)  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310 - the same
            answer: list[dict[str, Any]] = json.load(response)
        return answer

    def lines(self) -> list[dict[str, Any]]:
        """Return what it logged. Every line must be JSON: anything else is a crash that nobody caught.

        What has no end yet is being written just now.
        """
        whole, _, _ = self.log.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def said(self) -> set[str]:
        """Return the sentences it logged."""
        return {line["event"] for line in self.lines()}

    def wait_for_child(self, name: str) -> psutil.Process:
        """Return its living child of that program; one that died is waited for until it is back."""
        found: list[psutil.Process] = []

        def is_there() -> bool:
            found.extend(self._find_children(name))
            return bool(found)

        wait_for(is_there, f"a child {name}", self)
        return found[0]

    def _find_children(self, name: str) -> Iterator[psutil.Process]:
        assert self.process is not None
        for each in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                if each.name() == name and each.status() != psutil.STATUS_ZOMBIE:
                    yield each

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
    return {**kept, **ours, **variables}


def run_command(service: Service, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run another `visavis` command with the service's environment; `typed` is its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env=service.environment(),
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def wait_for(check: object, what: str, service: Service) -> None:
    """Ask `check()` until it is true. Fails with the end of the service's log."""
    assert callable(check)
    deadline = time.monotonic() + service.patience
    while not check():
        ended = service.process is not None and service.process.poll() is not None
        if ended or time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}:\n{service.log.read_text()[-3000:]}")
        time.sleep(0.05)
