"""What is wrong with a project file: collected while reading, so that all of it can be shown at once."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.domain.example import Source

_MOST_TOLD = 20


class Severity(StrEnum):
    """An `error` keeps the project from loading or from working; a `warning` does not.

    A `note` says what is done otherwise than in Rasa, where nothing needs mending.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake. `path` is relative to the project; `line` counts from 1, None means the whole file.

    A `contradiction` is a warning about examples that cannot all be learned, which `--strict` refuses.
    """

    path: str
    line: int | None
    severity: Severity
    text: str
    contradiction: bool = False

    def show(self) -> str:
        """Return it as one line, the way editors and terminals make clickable."""
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.severity}: {self.text}"


class Problems:
    """Collects problems in any order; gives them back by file and line, each once.

    `unreadable` names the files of which nothing could be read: what they define is not known.
    """

    def __init__(self) -> None:
        self.unreadable: set[str] = set()
        self._found: dict[Problem, None] = {}

    def error(self, source: Source, text: str) -> None:
        """Note what must be mended at `source`."""
        self.tell(source, Severity.ERROR, text)

    def warn(self, source: Source, text: str) -> None:
        """Note what works, but probably not as meant."""
        self.tell(source, Severity.WARNING, text)

    def contradict(self, source: Source, text: str) -> None:
        """Warn of examples that cannot all be learned as they stand."""
        self.add(
            Problem(
                path=source.path,
                line=source.line or None,
                severity=Severity.WARNING,
                text=text,
                contradiction=True,
            )
        )

    def tell(self, source: Source, severity: Severity, text: str) -> None:
        """Note what is to be said at `source`."""
        self.add(Problem(path=source.path, line=source.line or None, severity=severity, text=text))

    def add(self, problem: Problem) -> None:
        """Note a problem; the same one twice counts once."""
        self._found[problem] = None

    def __iter__(self) -> Iterator[Problem]:
        """Yield by file, then line."""
        return iter(sorted(self._found, key=lambda found: (found.path, found.line or 0, found.text)))

    @property
    def errors(self) -> list[Problem]:
        """The errors among them, by file and line."""
        return [problem for problem in self if problem.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Problem]:
        """The warnings among them, contradictions included, by file and line."""
        return [problem for problem in self if problem.severity is Severity.WARNING]

    @property
    def contradictions(self) -> list[Problem]:
        """The contradictions among them, by file and line."""
        return [problem for problem in self if problem.contradiction]

    def raise_first_error(self) -> None:
        """Raise the first error as `ProjectError`; warnings never stop anything."""
        for problem in self.errors[:1]:
            raise ProjectError(problem.path, problem.line, problem.text)

    def raise_errors(self) -> None:
        """Raise all errors as one `ProjectError`: the first in its fields, each on a line of its text."""
        errors = self.errors
        lines = [problem.show() for problem in errors[1:_MOST_TOLD]]
        if len(errors) > _MOST_TOLD:
            lines.append(f"… and {len(errors) - _MOST_TOLD} more: `visavis check` shows them all")
        for first in errors[:1]:
            raise ProjectError(first.path, first.line, "\n".join((first.text, *lines)))


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return " Did you mean `x`?" for the nearest known name, or nothing."""
    nearest = get_close_matches(name, known, n=1, cutoff=0.65)
    return f" Did you mean `{nearest[0]}`?" if nearest else ""
