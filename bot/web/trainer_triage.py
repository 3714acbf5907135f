"""The trainer's page for corrections of triage: one message at a time, taught or not, and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.desk.labels import CHOICES, correct_labels, read_labels
from bot.domain.correction import Correction
from bot.domain.staff import Role
from bot.domain.triage_example import TriageLabels
from bot.errors import BadPayload, ProjectError, Refused
from bot.service.decide_correction import (
    dismiss_correction,
    get_last_decided,
    make_post,
    take_back_correction,
    teach_correction,
)
from bot.storage import corrections, messages
from bot.web.auth import current_staff, require
from bot.web.bodies import read_form
from bot.web.ids import read_id
from bot.web.keys import CURRICULUM, ROAD
from bot.web.render import is_fragment, render
from bot.web.trainer_tabs import tab_values
from bot.web.trainer_training import training_values
from bot.web.trainer_view import Tab, view_neighbour
from bot.web.triage_view import describe_correction_done, view_correction
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.domain.message import Message
    from bot.storage.database import Connection

    Decide = Callable[[web.Request, int], Awaitable[Correction]]

_NEAR = 4  # messages looked through for one with words
_LATELY = 20


@require(Role.TRAINER)
async def get_triage(request: web.Request) -> web.StreamResponse:
    """`GET /trainer/triage`: the page; to its script only the message."""
    if is_fragment(request):
        return await _render_part(request)
    values = await _values(request) | await training_values(request)
    last = await get_last_decided(request.app[ROAD], current_staff(request))
    shown = "done" in request.query and last is not None
    values |= {"done": describe_correction_done(last) if shown and last else None, "problem": ""}
    return render(request, "trainer/triage_page.html", **values)


async def _render_part(
    request: web.Request, *, done: Correction | None = None, problem: str = "", wanted: int | None = None
) -> web.Response:
    values = await _values(request, wanted)
    values |= {"done": describe_correction_done(done) if done else None, "problem": problem}
    return render(request, "trainer/triage.html", status=409 if problem else 200, **values)


async def _values(request: web.Request, wanted: int | None = None) -> dict[str, Any]:
    values = await tab_values(request, Tab.TRIAGE)
    async with request.app[ROAD].database.read() as connection:
        waiting = await corrections.list_open(connection, limit=_LATELY)
        lately = await corrections.list_decided(connection, limit=_LATELY)
        found = next((each for each in waiting if each.message_id == wanted), next(iter(waiting), None))
        if found is None:
            return values | {"correction": None, "lately": lately}
        return values | {"correction": found, "lately": lately} | await _describe(connection, found)


async def _describe(connection: Connection, found: Correction) -> dict[str, Any]:
    """Return what was judged, what is to be taught, and what was said before and after."""
    conversation_id, message_id = found.conversation_id, found.message_id
    message = await messages.get_message(connection, message_id)
    turn_ids = [message.turn_id] if message and message.turn_id else []
    judged = (await corrections.list_judged(connection, conversation_id, turn_ids)).get(message_id)
    before = await messages.list_messages(
        connection, conversation_id, before_id=message_id, limit=_NEAR, customer_view=True
    )
    after = await messages.list_messages(
        connection, conversation_id, after_id=message_id, limit=_NEAR, customer_view=True
    )
    return {
        "shown": view_correction(found, judged, correct_labels(read_labels(judged), found.said)),
        "before": view_neighbour(_outside(before[::-1], message)),
        "after": view_neighbour(after),
    }


def _outside(before: list[Message], message: Message | None) -> list[Message]:
    """Leave out the beginning of the burst: it is shown as part of what was judged."""
    turn_id = message.turn_id if message else None
    return [each for each in before if turn_id is None or each.turn_id != turn_id]


async def _teach(request: web.Request, message_id: int) -> Correction:
    form = await read_form(request)
    post = make_post(form.get("text", ""), _read_labels(form))
    road, curriculum = request.app[ROAD], request.app[CURRICULUM]
    return await teach_correction(road, curriculum, message_id, post, current_staff(request))


def _read_labels(form: Mapping[str, str]) -> TriageLabels:
    labels = TriageLabels()
    for question in ("complaint", "urgent", "mood"):
        labels = correct_labels(labels, CHOICES.get(form.get(question, "")))
    return labels


async def _dismiss(request: web.Request, message_id: int) -> Correction:
    return await dismiss_correction(request.app[ROAD], message_id, current_staff(request))


def _act(decide: Decide) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    @require(Role.TRAINER)
    async def post_decision(request: web.Request) -> web.StreamResponse:
        message_id = read_id(request.match_info["id"])
        try:
            correction = await decide(request, message_id)
        except (Refused, ProjectError) as error:
            return await _refuse(request, error, message_id)
        if is_fragment(request):
            return await _render_part(request, done=correction)
        raise web.HTTPSeeOther("/trainer/triage?done")

    return post_decision


@require(Role.TRAINER)
async def post_undo(request: web.Request) -> web.StreamResponse:
    """`POST /trainer/triage/{id}/undo`: the message waits again, and what was written for it is out."""
    message_id = read_id(request.match_info["id"])
    try:
        await take_back_correction(request.app[ROAD], request.app[CURRICULUM], message_id)
    except (Refused, ProjectError) as error:
        return await _refuse(request, error, message_id)
    if is_fragment(request):
        earlier = await get_last_decided(request.app[ROAD], current_staff(request))
        return await _render_part(request, done=earlier, wanted=message_id)
    raise web.HTTPSeeOther("/trainer/triage")


async def _refuse(request: web.Request, error: Refused | ProjectError, message_id: int) -> web.StreamResponse:
    sentence = say("trainer.not_done", sentence=str(error))
    if not is_fragment(request):
        raise BadPayload(sentence) from error
    return await _render_part(request, problem=sentence, wanted=message_id)


def add_trainer_triage_routes(app: web.Application) -> None:
    """Serve corrections to trainers. The app must carry what `add_trainer_routes` needs."""
    app.router.add_get("/trainer/triage", get_triage)
    app.router.add_post(r"/trainer/triage/{id:\d{1,19}}/teach", _act(_teach))
    app.router.add_post(r"/trainer/triage/{id:\d{1,19}}/dismiss", _act(_dismiss))
    app.router.add_post(r"/trainer/triage/{id:\d{1,19}}/undo", post_undo)
