"""What the doctor found, in a terminal, as JSON and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.cli.files import write_file, write_json_file
from bot.cli.paragraphs import print_paragraph
from bot.nlu.doctor.diagnosis import Diagnosis, Group
from bot.nlu.doctor.diagnosis_json import render_diagnosis
from bot.nlu.doctor.finding import Finding, Severity

MOST_SHOWN = 5
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.HINT: "dim"}


def show_diagnosis(diagnosis: Diagnosis, *, most: int | None) -> None:
    """Show the sentence, then each group with its worst findings (`most` None: with all of them)."""
    console = Console(highlight=False, markup=False)  # what examples say is no markup
    console.print(Text(diagnosis.sentence, style="bold"))
    hidden = 0
    for group in diagnosis.groups:
        shown = group.findings[:most]
        hidden += len(group.findings) - len(shown)
        _show_group(console, group, shown)
    if hidden:
        console.print(f"\n{hidden:,} more: `visavis doctor --all` shows them here, --json FILE writes them.")


def _show_group(console: Console, group: Group, shown: Sequence[Finding]) -> None:
    console.print(Text(f"\n{group.title} ({len(group.findings):,})", style="bold"))
    for finding in shown:
        _show_finding(console, finding)
    if len(shown) < len(group.findings):
        console.print(f"  … and {len(group.findings) - len(shown):,} more")


def _show_finding(console: Console, finding: Finding) -> None:
    head = Text(finding.severity.value, style=_STYLES[finding.severity])
    where = finding.places[0].where if finding.places else ""
    head.append(f"  {where}" if where else "", style="cyan")
    head.append(f"  {finding.sureness}" if finding.sureness else "", style="dim")
    console.print(Text("  ").append_text(head), soft_wrap=True)
    print_paragraph(console, finding.says, indent=4)
    print_paragraph(console, f"→ {finding.proposal}", indent=4, style="green")


def write_json(diagnosis: Diagnosis, path: Path) -> None:
    """Write all findings. Raises `SettingsError` where the file cannot be written."""
    write_json_file(path, render_diagnosis(diagnosis))


def write_page(diagnosis: Diagnosis, path: Path) -> None:
    """Write all findings as one page. Raises `SettingsError` where the file cannot be written."""
    from bot.web.doctor_page import render_page

    write_file(path, render_page(diagnosis))
