"""What a terminal sees of a migration, and its report as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.cli.files import write_json_file
from bot.cli.paragraphs import print_paragraph
from bot.nlu.wording import count, join
from bot.rasa_format.migrate.finding import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.bootstrap.migration import Migration
    from bot.domain.json import JsonObject
    from bot.rasa_format.migrate.finding import Finding

_TITLES = {
    Outcome.RUNS: "Runs as it is",
    Outcome.REPLACED: "Done otherwise from now on",
    Outcome.PERSON: "Needs a person",
}
_SINGULARS = {"entities": "entity", "stories": "story"}


def show_migration(migration: Migration, console: Console | None = None) -> None:
    """Print the report."""
    screen = console or Console(highlight=False)
    for outcome in Outcome:
        _show_findings(_TITLES[outcome], migration.of(outcome), screen)
    errors = migration.errors
    if errors:
        _title(screen, "To mend before it runs")
        for problem in errors:
            print_paragraph(screen, problem.show(), indent=2)
    if migration.variables:
        _title(screen, "Variables to set")
        for name, what in migration.variables.items():
            print_paragraph(screen, f"{name}: {what}", indent=2)
    if migration.left_out:
        _title(screen, "Not copied")
        print_paragraph(screen, ", ".join(migration.left_out), indent=2)
    screen.print()
    print_paragraph(screen, f"Written to {migration.out}: {_tell_counts(migration)}.", indent=0)
    warnings = len(migration.problems) - len(errors)
    found = join([count(len(errors), "error"), count(warnings, "warning")])
    follow = "then `visavis train --release` and `visavis serve`" if not errors else "mend the errors first"
    command = f"`VISAVIS_PROJECT={migration.out} visavis check`"
    print_paragraph(screen, f"{found}. Next: {command}, {follow}.", indent=0)


def write_json(migration: Migration, path: Path) -> None:
    """Write the report to a file. Raises `SettingsError`."""
    write_json_file(path, _as_json(migration))


def _as_json(migration: Migration) -> JsonObject:
    return {
        "out": str(migration.out),
        **{outcome.value: list(map(_finding_json, migration.of(outcome))) for outcome in Outcome},
        "variables": dict(migration.variables),
        "problems": [asdict(problem) for problem in migration.problems],
        "counts": dict(migration.counts),
        "left_out": list(migration.left_out),
    }


def _finding_json(finding: Finding) -> JsonObject:
    return {"path": finding.path, "line": finding.line, "text": finding.text}


def _show_findings(title: str, findings: Iterable[Finding], screen: Console) -> None:
    found = tuple(findings)
    if found:
        _title(screen, title)
    for finding in found:
        print_paragraph(screen, f"{finding.place}: {finding.text}", indent=2)


def _title(screen: Console, title: str) -> None:
    screen.print(Text(f"\n{title}", style="bold"))


def _tell_counts(migration: Migration) -> str:
    return ", ".join(_tell_count(number, name) for name, number in migration.counts.items() if number)


def _tell_count(number: int, plural: str) -> str:
    singular = _SINGULARS.get(plural) or plural.removesuffix("s")
    return count(number, singular, plural)
