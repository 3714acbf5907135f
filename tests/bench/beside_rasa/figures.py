"""What is measured of each side, and the table of it."""

from __future__ import annotations

import os
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

LENGTHS = (10, 100, 1_000)
CLIENTS = (1, 16)


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


def show(project: str, sides: dict[str, Figures], pipeline: tuple[str, ...]) -> None:
    """Print the table: each side, and what the first is of each other."""
    table = Table(title=f"Beside Rasa 3.6.21, {project}, {os.cpu_count()} cores")
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
        f"failed: {ours.errors} here, {', '.join(str(each.errors) for each in others)} there. "
        "The texts recur, as customers' do; here, what short ones mean is remembered."
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
