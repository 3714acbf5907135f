"""The trainer's pages: one sentence at a time, and all of them as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.domain.proposal import Proposal, ProposalStatus
from bot.domain.staff import Role
from bot.errors import EngineError, ModelError, ProjectError
from bot.service.curriculum import Lesson, describe_intent
from bot.service.decide_proposal import get_known
from bot.service.take_back_decision import get_last_decision
from bot.storage import messages, proposals
from bot.web import trainer_view as view
from bot.web.auth import current_staff, require
from bot.web.ids import read_id
from bot.web.keys import CURRICULUM, ENGINE, ROAD
from bot.web.render import is_fragment, render
from bot.web.trainer_tabs import tab_values
from bot.web.trainer_training import training_values
from bot.web.trainer_view import Tab

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.understanding import IntentScore

LIST_LIMIT = 100
_NEAR = 4  # messages looked through for one with words
_NOTHING_TAUGHT = Lesson(intents={}, examples={})


@require(Role.TRAINER)
async def get_teach(request: web.Request) -> web.StreamResponse:
    """`GET /trainer` (`?p=…` a certain sentence): the page; to its script only the sentence."""
    if is_fragment(request):
        return await render_teach(request)
    values = await _teach_values(request, _wanted(request))
    last = await get_last_decision(request.app[ROAD], current_staff(request))
    shown = "done" in request.query and last is not None
    values |= {"done": view.describe_done(last) if shown and last else None, "problem": ""}
    return render(request, "trainer/teach_page.html", **values, **await training_values(request))


@require(Role.TRAINER)
async def get_tabs(request: web.Request) -> web.StreamResponse:
    """`GET /trainer/tabs?tab=…`: how much there is to do."""
    tab = request.query.get("tab", "")
    current = Tab(tab) if tab in set(Tab) else Tab.TEACH
    return render(request, "trainer/tabs.html", **await tab_values(request, current))


@require(Role.TRAINER)
async def get_list(request: web.Request) -> web.StreamResponse:
    """`GET /trainer/list?status=…`: the sentences, most frequent first, or by when they were decided."""
    given = request.query.get("status", "")
    status = ProposalStatus(given) if given in set(ProposalStatus) else ProposalStatus.OPEN
    async with request.app[ROAD].database.read() as connection:
        found = await proposals.list_proposals(connection, status=status, limit=LIST_LIMIT)
    values = await tab_values(request, Tab.LIST)
    return render(
        request,
        "trainer/list.html",
        **values,
        rows=found,
        chosen=status,
        limit=LIST_LIMIT,
        describe=describe_intent,
    )


async def render_teach(
    request: web.Request, *, done: Proposal | None = None, problem: str = "", wanted: int | None = None
) -> web.Response:
    """Answer the page's script with the next sentence, and with what became of the one before."""
    values = await _teach_values(request, wanted or _wanted(request))
    values |= {"done": view.describe_done(done) if done else None, "problem": problem}
    return render(request, "trainer/teach.html", status=409 if problem else 200, **values)


async def _teach_values(request: web.Request, wanted: int | None) -> dict[str, Any]:
    road = request.app[ROAD]
    proposal = await get_known(road, wanted) if wanted else None
    if proposal is None:
        async with road.database.read() as connection:
            proposal = next(iter(await proposals.list_proposals(connection, limit=1)), None)
    values = await tab_values(request, Tab.TEACH)
    if proposal is None:
        return values | {"proposal": None}
    lesson, unreadable = await _load_lesson(request)
    choices = view.choose(await _rank(request, proposal), lesson.intents)
    return values | {
        "proposal": proposal,
        "words": describe_intent(proposal.intent or ""),
        "choices": choices,
        "why": view.explain_why(proposal, choices),
        "intents": sorted(lesson.intents.values(), key=lambda intent: intent.words),
        "unreadable": unreadable,
        **await _neighbours(request, proposal),
    }


async def _load_lesson(request: web.Request) -> tuple[Lesson, str]:
    """Return what is taught, or nothing and the sentence that says why it cannot be read."""
    try:
        return await request.app[CURRICULUM].load(), ""
    except ProjectError as error:
        return _NOTHING_TAUGHT, str(error)


async def _rank(request: web.Request, proposal: Proposal) -> Sequence[IntentScore]:
    """Return what the bot thought of a sentence, or thinks now of one that only a person saw."""
    if proposal.ranking:
        return proposal.ranking
    try:
        return (await request.app[ENGINE].parse(proposal.text)).ranking
    except (ModelError, EngineError):
        return ()  # the search is there


async def _neighbours(request: web.Request, proposal: Proposal) -> dict[str, Any]:
    """Return what was said before and after, as the customer saw it."""
    nothing = {"before": None, "after": None}
    if proposal.conversation_id is None:
        return nothing
    async with request.app[ROAD].database.read() as connection:
        message_id = await proposals.get_message_id(connection, proposal)
        if message_id is None:
            return nothing
        conversation_id = proposal.conversation_id
        before = await messages.list_messages(
            connection, conversation_id, before_id=message_id, limit=_NEAR, customer_view=True
        )
        after = await messages.list_messages(
            connection, conversation_id, after_id=message_id, limit=_NEAR, customer_view=True
        )
    return {
        "before": view.view_neighbour(before[::-1]),
        "after": view.view_neighbour(after),
    }


def _wanted(request: web.Request) -> int | None:
    given = request.query.get("p", "")
    return read_id(given) if given.isascii() and given.isdigit() else None


def add_trainer_routes(app: web.Application) -> None:
    """Serve the trainer's pages. The app must carry `ROAD`, `CURRICULUM`, `TRAINER` and `ENGINE`."""
    app.router.add_get("/trainer", get_teach)
    app.router.add_get("/trainer/tabs", get_tabs)
    app.router.add_get("/trainer/list", get_list)
