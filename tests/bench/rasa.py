"""Beside real Rasa: the demo brand in both, on one machine, one after the other, asked by the same client.

    .venv/bin/python -m tests.bench.rasa                 eight minutes, most of it training; needs `make rasa`
    .venv/bin/python -m tests.bench.rasa --seconds 30

Both are started as their users start them: `visavis serve` with embedded servers, `rasa run` with
rasa_sdk's action server beside it. Here every message and every answer is committed to PostgreSQL before it
counts, so Rasa is measured with its SQL tracker store on the same PostgreSQL, which is like with like, and
once more with its conversations in memory, as it is out of the box. Both learn everything anew, Rasa by the
pipeline that `config.yml` names. Rasa's long conversations are not talked, which would take it a quarter of
an hour, but put into its store: what it once answered, many times over.

Memory is each process's share (PSS): what processes share is counted once. It is that of all a side needs:
the server, its action server, PostgreSQL and Valkey. Starts are those of a project trained before, on a
database made before. Where a PostgreSQL stands beside Rasa, it is up before Rasa's start is timed; here it
is part of the start.
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
from urllib.parse import urlsplit

import aiohttp
import psutil
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from bot.embedded import Child, start_postgres
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
    """One side. Delays in ms, memory in MB; `rates`, `p50`, `p99` by clients, `long` by messages before.

    `memory` is of all processes, `stores` the part of PostgreSQL and Valkey. `cpu` is in ms per message
    with the most clients, of all processes. `held`: calls that found a person promised, which are no answers.
    """

    training_seconds: float = 0.0
    start_seconds: float = 0.0
    rates: tuple[float, ...] = ()
    p50: tuple[float, ...] = ()
    p99: tuple[float, ...] = ()
    long: tuple[float, ...] = ()
    cpu: float = 0.0
    memory: float = 0.0
    stores: float = 0.0
    held: int = 0
    errors: int = 0


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


async def measure(server: Server, texts: list[str], *, seconds: float, is_rasa: bool) -> Figures:
    """Load one side."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        talker = Talker(session, server.url, texts, "bench")
        await closed_loop(talker, clients=4, seconds=3)  # warm
        loads: list[Tally] = []
        before = 0.0
        for clients in CLIENTS:
            before = server.cpu()
            loads.append(await closed_loop(talker, clients=clients, seconds=seconds))
        cpu = 1000 * (server.cpu() - before) / max(1, len(loads[-1].delays) + loads[-1].held)
        memory, stores = server.memory()
        known = await find_answered(talker, load_own_questions(), most=20)
        rasa = (session, server.url) if is_rasa else None
        long = [await _delay_after(talker, known, length, rasa=rasa) for length in LENGTHS]
    return Figures(
        start_seconds=server.start_seconds,
        rates=tuple(each.rate for each in loads),
        p50=tuple(each.median for each in loads),
        p99=tuple(each.percentile(0.99) for each in loads),
        long=tuple(long),
        cpu=cpu,
        memory=memory,
        stores=stores,
        held=sum(each.held for each in loads),
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


def show(sides: dict[str, Figures], pipeline: list[str]) -> None:
    """Print the table: each side, and what the first is of each other."""
    table = Table(title=f"Beside Rasa 3.6.21, the demo brand, {os.cpu_count()} cores")
    ours, *others = sides.values()
    for heading in ("what", *sides, *(f"here / {name}" for name in list(sides)[1:])):
        table.add_column(heading)
    for what, values in list_rows(list(sides.values())):
        here, *there = values
        ratios = [f"{here / each:.2f}" if each else "" for each in there]
        table.add_row(what, *(f"{each:.1f}" for each in values), *ratios)
    console = Console()
    console.print(table)
    console.print(
        "Here and with the SQL store every message is in PostgreSQL; in memory, a restart forgets them all. "
        f"Rasa's pipeline: {', '.join(pipeline)}. Memory is of all processes a side needs. A person was "
        f"promised in {ours.held} calls here, {', '.join(str(each.held) for each in others)} there; "
        f"failed: {ours.errors} here, {', '.join(str(each.errors) for each in others)} there."
    )


def list_rows(sides: list[Figures]) -> list[tuple[str, list[float]]]:
    """Return what was measured, and its value on each side."""
    rows: list[tuple[str, list[float]]] = []
    for place, clients in enumerate(CLIENTS):
        rows += [
            (f"messages/s, clients: {clients}", [each.rates[place] for each in sides]),
            (f"p50 ms, clients: {clients}", [each.p50[place] for each in sides]),
            (f"p99 ms, clients: {clients}", [each.p99[place] for each in sides]),
        ]
    for place, length in enumerate(LENGTHS):
        rows.append((f"p50 ms after {length:,} messages", [each.long[place] for each in sides]))
    return [
        *rows,
        (f"CPU ms per message, clients: {CLIENTS[-1]}", [each.cpu for each in sides]),
        ("start to ready, s", [each.start_seconds for each in sides]),
        ("memory after load, MB", [each.memory for each in sides]),
        ("… of it PostgreSQL and Valkey", [each.stores for each in sides]),
        ("training, s", [each.training_seconds for each in sides]),
    ]


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
        copy_project(project, copy)
        shutil.copytree(project / "actions", copy / "actions")
        print("Training both …")
        trained = train_ours(project, place), train_rasa(python, copy)
        print("Talking with both …")
        sides = talk_with_all(project, copy, python, seconds=options.seconds)
    trained_by = dict(zip(sides, (trained[0], trained[1], trained[1]), strict=True))
    sides = {name: replace(each, training_seconds=trained_by[name]) for name, each in sides.items()}
    show(sides, read_pipeline(ROOT))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({name: asdict(each) for name, each in sides.items()}, indent=2) + "\n")
    return 1 if any(each.errors for each in sides.values()) else 0


def talk_with_all(project: Path, copy: Path, python: Path, *, seconds: float) -> dict[str, Figures]:
    """Load each side, one after the other, with the same texts in the same order."""
    texts = [example.text for example in load_project(project, {}).training.examples]
    Random(77).shuffle(texts)  # noqa: S311 - the same order each time
    place, found = copy.parent, {}
    with our_server(project, place) as server:
        found["here"] = asyncio.run(measure(server, texts, seconds=seconds, is_rasa=False))
    with (
        postgres(place / "postgres") as store,
        rasas_server(python, copy, place / "rasa.log", store) as server,
    ):
        found["Rasa, SQL store"] = asyncio.run(measure(server, texts, seconds=seconds, is_rasa=True))
    with rasas_server(python, copy, place / "rasa.log", None) as server:
        found["Rasa, in memory"] = asyncio.run(measure(server, texts, seconds=seconds, is_rasa=True))
    return found


def read_pipeline(root: Path) -> list[str]:
    """Return the components that `config.yml` names: what Rasa trains."""
    config = YAML(typ="safe").load(root / "config.yml")
    return [str(each["name"]) for each in config["pipeline"]]


if __name__ == "__main__":
    sys.exit(main())
