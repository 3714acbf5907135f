"""`visavis evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.bootstrap.evaluation import Report
    from bot.nlu.evaluation_report import EvaluationReport

_LEAST_FOLDS = 2


def evaluate(
    *,
    model: Annotated[
        Path | None, typer.Option(help="The model archive to evaluate; it should not know the texts.")
    ] = None,
    nlu: Annotated[
        Path | None,
        typer.Option(help="A file or folder of Rasa NLU YAML with the texts and what they mean."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="Another model archive, to compare with: is the difference more than chance?"),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            min=_LEAST_FOLDS,
            help="Cross-validate instead: train this many times, each time without one part of the "
            "texts, and read that part. Without --nlu, the project's own examples; a --model only lends "
            "its language, encoder and thresholds.",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="With --folds and --nlu: the config.yml whose pipeline to use."),
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write all figures as JSON to this file.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write a page with pictures, one file that opens anywhere."),
    ] = None,
) -> None:
    """Measure how well texts are understood, and show what goes wrong.

    [bold]--model M --nlu FILE[/bold] lets a trained model read texts that it should not have been trained on.

    [bold]--folds 5[/bold] needs no such texts: it evaluates a training by holding out each part in turn.
    """
    from bot.cli import evaluation_view as view
    from bot.cli.training_view import show_bars

    for path in filter(None, (json, html)):
        view.check_writable(path)
    with show_bars() as report:
        if folds is None:
            found = _evaluate_model(model, nlu, against, config, report)
        else:
            if against is not None:
                raise typer.BadParameter("--against compares two trained models: leave out --folds")
            found = _cross_validate(folds, nlu, model, config, report)
    if json:
        view.write_json(found, json)
    if html:
        view.write_page(found, html)
    view.show_report(found, page=html)


def _evaluate_model(
    model: Path | None, nlu: Path | None, against: Path | None, config: Path | None, report: Report
) -> EvaluationReport:
    from bot.bootstrap.evaluation import evaluate_model

    if model is None or nlu is None:
        raise typer.BadParameter("give --model and --nlu, or --folds")
    if config is not None:
        raise typer.BadParameter("--config goes with --folds: a model has its own pipeline")
    return evaluate_model(model, nlu, against=against, report=report)


def _cross_validate(
    folds: int, nlu: Path | None, model: Path | None, config: Path | None, report: Report
) -> EvaluationReport:
    from bot.bootstrap import cross_validation
    from bot.domain.pipeline import PipelineSpec
    from bot.settings import load_settings

    if nlu is None:
        if model is not None or config is not None:
            raise typer.BadParameter("a project has its own config.yml: leave out --model and --config")
        material = cross_validation.take_project(load_settings())
    else:
        pipeline = PipelineSpec()
        if config is not None:
            pipeline = cross_validation.read_pipeline(config)
        elif model is not None:
            pipeline = cross_validation.copy_pipeline(model)
        material = cross_validation.take_files(nlu, pipeline)
    return cross_validation.evaluate_training(material, folds=folds, report=report)


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Teach")(evaluate)
