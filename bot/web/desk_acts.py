"""What staff do at the desk, act by act. 204 to the page's script, 303 to a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.staff import Role
from bot.errors import BadPayload, Refused
from bot.service.add_note import add_note
from bot.service.correct_triage import correct_triage, withdraw_correction
from bot.service.give_back import give_back
from bot.service.resolve import resolve
from bot.service.show_typing import show_typing
from bot.service.staff_reply import Reply, send_reply
from bot.service.take import take
from bot.service.take_over import take_over
from bot.web.auth import current_staff, require
from bot.web.bodies import read_form
from bot.web.desk import id_of, view_of
from bot.web.ids import read_id, read_ids
from bot.web.keys import CONNECTORS, ROAD
from bot.web.render import is_fragment
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.domain.staff import Staff
    from bot.service.road import Road

    Act = Callable[[Road, int, Staff], Awaitable[None]]

MAX_KEY = 64
STALE = "this page is out of date; load it again"


@require(Role.AGENT, Role.LEAD)
async def post_say(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/say`: `text` as a reply or, with `mode=note`, as a note; `then=resolve` resolves.

    `private` sends it to the author of a public post alone; `files` are the numbers of those brought before.
    `key` names this text: sent twice it is said once. `seen` is the last message that was shown: to
    a contact who wrote after it, nothing is sent that resolves.
    """
    form = await read_form(request)
    road, staff, conversation_id = request.app[ROAD], current_staff(request), id_of(request)
    text, key = form.get("text", ""), form.get("key", "")
    note = form.get("mode") == "note"
    with explained("note" if note else "say"):
        if not 0 < len(key) <= MAX_KEY:
            raise BadPayload(STALE)
        if note:
            await add_note(road, conversation_id, staff, text, key=key)
        else:
            resolves = form.get("then") == "resolve"
            reply = Reply(
                text=text,
                key=key,
                resolves=resolves,
                seen=_seen_of(form),
                private=bool(form.get("private")),
                quietly=bool(form.get("quietly")),
                files=read_ids(form.get("files", "")),
            )
            await send_reply(road, conversation_id, staff, reply, connectors=request.app[CONNECTORS])
    return done(request, conversation_id)


def _act(name: str, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    @require(Role.AGENT, Role.LEAD)
    async def post_act(request: web.Request) -> web.StreamResponse:
        conversation_id = id_of(request)
        with explained(name):
            await act(request.app[ROAD], conversation_id, current_staff(request))
        return done(request, conversation_id)

    return post_act


@require(Role.AGENT, Role.LEAD)
async def post_resolve(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/resolve`: close it, unless the contact wrote after the message `seen`.

    `quietly` leaves out the last word in public of a case.
    """
    form, conversation_id = await read_form(request), id_of(request)
    with explained("resolve"):
        await resolve(
            request.app[ROAD],
            conversation_id,
            current_staff(request),
            seen=_seen_of(form),
            quietly=bool(form.get("quietly")),
        )
    return done(request, conversation_id)


@require(Role.AGENT, Role.LEAD)
async def post_triage(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/messages/{message}/triage`: this message is `choice`, whatever was judged."""
    form, conversation_id = await read_form(request), id_of(request)
    message_id, staff = read_id(request.match_info["message"]), current_staff(request)
    choice = form.get("choice", "")
    with explained("triage"):
        await correct_triage(request.app[ROAD], conversation_id, message_id, staff, choice=choice)
    return done(request, conversation_id)


@require(Role.AGENT, Role.LEAD)
async def post_triage_undo(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/messages/{message}/triage/undo`: it was judged rightly after all."""
    conversation_id, message_id = id_of(request), read_id(request.match_info["message"])
    with explained("triage"):
        await withdraw_correction(request.app[ROAD], conversation_id, message_id, current_staff(request))
    return done(request, conversation_id)


def _seen_of(form: Mapping[str, str]) -> int | None:
    """Return the last message that a page showed, None where it does not say. Raises `BadPayload`."""
    seen = form.get("seen", "")
    if not seen:
        return None
    if not (seen.isascii() and seen.isdigit()):
        raise BadPayload(STALE)
    return read_id(seen)


@require(Role.AGENT, Role.LEAD)
async def post_typing(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/typing`: let the customer see that a person writes."""
    await show_typing(request.app[ROAD], request.app[CONNECTORS], id_of(request))
    return web.Response(status=204)


class explained:  # noqa: N801 - reads as a clause: `with explained("take"):`
    """Say first that an act was not done, then why."""

    def __init__(self, act: str) -> None:
        self._act = act

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Put our words before a refusal's, keeping its kind."""
        if isinstance(error, Refused):
            sentence = f"{str(error).rstrip('.')}."
            raise type(error)(say(f"problem.{self._act}", sentence=sentence)) from error


def done(request: web.Request, conversation_id: int) -> web.StreamResponse:
    """Answer that an act was done."""
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Trigger": "desk:done"})
    raise web.HTTPSeeOther(f"/desk/c/{conversation_id}?view={view_of(request).value}")


def add_desk_act_routes(app: web.Application) -> None:
    """Serve what staff do. The app must carry `ROAD`."""
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/say", post_say)
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/take", _act("take", take))
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/take-over", _act("take", take_over))
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/give-back", _act("give_back", give_back))
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/resolve", post_resolve)
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/typing", post_typing)
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/messages/{message:\d{1,19}}/triage", post_triage)
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/messages/{message:\d{1,19}}/triage/undo", post_triage_undo)
