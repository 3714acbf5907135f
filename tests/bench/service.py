"""The service under measurement: started as a user starts it, on data of its own, watched from outside."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.fakes.service import ROOT, Service

START_LIMIT = 300.0  # seconds: the first start may have to train


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Bytes held and CPU seconds since the start: of the service with its bus, and of PostgreSQL.

    Bytes are each process's share (PSS): what processes share is counted once.
    """

    service_pss: int
    service_cpu: float
    postgres_pss: int
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
                side[0] += each.memory_full_info().pss
                side[1] += times.user + times.system
            except psutil.NoSuchProcess:
                continue
        return Usage(
            service_pss=int(ours[0]),
            service_cpu=ours[1],
            postgres_pss=int(postgres[0]),
            postgres_cpu=postgres[1],
        )


@contextmanager
def running_service(project: Path | None = None) -> Iterator[RunningService]:
    """Start `visavis serve` with embedded servers on a fresh data folder; stop it afterwards.

    `project` is the folder of the brand's files; the repository's own when it is None.
    """
    with tempfile.TemporaryDirectory(prefix="visavis-bench-") as name:
        folder = Path(name)
        service = Service(
            project=project or ROOT, data=folder, log_folder=folder, times={}, patience=START_LIMIT
        )
        try:
            seconds = service.start().wait_ready()
            assert service.process is not None
            yield RunningService(url=service.url, data=folder, start_seconds=seconds, process=service.process)
        finally:
            service.close()
