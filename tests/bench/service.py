"""The service under measurement: started as a user starts it, on data of its own, watched from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

START_LIMIT = 300.0  # seconds: the first start may have to train


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Resident bytes and CPU seconds since the start: of the service with its bus, and of PostgreSQL."""

    service_rss: int
    service_cpu: float
    postgres_rss: int
    postgres_cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningService:
    """Where it listens, where its data lies, how long it took to be ready, and its process."""

    url: str
    data: Path
    start_seconds: float
    process: subprocess.Popen[bytes]

    def usage(self) -> Usage:
        """Read what the process tree uses now."""
        root = psutil.Process(self.process.pid)
        ours, postgres = [0.0, 0.0], [0.0, 0.0]
        for each in (root, *root.children(recursive=True)):
            try:
                side = postgres if each.name().startswith("postgres") else ours
                times = each.cpu_times()
                # PostgreSQL's processes share their buffers: counted once, in proportion.
                side[0] += each.memory_full_info().pss if side is postgres else each.memory_info().rss
                side[1] += times.user + times.system
            except psutil.NoSuchProcess:
                continue
        return Usage(
            service_rss=int(ours[0]),
            service_cpu=ours[1],
            postgres_rss=int(postgres[0]),
            postgres_cpu=postgres[1],
        )


@contextmanager
def running_service(project: Path | None = None) -> Iterator[RunningService]:
    """Start `visavis serve` with embedded servers on a fresh data folder; stop it afterwards.

    `project` is the folder of the brand's files; the repository's own when it is None.
    """
    with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
        port = find_free_port()
        # The tests' own process environment is the service's, but for where its data lies.
        environment = {**os.environ, "PORT": str(port), "VISAVIS_DATA": folder}  # noqa: TID251
        if project is not None:
            environment["VISAVIS_PROJECT"] = str(project)
        for name in ("DATABASE_URL", "REDIS_URL"):
            environment.pop(name, None)
        begun = time.monotonic()
        with Path(folder, "serve.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], env=environment, stdout=output, stderr=output
            )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(url, process, Path(folder, "serve.log"))
            yield RunningService(
                url=url, data=Path(folder), start_seconds=time.monotonic() - begun, process=process
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    """Wait for `/healthz` to say ready. Raises `RuntimeError` with the service's words otherwise."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the service did not become ready:\n{output.read_text()[-2000:]}")


def find_free_port() -> int:
    """Return a TCP port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
