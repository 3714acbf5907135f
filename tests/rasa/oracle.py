"""The process in which real Rasa runs (`real_rasa.py`), and how to ask it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.rasa.projects import Prepared

_HERE = Path(__file__).parent
REPOSITORY = _HERE.parents[1]


class Refused(Exception):
    """Rasa does not take a project, or fell over a conversation; says why."""


def find_python() -> Path | None:
    """Return the Python of Rasa's environment: `VISAVIS_RASA_PYTHON`, or what `make rasa` builds."""
    named = os.environ.get("VISAVIS_RASA_PYTHON")  # noqa: TID251 - where Rasa is concerns the tests alone
    python = Path(named) if named else REPOSITORY / ".rasa" / "bin" / "python"
    return python if python.exists() else None


def need_python() -> Path:
    """Return the same, or skip the test."""
    python = find_python()
    if python is None:
        pytest.skip("Rasa is not installed here: make rasa")
    return python


@dataclass
class Oracle:
    """Real Rasa. Use as a context manager; the process starts with it and ends with it."""

    python: Path
    log: Path
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        """Start the process; it imports Rasa meanwhile."""
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [self.python, _HERE / "real_rasa.py"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self.log.parent,
            )
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        assert self._process is not None
        self._process.communicate(timeout=30)  # closes its input, at which it stops

    def train(self, project: Prepared) -> dict[str, Any]:
        """Train a project; return what the policies of the model know, by the name of their file."""
        answer = self._ask(do="train", project=str(project.root), domain=project.domain, data=[project.data])
        tables: dict[str, Any] = answer["tables"]
        return tables

    def talk(self, project: Prepared, conversation: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Have a conversation; return what is observed after each turn."""
        answer = self._ask(do="talk", project=str(project.root), conversation=list(conversation))
        turns: list[dict[str, Any]] = answer["turns"]
        return turns

    def _ask(self, **request: Any) -> dict[str, Any]:
        assert self._process is not None
        to_rasa, from_rasa = self._process.stdin, self._process.stdout
        assert to_rasa is not None
        assert from_rasa is not None
        answer = _exchange(to_rasa, from_rasa, request)
        if answer is None:
            raise Refused(f"the process ended; its last words are in {self.log}")
        if "refused" in answer:
            raise Refused(answer["refused"] + "\n" + answer.get("trace", ""))
        return answer


def _exchange(to_rasa: IO[str], from_rasa: IO[str], request: dict[str, Any]) -> dict[str, Any] | None:
    to_rasa.write(json.dumps(request) + "\n")
    to_rasa.flush()
    line = from_rasa.readline()
    answer: dict[str, Any] | None = json.loads(line) if line else None
    return answer


def run_script(script: Path, *arguments: Path, home: Path) -> list[Any]:
    """Run a program in Rasa's environment; returns the JSON of each line that it writes.

    It works in `home`: Rasa keeps a cache of trainings where it works, and two at once spoil each other's.
    """
    done = subprocess.run(
        [need_python(), script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={"RASA_TELEMETRY_ENABLED": "false", "PATH": "/usr/bin:/bin", "HOME": str(home)},
    )
    assert done.returncode == 0, f"{script.name} ended with {done.returncode}:\n{done.stderr[-4000:]}"
    return [json.loads(line) for line in done.stdout.splitlines()]
