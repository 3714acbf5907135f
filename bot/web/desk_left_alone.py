"""Public posts that were left alone: the list with every reason, and answering one after all."""

from __future__ import annotations

from aiohttp import web

from bot.domain.staff import Role
from bot.service.answer_anyway import answer_anyway
from bot.storage import left_alone
from bot.web.auth import current_staff, require
from bot.web.desk_acts import explained
from bot.web.ids import read_id, read_ids
from bot.web.keys import ROAD
from bot.web.left_alone_view import view_left_alone
from bot.web.render import render

PAGE = 50


@require(Role.AGENT, Role.LEAD)
async def get_left_alone(request: web.Request) -> web.StreamResponse:
    """`GET /desk/left-alone?before=…`: what needed no answer and why, newest first."""
    before = next(iter(read_ids(request.query.get("before", ""), most=1)), None)
    async with request.app[ROAD].database.read() as connection:
        found = await left_alone.list_left_alone(connection, before=before, most=PAGE)
    return render(
        request,
        "desk/left_alone.html",
        posts=[view_left_alone(post) for post in found],
        older=found[-1].note.message_id if len(found) == PAGE else None,
        newest=before is None,
    )


@require(Role.AGENT, Role.LEAD)
async def post_answer_anyway(request: web.Request) -> web.StreamResponse:
    """`POST /desk/left-alone/{message}/answer`: whoever presses it has the conversation from now on."""
    message_id = read_id(request.match_info["message"])
    with explained("answer_anyway"):
        conversation_id = await answer_anyway(request.app[ROAD], message_id, current_staff(request))
    raise web.HTTPSeeOther(f"/desk/c/{conversation_id}?view=mine")


def add_left_alone_routes(app: web.Application) -> None:
    """Serve the list. The app must carry `ROAD` and `TEMPLATES`."""
    app.router.add_get("/desk/left-alone", get_left_alone)
    app.router.add_post(r"/desk/left-alone/{message:\d{1,19}}/answer", post_answer_anyway)
