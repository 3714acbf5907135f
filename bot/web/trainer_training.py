"""Training and models on the trainer's page: start, watch, stop, compare, put into service, take back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.domain.model import Model, Release
from bot.domain.staff import Role
from bot.domain.training import Training, TrainingState
from bot.errors import ModelError, ProjectError, Refused
from bot.nlu.comparison import Comparison, Verdict, compare
from bot.nlu.outcomes import unpack_outcomes
from bot.service.curriculum import describe_intent
from bot.service.release_model import release_model
from bot.storage import corrections, models
from bot.web.auth import current_staff, require
from bot.web.ids import read_id
from bot.web.keys import CURRICULUM, ROAD, SERVING, TRAINER
from bot.web.model_view import Result, describe_alone, describe_comparison, view_figures, view_health
from bot.web.render import is_fragment, render
from bot.web.trainer_tabs import tab_values
from bot.web.trainer_view import Tab, view_running
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

_LISTED = 20
_INTENTS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The models there are. `serving` and `newest` with all their metrics; None before the first."""

    models: Sequence[Model]
    releases: Sequence[Release]
    serving: Model | None
    newest: Model | None

    @property
    def previous(self) -> Release | None:
        """The release whose model would serve again if the one in service were taken back."""
        serving = self.serving
        return next((each for each in self.releases if serving and each.model_id != serving.id), None)


@require(Role.TRAINER)
async def get_training(request: web.Request) -> web.StreamResponse:
    """`GET /trainer/training`: the panel, as it is now."""
    return render(request, "trainer/training.html", **await training_values(request))


@require(Role.TRAINER)
async def get_models(request: web.Request) -> web.StreamResponse:
    """`GET /trainer/models` (`?m=…` a certain model): its figures beside the serving one's, and history."""
    return await _render_models(request)


async def training_values(request: web.Request) -> dict[str, Any]:
    """Return what the training panel shows."""
    road, shelf = request.app[ROAD], await _load_shelf(request)
    training = await request.app[TRAINER].get_last()
    usual = shelf.newest.metrics.get("seconds") if shelf.newest else None
    running = None
    if training is not None:
        running = view_running(
            training, road.now(), usual=float(usual) if isinstance(usual, int | float) else None
        )
    return {
        "training": training,
        "running": running,
        "new_examples": await _count_new(request, shelf.serving),
        "untrained": await _count_new(request, shelf.newest),
        "shelf": shelf,
        "news": _describe_newest(shelf),
        "fresh": _is_fresh(training, shelf),
    }


async def _load_shelf(request: web.Request) -> Shelf:
    async with request.app[ROAD].database.read() as connection:
        listed = await models.list_models(connection, limit=_LISTED)
        releases = await models.list_releases(connection, limit=_LISTED)
        serving = await models.get_model(connection, releases[0].model_id) if releases else None
        newest = serving
        if listed and (serving is None or listed[0].id != serving.id):
            newest = await models.get_model(connection, listed[0].id)
    return Shelf(models=listed, releases=releases, serving=serving, newest=newest)


async def _count_new(request: web.Request, model: Model | None) -> int | None:
    """Return how many examples the project has that `model` did not learn from; None: nobody can tell."""
    learned = unpack_outcomes(model.metrics.get("held_out")) if model else {}
    if model is not None and not learned:
        return None
    try:
        lesson = await request.app[CURRICULUM].load()
    except ProjectError:
        return None
    async with request.app[ROAD].database.read() as connection:
        posts = await corrections.count_taught_since(connection, model.created_at if model else None)
    return len(lesson.keys - learned.keys()) + posts


def _is_fresh(training: Training | None, shelf: Shelf) -> bool:
    """Tell whether the last training made a model that does not serve yet."""
    return (
        training is not None
        and training.state is TrainingState.DONE
        and training.model_id is not None
        and (shelf.serving is None or training.model_id != shelf.serving.id)
    )


def _describe_newest(shelf: Shelf) -> Result | None:
    if shelf.newest is None or shelf.serving is None or shelf.newest.id == shelf.serving.id:
        return None
    return describe_comparison(compare(shelf.newest.metrics, shelf.serving.metrics))


async def _render_models(request: web.Request, *, problem: str = "") -> web.Response:
    values = await training_values(request)
    shelf: Shelf = values["shelf"]
    shown = await _choose_shown(request, shelf)
    beside = await _choose_beside(request, shelf, shown)
    comparison = compare(shown.metrics, beside.metrics) if shown and beside else None
    template = "trainer/models.html" if is_fragment(request) else "trainer/models_page.html"
    return render(
        request,
        template,
        status=409 if problem else 200,
        **values,
        **await tab_values(request, Tab.MODELS),
        shown=shown,
        beside=beside,
        comparison=comparison,
        verdict=(comparison.verdict if comparison else Verdict.UNKNOWN).value,
        result=_describe_shown(shown, comparison),
        figures=view_figures(shown.metrics, beside.metrics if beside else None) if shown else (),
        health=view_health(shown.metrics) if shown else None,
        intents=comparison.intents[:_INTENTS_SHOWN] if comparison else (),
        describe=describe_intent,
        problem=problem,
        lagging=_lags(request, shelf),
    )


def _describe_shown(shown: Model | None, comparison: Comparison | None) -> Result | None:
    if comparison is not None:
        return describe_comparison(comparison)
    return describe_alone(shown.metrics) if shown else None


async def _choose_shown(request: web.Request, shelf: Shelf) -> Model | None:
    given = request.query.get("m", "")
    if not (given.isascii() and given.isdigit()):
        return shelf.newest
    async with request.app[ROAD].database.read() as connection:
        return await models.get_model(connection, read_id(given)) or shelf.newest


async def _choose_beside(request: web.Request, shelf: Shelf, shown: Model | None) -> Model | None:
    """Return what a model stands beside: the serving one; that itself stands beside the one before it."""
    if shown is None or shelf.serving is None or shown.id != shelf.serving.id:
        return shelf.serving
    if shelf.previous is None:
        return None
    async with request.app[ROAD].database.read() as connection:
        return await models.get_model(connection, shelf.previous.model_id)


def _lags(request: web.Request, shelf: Shelf) -> bool:
    """Tell whether this process answers with another model than the released one."""
    digest = request.app[SERVING].digest
    return digest is not None and shelf.serving is not None and digest != shelf.serving.digest


@require(Role.TRAINER)
async def post_train(request: web.Request) -> web.StreamResponse:
    """`POST /trainer/train`: begin."""
    try:
        await request.app[TRAINER].start(current_staff(request))
    except Refused as error:
        return render(
            request, "trainer/training.html", status=409, **await training_values(request), problem=str(error)
        )
    return await _panel(request)


@require(Role.TRAINER)
async def post_stop(request: web.Request) -> web.StreamResponse:
    """`POST /trainer/train/stop`: end the training that runs, without a model."""
    await request.app[TRAINER].stop()
    return await _panel(request)


@require(Role.TRAINER)
async def post_release(request: web.Request) -> web.StreamResponse:
    """`POST /trainer/models/{id}/release`: this model serves from now on, everywhere."""
    model_id = read_id(request.match_info["id"])
    try:
        await release_model(request.app[ROAD], model_id, current_staff(request))
    except (Refused, ModelError) as error:
        return await _render_models(request, problem=say("trainer.not_released", sentence=str(error)))
    if is_fragment(request):
        return await _render_models(request)
    raise web.HTTPSeeOther("/trainer/models")


async def _panel(request: web.Request) -> web.StreamResponse:
    if is_fragment(request):
        return render(request, "trainer/training.html", **await training_values(request))
    raise web.HTTPSeeOther("/trainer/models")


async def _close_trainer(app: web.Application) -> None:
    await app[TRAINER].close()


def add_training_routes(app: web.Application) -> None:
    """Serve training and models. The app must carry `ROAD`, `CURRICULUM`, `TRAINER` and `SERVING`."""
    app.on_cleanup.append(_close_trainer)
    app.router.add_get("/trainer/training", get_training)
    app.router.add_get("/trainer/models", get_models)
    app.router.add_post("/trainer/train", post_train)
    app.router.add_post("/trainer/train/stop", post_stop)
    app.router.add_post(r"/trainer/models/{id:\d{1,19}}/release", post_release)
