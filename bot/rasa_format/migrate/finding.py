"""What a migration found: what runs as it is, what is done otherwise, what a person must look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What becomes of a part of the project."""

    RUNS = "runs"
    REPLACED = "replaced"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part. `path` is relative to the project, `line` counts from 1; None means the whole file."""

    outcome: Outcome
    text: str
    path: str
    line: int | None = None

    @property
    def place(self) -> str:
        """File and line, the way editors and terminals make clickable."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Findings:
    """Collects findings about one file after the other, each once."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def runs(self, path: str, text: str, line: int | None = None) -> None:
        """Note what needs no change."""
        self._found[Finding(outcome=Outcome.RUNS, text=text, path=path, line=line)] = None

    def replaced(self, path: str, text: str, line: int | None = None) -> None:
        """Note what is done otherwise from now on."""
        self._found[Finding(outcome=Outcome.REPLACED, text=text, path=path, line=line)] = None

    def person(self, path: str, text: str, line: int | None = None) -> None:
        """Note what somebody must look at."""
        self._found[Finding(outcome=Outcome.PERSON, text=text, path=path, line=line)] = None

    def of(self, outcome: Outcome) -> tuple[Finding, ...]:
        """Return what came out so, in the order it was found."""
        return tuple(found for found in self._found if found.outcome is outcome)
