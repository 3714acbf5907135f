"""What trainers decide: an intent, a new one, none, later, and undo. The next sentence comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.proposal import Proposal, ProposalStatus
from bot.domain.staff import Role
from bot.errors import BadPayload, ProjectError, Refused
from bot.service.decide_proposal import set_aside, teach, teach_new_intent
from bot.service.take_back_decision import get_last_decision, take_back_decision
from bot.web.auth import current_staff, require
from bot.web.bodies import read_form
from bot.web.ids import read_id
from bot.web.keys import CURRICULUM, ROAD
from bot.web.render import is_fragment
from bot.web.trainer import render_teach
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Decide = Callable[[web.Request, int], Awaitable[Proposal]]


async def _teach(request: web.Request, proposal_id: int) -> Proposal:
    intent = (await read_form(request)).get("intent", "")
    return await teach(
        request.app[ROAD], request.app[CURRICULUM], proposal_id, intent, current_staff(request)
    )


async def _teach_new(request: web.Request, proposal_id: int) -> Proposal:
    words = (await read_form(request)).get("words", "")
    return await teach_new_intent(
        request.app[ROAD], request.app[CURRICULUM], proposal_id, words, current_staff(request)
    )


async def _none(request: web.Request, proposal_id: int) -> Proposal:
    return await set_aside(request.app[ROAD], proposal_id, ProposalStatus.NONE, current_staff(request))


async def _skip(request: web.Request, proposal_id: int) -> Proposal:
    return await set_aside(request.app[ROAD], proposal_id, ProposalStatus.SKIPPED, current_staff(request))


def _act(decide: Decide) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    @require(Role.TRAINER)
    async def post_decision(request: web.Request) -> web.StreamResponse:
        proposal_id = _id_of(request)
        try:
            proposal = await decide(request, proposal_id)
        except (Refused, ProjectError) as error:
            return await _refuse(request, error, proposal_id)
        if is_fragment(request):
            return await render_teach(request, done=proposal)
        raise web.HTTPSeeOther("/trainer?done")

    return post_decision


@require(Role.TRAINER)
async def post_undo(request: web.Request) -> web.StreamResponse:
    """`POST /trainer/p/{id}/undo`: the sentence is back, and what was written for it is out."""
    proposal_id = _id_of(request)
    try:
        await take_back_decision(request.app[ROAD], request.app[CURRICULUM], proposal_id)
    except (Refused, ProjectError) as error:
        return await _refuse(request, error, None)
    if is_fragment(request):
        earlier = await get_last_decision(request.app[ROAD], current_staff(request))
        return await render_teach(request, done=earlier, wanted=proposal_id)
    raise web.HTTPSeeOther(f"/trainer?p={proposal_id}")


async def _refuse(
    request: web.Request, error: Refused | ProjectError, proposal_id: int | None
) -> web.StreamResponse:
    """Say what was not done, over the sentence if it still can be decided, else over the next."""
    sentence = say("trainer.not_done", sentence=str(error))
    if not is_fragment(request):
        raise BadPayload(sentence) from error
    stays = isinstance(error, ProjectError | BadPayload)
    return await render_teach(request, problem=sentence, wanted=proposal_id if stays else None)


def _id_of(request: web.Request) -> int:
    return read_id(request.match_info["id"])


def add_trainer_act_routes(app: web.Application) -> None:
    """Serve what trainers decide. The app must carry what `add_trainer_routes` needs."""
    for path, decide in (("teach", _teach), ("new", _teach_new), ("none", _none), ("skip", _skip)):
        app.router.add_post(rf"/trainer/p/{{id:\d{{1,19}}}}/{path}", _act(decide))
    app.router.add_post(r"/trainer/p/{id:\d{1,19}}/undo", post_undo)
