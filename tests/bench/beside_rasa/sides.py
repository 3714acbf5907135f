"""The two sides: each trained from the same files and started as its users start it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import psutil

from bot.embedded import Child, start_postgres
from tests.fakes.service import ROOT, Service, find_free_port

_PATIENCE = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A side that runs: its processes, with their children."""

    url: str
    start_seconds: float
    pids: tuple[int, ...]

    def memory(self) -> tuple[float, float]:
        """Return what it holds, and what part of that its stores hold, in MB; what is shared counts once."""
        held = [(_is_store(each), each.memory_full_info().pss / 1e6) for each in self._processes()]
        return sum(size for _, size in held), sum(size for is_store, size in held if is_store)

    def cpu(self) -> float:
        """Return the CPU seconds its living processes have taken."""
        return sum(sum(each.cpu_times()[:2]) for each in self._processes())

    def _processes(self) -> list[psutil.Process]:
        roots = [psutil.Process(pid) for pid in self.pids]
        return [each for root in roots for each in (root, *root.children(recursive=True))]


def _is_store(process: psutil.Process) -> bool:
    return process.name().startswith(("postgres", "valkey"))


def run_timed(command: list[str], *, folder: Path, variables: dict[str, str], log: Path) -> float:
    """Run a command to its end; returns its seconds. Fails with the end of what it said."""
    began = time.perf_counter()
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **variables},  # noqa: TID251 - a child's environment
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:4])} failed:\n{log.read_text()[-3000:]}")
    return time.perf_counter() - began


def train_ours(project: Path, place: Path) -> float:
    """Train here, without what earlier trainings left behind."""
    variables = {
        "VISAVIS_PROJECT": str(project),
        "VISAVIS_DATA": str(place / "data"),
        "XDG_CACHE_HOME": str(place / "cache"),
    }
    command = [sys.executable, "-m", "bot", "train"]
    return run_timed(command, folder=ROOT, variables=variables, log=place / "train.log")


def train_rasa(python: Path, copy: Path, data: str) -> float:
    """Train there, in a copy of the project."""
    command = [str(python), "-m", "rasa", "train", "--data", data, "--fixed-model-name", "model"]
    return run_timed(command, folder=copy, variables=QUIET, log=copy / "train.log")


QUIET = {"RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", "SANIC_HOST": "127.0.0.1"}


@contextmanager
def our_server(project: Path, place: Path) -> Iterator[Server]:
    """Start `visavis serve` a second time: the first makes the database and puts the model in service."""
    service = Service(project=project, data=place / "data", log_folder=place, times={}, patience=_PATIENCE)
    try:
        service.start().wait_ready()
        service.close()
        seconds = service.start().wait_ready()
        assert service.process is not None
        yield Server(url=service.url, start_seconds=seconds, pids=(service.process.pid,))
    finally:
        service.close()


@contextmanager
def rasas_server(python: Path, copy: Path, log: Path, store: Child | None) -> Iterator[Server]:
    """Start `rasa run` and its action server; the time is that of the slower, which is Rasa.

    Its conversations lie in `store`, or in its memory.
    """
    actions, port = find_free_port(), find_free_port()
    endpoints = f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n"
    (copy / "endpoints.yml").write_text(endpoints + (_describe_store(store) if store else ""))
    (copy / "credentials.yml").write_text("rest:\n")
    began = time.perf_counter()
    acting = _start([str(python), "-m", "rasa_sdk", "--actions", "actions", "-p", str(actions)], copy, log)
    where = ("-i", "127.0.0.1", "-p", str(port), "--enable-api")
    process = _start([str(python), "-m", "rasa", "run", *where], copy, log)
    url = f"http://127.0.0.1:{port}"
    try:
        asyncio.run(_wait_ready(f"{url}/status", process))
        pids = (process.pid, acting.pid, *([store.pid] if store else []))
        yield Server(url=url, start_seconds=time.perf_counter() - began, pids=pids)
    finally:
        for each in (process, acting):
            each.terminate()
            each.wait(30)


def _describe_store(store: Child) -> str:
    """Say in Rasa's words where conversations are kept."""
    address = urlsplit(store.url)
    return f"""tracker_store:
  type: SQL
  dialect: postgresql
  url: {address.hostname}
  port: {address.port}
  db: {address.path.strip("/")}
  username: {address.username}
  password: {address.password}
"""


@contextmanager
def postgres(place: Path) -> Iterator[Child]:
    """Run the PostgreSQL that `visavis serve` runs, with its settings."""
    store = start_postgres(place)
    try:
        yield store
    finally:
        store.stop()


def _start(command: list[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        environment = {**os.environ, **QUIET}  # noqa: TID251 - a child's environment
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)


async def _wait_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    async with aiohttp.ClientSession() as session:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise SystemExit("Rasa did not start")
