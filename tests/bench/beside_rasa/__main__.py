"""Beside real Rasa: the same project in both, on one machine, one after the other, asked by the same client.

    .venv/bin/python -m tests.bench.beside_rasa                     both projects; needs `make rasa`
    .venv/bin/python -m tests.bench.beside_rasa --project starter
    .venv/bin/python -m tests.bench.beside_rasa --seconds 30

The projects are the demo brand, which Rasa reads with its lightest pipeline, and what `rasa init` makes,
which it reads and predicts with its defaults (DIET and TED). About seven minutes each, most of it training.

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
import shutil
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from bot.engines.rasa.project_copy import copy_project
from tests.bench.beside_rasa.figures import Figures, show
from tests.bench.beside_rasa.projects import PROJECTS, Compared
from tests.bench.beside_rasa.sides import our_server, postgres, rasas_server, train_ours, train_rasa
from tests.bench.beside_rasa.talk import measure
from tests.rasa.oracle import find_python


def main() -> int:
    """Measure, print, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--project", choices=sorted(PROJECTS), action="append", help="one of them alone")
    parser.add_argument("--seconds", type=float, default=15, help="how long each load runs")
    parser.add_argument("--json", type=Path, default=Path("tests/bench/results/rasa.json"))
    options = parser.parse_args()
    python = find_python()
    if python is None:
        print("Real Rasa is not installed here, so nothing is measured beside it: make rasa")
        return 0
    found = {name: compare(name, python, options.seconds) for name in options.project or PROJECTS}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    written = {name: {side: asdict(each) for side, each in sides.items()} for name, sides in found.items()}
    options.json.write_text(json.dumps(written, indent=2) + "\n")
    return 1 if any(each.errors for sides in found.values() for each in sides.values()) else 0


def compare(name: str, python: Path, seconds: float) -> dict[str, Figures]:
    """Train a project in both, talk with both, print the table."""
    with tempfile.TemporaryDirectory(prefix="visavis-beside-rasa-") as folder:
        place = Path(folder)
        project, copy = PROJECTS[name](place / "project", python), place / "copy"
        copied = copy_project(project.root, copy)
        shutil.copytree(project.root / "actions", copy / "actions")
        print(f"Training both: {project.name} …")
        trained = train_ours(project.root, place), train_rasa(python, copy, copied.data)
        print("Talking with both …")
        sides = talk_with_all(project, copy, python, seconds=seconds)
    trained_by = dict(zip(sides, (trained[0], trained[1], trained[1]), strict=True))
    sides = {side: replace(each, training_seconds=trained_by[side]) for side, each in sides.items()}
    show(project.name, sides, project.pipeline)
    return sides


def talk_with_all(project: Compared, copy: Path, python: Path, *, seconds: float) -> dict[str, Figures]:
    """Load each side, one after the other, with the same dialogues in the same order."""
    place, found = copy.parent, {}
    with our_server(project.root, place) as server:
        found["here"] = asyncio.run(measure(server, project, seconds=seconds, is_rasa=False))
    with (
        postgres(place / "postgres") as store,
        rasas_server(python, copy, place / "rasa.log", store) as server,
    ):
        found["Rasa, SQL store"] = asyncio.run(measure(server, project, seconds=seconds, is_rasa=True))
    with rasas_server(python, copy, place / "rasa.log", None) as server:
        found["Rasa, in memory"] = asyncio.run(measure(server, project, seconds=seconds, is_rasa=True))
    return found


if __name__ == "__main__":
    sys.exit(main())
