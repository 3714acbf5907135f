"""An evaluation in a terminal, as JSON and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.cli.files import write_file, write_json_file
from bot.cli.paragraphs import print_paragraph
from bot.nlu import evaluation_words as words
from bot.nlu.assessment import Assessment
from bot.nlu.confusions import Confusion
from bot.nlu.evaluation_report import EvaluationReport, render_report
from bot.nlu.trials import Trial

_PAIRS, _TEXTS, _INTENTS = 8, 2, 5
_TEXT_WIDTH = 72


def show_report(report: EvaluationReport, *, page: Path | None) -> None:
    """Show the result first, then figures, the worst of it, and what to do; `page` is where to see more."""
    console = Console(highlight=False, markup=False)  # what customers write is no markup
    found = report.subject.assessment
    console.print(Text(words.say_result(report), style="bold"))
    _show_lines(console, words.say_details(report))
    _show_lines(console, words.say_warnings(report), mark="! ", style="yellow")
    if report.versus:
        console.print(Text(f"\nAgainst {report.versus.other.name}", style="bold"))
        _show_lines(console, words.say_comparison(report.versus, found))
    console.print(Padding(_tabulate(_list_figures(found)), (1, 0, 0, 2)))
    _show_weak_intents(console, found)
    _show_confusions(console, found.confusions)
    _show_next_steps(console, words.say_next_steps(report))
    if page:
        console.print(f"\nOpen {page} in a browser to see more.", soft_wrap=True)


def write_json(report: EvaluationReport, path: Path) -> None:
    """Write all figures. Raises `SettingsError` where the file cannot be written."""
    write_json_file(path, render_report(report))


def write_page(report: EvaluationReport, path: Path) -> None:
    """Write the page with pictures. Raises `SettingsError` where the file cannot be written."""
    from bot.web.evaluation.page import render_page

    write_file(path, render_page(report))


def _list_figures(found: Assessment) -> Iterator[tuple[str, str]]:
    yield "accuracy", words.say_share(found.accuracy)
    yield "mean F1 of the intents (macro)", words.say_share(found.macro_f1)
    yield "mean F1 of the texts (weighted)", words.say_share(found.weighted_f1)
    yield "calibration error (ECE, 15 bins)", f"{found.ece:.3f}"
    yield "answered", words.say_share(found.answered)
    yield "wrong among the answered", words.say_share(found.answered_wrong)
    yield "area under risk and coverage", f"{found.coverage.area:.4f}"
    if found.out_of_scope:
        refused = words.say_share(found.out_of_scope.refused)
        yield f"refused of {found.out_of_scope.examples:,} texts out of scope", refused
    if found.keys:
        yield f"right answer of {found.keys.examples:,} retrieval texts", words.say_share(found.keys.accuracy)
    if found.entities:
        yield f"entities, F1 over {found.entities['expected']:,}", words.say_share(found.entities["f1"])


def _tabulate(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def _show_weak_intents(console: Console, found: Assessment) -> None:
    weak = sorted((score for score in found.scores if score.f1 < 1), key=lambda score: score.f1)[:_INTENTS]
    if not weak:
        return
    console.print(Text("\nWeakest intents", style="bold"))
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("intent", overflow="fold")
    for name in ("texts", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for score in weak:
        shares = (words.say_share(share) for share in (score.precision, score.recall, score.f1))
        table.add_row(score.name, str(score.examples), *shares)
    console.print(table)


def _show_confusions(console: Console, confusions: tuple[Confusion, ...]) -> None:
    if not confusions:
        return
    console.print(Text("\nWorst confusions (meant → got)", style="bold"))
    for each in confusions[:_PAIRS]:
        title = Text(f"  {each.expected} → {each.got}")
        title.append(f"  {len(each.trials)} of {each.of}", style="dim")
        console.print(title, soft_wrap=True)
        for trial in each.trials[:_TEXTS]:
            console.print(_describe(trial), soft_wrap=True)
    hidden = len(confusions) - _PAIRS
    if hidden > 0:
        console.print(Text(f"  {hidden:,} more: --html and --json name them all", style="dim"))


def _describe(trial: Trial) -> Text:
    text = Text(f"    {trial.confidence:4.0%}  ", style="dim")
    said = Text(" ".join(trial.text.split()), style="default")
    said.truncate(_TEXT_WIDTH, overflow="ellipsis")
    text.append_text(said)
    if trial.source:
        text.append(f"  {trial.source.path}:{trial.source.line}", style="cyan")
    return text


def _show_next_steps(console: Console, steps: list[str]) -> None:
    if steps:
        console.print(Text("\nWhat to do next", style="bold"))
        _show_lines(console, steps, mark="→ ", style="green")


def _show_lines(console: Console, lines: Iterable[str], *, mark: str = "", style: str = "") -> None:
    for line in lines:
        print_paragraph(console, mark + line, indent=2, style=style)
