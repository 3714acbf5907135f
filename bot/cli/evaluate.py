"""`visavis evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.bootstrap.evaluation import Report
    from bot.nlu.evaluation_report import EvaluationReport

_LEAST_FOLDS = 2

_Model = Annotated[
    Path | None, typer.Option(help="The model archive to evaluate; it should not know the texts.")
]
_Nlu = Annotated[
    Path | None, typer.Option(help="A file or folder of Rasa NLU YAML with the texts and what they mean.")
]
_Against = Annotated[
    Path | None,
    typer.Option(help="Another model archive, to compare with: is the difference more than chance?"),
]
_Folds = Annotated[
    int | None,
    typer.Option(
        min=_LEAST_FOLDS,
        help="Cross-validate instead: train this many times, each time without one part of the texts, and "
        "read that part. Without --nlu, the project's own examples; a --model only lends its language, "
        "encoder and thresholds.",
    ),
]
_Config = Annotated[
    Path | None, typer.Option(help="With --folds and --nlu: the config.yml whose pipeline to use.")
]
_Json = Annotated[Path | None, typer.Option("--json", help="Write all figures as JSON to this file.")]
_Html = Annotated[Path | None, typer.Option(help="Write a page with pictures, one file that opens anywhere.")]


def evaluate(
    *,
    model: _Model = None,
    nlu: _Nlu = None,
    against: _Against = None,
    folds: _Folds = None,
    config: _Config = None,
    json: _Json = None,
    html: _Html = None,
) -> None:
    """Measure how well texts are understood, and show what goes wrong.

    **--model M --nlu FILE** lets a trained model read texts that it should not have been trained on.

    **--folds 5** needs no such texts: it evaluates a training by holding out each part in turn.
    """
    from bot.cli import evaluation_view as view
    from bot.cli.files import check_writable
    from bot.cli.training_view import show_bars

    for path in filter(None, (json, html)):
        check_writable(path)
    if folds is not None and against is not None:
        raise typer.BadParameter("--against compares two trained models: leave out --folds")
    with show_bars() as report:
        if folds is None:
            found = _evaluate_model(model, nlu, against, config, report)
        else:
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
    from bot.bootstrap.cross_validation import evaluate_training, take_files, take_project
    from bot.settings import load_settings

    if nlu is None:
        if model is not None or config is not None:
            raise typer.BadParameter("a project has its own config.yml: leave out --model and --config")
        material = take_project(load_settings())
    elif model is not None and config is not None:
        raise typer.BadParameter("--model and --config both name a pipeline: leave out one of them")
    else:
        material = take_files(nlu, config=config, lender=model)
    return evaluate_training(material, folds=folds, report=report)


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Teach")(evaluate)
