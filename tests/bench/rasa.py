"""Beside real Rasa: the demo brand in both, on one machine, one after the other, asked by the same client.

    .venv/bin/python -m tests.bench.rasa                 six minutes, most of it training; needs `make rasa`
    .venv/bin/python -m tests.bench.rasa --seconds 30

Both are started as their users start them: `visavis serve` with embedded servers, `rasa run` with its
conversations in memory and rasa_sdk's action server beside it. Both learn everything anew. Rasa's long
conversations are not talked, which would take it a quarter of an hour, but put into its memory: what it once
answered, many times over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import psutil
from rich.console import Console
from rich.table import Table

from bot.engines.rasa.project_copy import copy_project
from bot.rasa_format.project import load_project
from tests.bench.load import Talker, Tally, closed_loop, find_answered
from tests.bench.road import load_own_questions
from tests.fakes.service import ROOT, Service, find_free_port
from tests.rasa.oracle import find_python

LENGTHS = (10, 100, 1_000)
CLIENTS = (1, 16)
_PAIRS = 15  # messages whose median stands for a length
_PATIENCE = 300.0
_SENDER = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One side. Delays in ms, memory in MB; `rates`, `p50`, `p99` by clients, `long` by messages before."""

    training_seconds: float = 0.0
    start_seconds: float = 0.0
    rates: tuple[float, ...] = ()
    p50: tuple[float, ...] = ()
    p99: tuple[float, ...] = ()
    long: tuple[float, ...] = ()
    memory: float = 0.0
    errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A side that runs."""

    url: str
    start_seconds: float
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """Return what its processes hold, in MB; what PostgreSQL's share is counted once."""
        root = psutil.Process(self.process.pid)
        return sum(_held(each) for each in (root, *root.children(recursive=True))) / 1e6


def _held(process: psutil.Process) -> float:
    try:
        shares = process.name().startswith("postgres")
        return float(process.memory_full_info().pss if shares else process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0.0


def make_project(place: Path) -> Path:
    """Copy the brand, its REST account the only one."""
    place.mkdir()
    for name in ("nlu_data", "actions"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, place / name)
    return place


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


def train_rasa(python: Path, copy: Path) -> float:
    """Train there, in a copy of the project."""
    command = [str(python), "-m", "rasa", "train", "--data", "nlu_data", "--fixed-model-name", "model"]
    return run_timed(command, folder=copy, variables=QUIET, log=copy / "train.log")


QUIET = {"RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", "SANIC_HOST": "127.0.0.1"}


@contextmanager
def our_server(project: Path, place: Path) -> Iterator[Server]:
    """Start `visavis serve`."""
    service = Service(
        project=project, data=place / "data", log_folder=place, times={}, patience=_PATIENCE
    ).start()
    try:
        seconds = service.wait_ready()
        assert service.process is not None
        yield Server(url=service.url, start_seconds=seconds, process=service.process)
    finally:
        service.close()


@contextmanager
def rasas_server(python: Path, copy: Path, log: Path) -> Iterator[Server]:
    """Start `rasa run` and its action server; the time is that of the slower, which is Rasa."""
    actions, port = find_free_port(), find_free_port()
    (copy / "endpoints.yml").write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n")
    (copy / "credentials.yml").write_text("rest:\n")
    began = time.perf_counter()
    acting = _start([str(python), "-m", "rasa_sdk", "--actions", "actions", "-p", str(actions)], copy, log)
    where = ("-i", "127.0.0.1", "-p", str(port), "--enable-api")
    process = _start([str(python), "-m", "rasa", "run", *where], copy, log)
    url = f"http://127.0.0.1:{port}"
    try:
        asyncio.run(_wait_ready(f"{url}/status", process))
        yield Server(url=url, start_seconds=time.perf_counter() - began, process=process)
    finally:
        for each in (process, acting):
            each.terminate()
            each.wait(30)


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


async def measure(server: Server, texts: list[str], *, seconds: float, is_rasa: bool) -> Figures:
    """Load one side."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        talker = Talker(session, server.url, texts, "bench")
        await closed_loop(talker, clients=4, seconds=3)  # warm
        loads = [await closed_loop(talker, clients=clients, seconds=seconds) for clients in CLIENTS]
        memory = server.memory()
        known = await find_answered(talker, load_own_questions(), most=20)
        rasa = (session, server.url) if is_rasa else None
        long = [await _delay_after(talker, known, length, rasa=rasa) for length in LENGTHS]
    return Figures(
        start_seconds=server.start_seconds,
        rates=tuple(each.rate for each in loads),
        p50=tuple(each.median for each in loads),
        p99=tuple(each.percentile(0.99) for each in loads),
        long=tuple(long),
        memory=memory,
        errors=sum(each.errors for each in loads),
    )


async def _delay_after(
    talker: Talker, texts: list[str], length: int, *, rasa: tuple[aiohttp.ClientSession, str] | None
) -> float:
    """Return the median delay, in ms, of messages after `length` others."""
    sender = f"{_SENDER}-{length}"
    talked = min(length, LENGTHS[0]) if rasa else length
    for number in range(talked):
        await talker.say(sender, Tally(), texts[number % len(texts)])
    if rasa and length > talked:
        session, base = rasa
        await _lengthen(session, f"{base}/conversations/{sender}/tracker", length / talked)
    tally = Tally()
    for number in range(_PAIRS):
        await talker.say(sender, tally, texts[number % len(texts)])
    return 1000 * statistics.median(tally.delays)


async def _lengthen(session: aiohttp.ClientSession, tracker: str, times: float) -> None:
    """Put what was said into Rasa's memory many times over, each time before it was said."""
    async with session.get(tracker, params={"include_events": "ALL"}) as answer:
        events: list[dict[str, Any]] = (await answer.json())["events"]
    first = next(place for place, event in enumerate(events) if event["event"] == "user")
    start, talk = events[:first], events[first:]
    span = talk[-1]["timestamp"] - talk[0]["timestamp"] + 0.001
    copies = int(times)
    longer = [
        {**event, "timestamp": event["timestamp"] - span * (copies - 1 - number)}
        for number in range(copies)
        for event in talk
    ]
    early = [{**event, "timestamp": event["timestamp"] - span * copies} for event in start]
    async with session.put(f"{tracker}/events", json=[*early, *longer]) as answer:
        answer.raise_for_status()


def show(ours: Figures, rasas: Figures) -> None:
    """Print the table."""
    table = Table(title=f"Beside Rasa 3.6.21, the demo brand, {os.cpu_count()} cores")
    for heading in ("what", "here", "Rasa", "here / Rasa"):
        table.add_column(heading)
    rows: list[tuple[str, float, float]] = []
    for place, clients in enumerate(CLIENTS):
        rows += [
            (f"messages/s, clients: {clients}", ours.rates[place], rasas.rates[place]),
            (f"p50 ms, clients: {clients}", ours.p50[place], rasas.p50[place]),
            (f"p99 ms, clients: {clients}", ours.p99[place], rasas.p99[place]),
        ]
    for place, length in enumerate(LENGTHS):
        rows.append((f"p50 ms after {length:,} messages", ours.long[place], rasas.long[place]))
    rows += [
        ("start to ready, s", ours.start_seconds, rasas.start_seconds),
        ("memory after load, MB", ours.memory, rasas.memory),
        ("training, s", ours.training_seconds, rasas.training_seconds),
    ]
    for what, here, there in rows:
        table.add_row(what, f"{here:.1f}", f"{there:.1f}", f"{here / there:.2f}" if there else "")
    console = Console()
    console.print(table)
    console.print(
        "Memory here includes PostgreSQL and Valkey; Rasa's is without its action server. "
        f"Failed: {ours.errors} here, {rasas.errors} there."
    )


def main() -> int:
    """Measure, print, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15, help="how long each load runs")
    parser.add_argument("--json", type=Path, default=Path("tests/bench/results/rasa.json"))
    options = parser.parse_args()
    python = find_python()
    if python is None:
        print("Real Rasa is not installed here, so nothing is measured beside it: make rasa")
        return 0
    with tempfile.TemporaryDirectory(prefix="visavis-beside-rasa-") as name:
        place = Path(name)
        project, copy = make_project(place / "project"), place / "copy"
        texts = [example.text for example in load_project(project, {}).training.examples]
        Random(77).shuffle(texts)  # noqa: S311 - the same order each time
        copy_project(project, copy)
        shutil.copytree(project / "actions", copy / "actions")
        print("Training both …")
        trained = train_ours(project, place), train_rasa(python, copy)
        print("Talking with both …")
        with our_server(project, place) as server:
            ours = asyncio.run(measure(server, texts, seconds=options.seconds, is_rasa=False))
        with rasas_server(python, copy, place / "rasa.log") as server:
            rasas = asyncio.run(measure(server, texts, seconds=options.seconds, is_rasa=True))
    ours, rasas = replace(ours, training_seconds=trained[0]), replace(rasas, training_seconds=trained[1])
    show(ours, rasas)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"here": asdict(ours), "rasa": asdict(rasas)}, indent=2) + "\n")
    return 1 if ours.errors or rasas.errors else 0


if __name__ == "__main__":
    sys.exit(main())
