"""The road under load: messages per second, delays, CPU and memory, and what a long conversation costs.

    make bench                              everything, about two minutes
    make bench ARGS="--texts FILE"          other texts: CSV with a column `text`, or one text a line
    make bench ARGS="--texts own"           the brand's own examples, from nlu_data/
    make bench ARGS="--seconds 10 --json OUT"

The load generator runs on the same machine as the service; the figures include it. Without --texts
it sends BANKING77's test set where that lies beside this folder, and the brand's own examples where it
does not. BANKING77 is strange to the demo brand: its texts are there to be understood, answered or
doubted, not to be answered well.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import platform
import statistics
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import aiohttp
from rich.console import Console
from rich.table import Table

from bot.errors import SettingsError
from bot.rasa_format.project import load_project
from tests.bench.load import (
    Talker,
    Tally,
    closed_loop,
    find_answered,
    open_loop,
    short_beside_long,
    split_texts,
)
from tests.bench.service import RunningService, running_service

BANKING77 = Path("../shared/data/banking77/test.csv")
OWN = "own"
ADVICE = f"give others with --texts FILE (CSV with a column `text`, or lines), or --texts {OWN}"
SHORT, LONG = 10, 1_000
PAIRS = 60  # messages of a short and of the long conversation whose medians are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What is said to the service, and where it comes from."""

    source: str
    lines: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything measured. Delays in ms, memory in MB, CPU in ms per message."""

    cores: int
    machine: str
    texts: str
    start_seconds: float
    clients: int
    messages_per_second: float
    busy_p50: float
    busy_p99: float
    steady_rate: float
    steady_p50: float
    steady_p99: float
    cpu_service: float
    cpu_postgres: float
    pss_service: float
    pss_postgres: float
    message_10: float
    message_1000: float
    ratio: float
    answered: int
    held: int
    errors: int


async def measure(service: RunningService, options: argparse.Namespace, texts: Texts) -> Figures:
    """Run the three loads, one after the other."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=options.clients * 2), timeout=timeout
    ) as session:
        talker = Talker(session, service.url, split_texts(texts.lines), "bench")
        await closed_loop(talker, clients=8, seconds=2)  # warm
        before = service.usage()
        busy = await closed_loop(talker, clients=options.clients, seconds=options.seconds)
        after = service.usage()
        steady = await open_loop(talker, rate=options.rate, seconds=options.seconds)
        known = await find_answered(talker, load_own_questions(), most=100)
        shorts, longs = await short_beside_long(talker, known, short=SHORT, long=LONG, pairs=PAIRS)
    early, late = statistics.median(shorts), statistics.median(longs)
    final = service.usage()
    return Figures(
        cores=os.cpu_count() or 0,
        machine=platform.machine(),
        texts=texts.source,
        start_seconds=service.start_seconds,
        clients=options.clients,
        messages_per_second=busy.rate,
        busy_p50=busy.median,
        busy_p99=busy.percentile(0.99),
        steady_rate=options.rate,
        steady_p50=steady.median,
        steady_p99=steady.percentile(0.99),
        cpu_service=_per_message(after.service_cpu - before.service_cpu, busy),
        cpu_postgres=_per_message(after.postgres_cpu - before.postgres_cpu, busy),
        pss_service=final.service_pss / 1e6,
        pss_postgres=final.postgres_pss / 1e6,
        message_10=1000 * early,
        message_1000=1000 * late,
        ratio=late / early,
        answered=len(busy.delays) + len(steady.delays),
        held=busy.held + steady.held,
        errors=busy.errors + steady.errors,
    )


def _per_message(cpu: float, tally: Tally) -> float:
    return 1000 * cpu / max(1, len(tally.delays) + tally.held)


def choose_texts(wanted: str | None) -> Texts:
    """Return what is said: of a file, or the brand's own examples. Raises `SettingsError`."""
    if wanted == OWN or (wanted is None and not BANKING77.is_file()):
        own = [example.text for example in load_project(Path(), {}).training.examples]
        Random(77).shuffle(own)  # noqa: S311 - the same order each time, not one intent after the other
        return Texts(
            source="the brand's own examples, which its model was trained on", lines=list(dict.fromkeys(own))
        )
    path = BANKING77 if wanted is None else Path(wanted)
    try:
        lines = load_texts(path)
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"the texts of {path} cannot be read ({describe(error)}): {ADVICE}") from error
    if not lines:
        raise SettingsError(f"there are no texts in {path}: {ADVICE}")
    return Texts(source=path.name, lines=lines)


def describe(error: Exception) -> str:
    """Say in words what is wrong with a file of texts."""
    if isinstance(error, KeyError):
        return "it has no column `text`"
    return (error.strerror or "") if isinstance(error, OSError) else str(error)


def load_texts(path: Path) -> list[str]:
    """Read distinct texts, one per row or line."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            found = [row["text"] for row in csv.DictReader(file)]
    else:
        found = path.read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(text.strip() for text in found if text.strip()))


def load_own_questions() -> list[str]:
    """Return the demo brand's own examples of plain questions, for a conversation the bot can hold."""
    project = load_project(Path(), {})
    return [
        example.text
        for example in project.training.examples
        if example.intent.startswith("ask_") and "order" not in example.intent
    ]


def show(figures: Figures) -> None:
    """Print the table."""
    table = Table(title=f"The road, {figures.cores} cores ({figures.machine}), load generator included")
    for heading in ("what", "here", "goal", "Rasa 3.6.21, lightest pipeline"):
        table.add_column(heading)
    memory = f"{figures.pss_service:.0f} MB + {figures.pss_postgres:.0f} MB PostgreSQL"
    cpu = f"{figures.cpu_service:.1f} ms + {figures.cpu_postgres:.1f} ms PostgreSQL"
    long = f"{figures.message_10:.1f} / {figures.message_1000:.1f} ms, ratio {figures.ratio:.2f}"
    delays = f"{figures.busy_p50:.0f} / {figures.busy_p99:.0f} ms"
    steady = f"{figures.steady_p50:.0f} / {figures.steady_p99:.0f} ms"
    table.add_row(
        f"messages/s, {figures.clients} clients", f"{figures.messages_per_second:.0f}", "≥ 200", "71"
    )
    table.add_row(f"p50 / p99, {figures.clients} clients", delays, "", "p99 1,534 ms")
    table.add_row(f"p50 / p99 at {figures.steady_rate:.0f} messages/s", steady, "p99 ≤ 100 ms", "")
    table.add_row("message 10 / message 1,000 of one conversation", long, "≤ 1.1", "58 → 4.0 messages/s")
    table.add_row("CPU per message", cpu, "", "")
    table.add_row("memory (PSS)", memory, "≤ 500 MB", "573 MB")
    table.add_row("start to ready", f"{figures.start_seconds:.1f} s", "", "9.8 s")
    console = Console()
    console.print(table)
    console.print(
        f"Texts: {figures.texts}. {figures.answered} answered by the bot, "
        f"{figures.held} found a person had been asked for, "
        f"{figures.errors} failed. The Rasa column was measured on another run of a 2-core machine."
    )


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="visavis bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--texts", help=f"a CSV with a column `text`, a file of lines, or {OWN!r}")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rate", type=float, default=50, help="messages a second of the steady load")
    parser.add_argument("--seconds", type=float, default=20, help="how long each load runs")
    parser.add_argument("--json", type=Path, default=Path("tests/bench/results/road.json"))
    return parser.parse_args()


def main() -> int:
    """Measure, print, write JSON."""
    options = parse_arguments()
    try:
        texts = choose_texts(options.texts)
    except SettingsError as error:
        sys.stderr.write(f"visavis: {error}\n")
        return 2
    print(f"Sending {len(texts.lines)} texts: {texts.source}. --texts FILE takes others.")
    with running_service() as service:
        figures = asyncio.run(measure(service, options, texts))
    show(figures)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    return 1 if figures.errors else 0


if __name__ == "__main__":
    sys.exit(main())
