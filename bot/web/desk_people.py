"""Who a customer is: the same person on two channels, what else they wrote, and erasing them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.domain.staff import Role
from bot.errors import BadPayload, Conflict, UnknownConversation
from bot.service.erase_contact import erase_contacts, foresee_erasure
from bot.service.join_people import Decision, decide_pair
from bot.service.read_person import load_past
from bot.storage import conversations, people
from bot.web.auth import current_staff, require
from bot.web.bodies import read_form
from bot.web.desk import id_of, view_of
from bot.web.desk_view import name_of
from bot.web.ids import read_id
from bot.web.keys import FILES, ROAD
from bot.web.person_view import view_person
from bot.web.render import is_fragment, render
from bot.web.words import say

if TYPE_CHECKING:
    from bot.domain.conversation import Conversation
    from bot.storage.database import Connection

_STALE = "This page is out of date. Load it again, then repeat."
_ID = r"\d{1,19}"


@require(Role.AGENT, Role.LEAD)
async def post_pair(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/people/{a}-{b}/{decision}`: these two are the same person, are not, or not yet."""
    road, staff, conversation_id = request.app[ROAD], current_staff(request), id_of(request)
    a, b = (read_id(request.match_info[name]) for name in ("a", "b"))
    try:
        await decide_pair(road, (a, b), Decision(request.match_info["decision"]), staff)
    except (Conflict, UnknownConversation) as error:
        raise type(error)(say("problem.person", sentence=f"{error}.")) from error
    async with road.database.read() as connection:
        touched = await people.list_conversations(connection, (a, b))
    for each in touched:
        await road.bus.live.publish("person", each)
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Trigger": "desk:done"})
    raise web.HTTPSeeOther(f"/desk/c/{conversation_id}?view={view_of(request).value}")


@require(Role.AGENT, Role.LEAD)
async def get_past(request: web.Request) -> web.StreamResponse:
    """`GET /desk/c/{id}/past?before=…&id=…`: what else the person wrote, a page of it."""
    async with request.app[ROAD].database.read() as connection:
        conversation = await _get_conversation(request, connection)
        person = await load_past(connection, conversation, _read_place(request))
    shown = view_person(person, conversation.id, view_of(request).value)
    return render(request, "desk/person_past.html", **_page(conversation), person=shown)


def _read_place(request: web.Request) -> tuple[datetime, int] | None:
    """Return where in the list a page begins. Raises `BadPayload`."""
    if "before" not in request.query:
        return None
    try:
        before = datetime.fromisoformat(request.query["before"])
        place = before.astimezone(UTC), read_id(request.query["id"])
    except (ValueError, KeyError, OverflowError) as error:
        raise BadPayload("This address is not one of ours.") from error
    if before.tzinfo is None:
        raise BadPayload("This address is not one of ours.")
    return place


@require(Role.LEAD)
async def get_erase(request: web.Request) -> web.StreamResponse:
    """`GET /desk/c/{id}/erase`: what would be erased, what would stay, and a word to type."""
    return await _show_erase(request)


async def _show_erase(request: web.Request, problem: str = "") -> web.StreamResponse:
    road = request.app[ROAD]
    async with road.database.read() as connection:
        conversation = await _get_conversation(request, connection)
        contacts = await people.list_person(connection, conversation.contact_id)
    return render(
        request,
        "desk/person_erase.html",
        status=400 if problem else 200,
        **_page(conversation),
        problem=problem,
        contacts=contacts,
        one=await foresee_erasure(road, [conversation.contact_id]),
        all=await foresee_erasure(road, contacts),
    )


@require(Role.LEAD)
async def post_erase(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/erase`: erase the contact, or (`scope=all`) the whole person, once `word` is typed.

    `contacts` are those that the page named: nobody who was joined since is erased unseen.
    """
    form, road = await read_form(request), request.app[ROAD]
    if form.get("word", "").strip().casefold() != say("person.erase_word").casefold():
        return await _show_erase(request, say("person.erase_not_typed", word=say("person.erase_word")))
    async with road.database.read() as connection:
        conversation = await _get_conversation(request, connection)
        contacts = await people.list_person(connection, conversation.contact_id)
    if form.get("contacts") != ",".join(map(str, contacts)):
        raise Conflict(_STALE)
    chosen = contacts if form.get("scope") == "all" else [conversation.contact_id]
    amounts = await erase_contacts(road, request.app[FILES], chosen, current_staff(request))
    return render(request, "desk/person_erased.html", amounts=amounts)


async def _get_conversation(request: web.Request, connection: Connection) -> Conversation:
    found = await conversations.get_conversation(connection, id_of(request))
    if found is None:
        raise UnknownConversation("There is no such conversation.")
    return found


def _page(conversation: Conversation) -> dict[str, Any]:
    name = name_of(conversation.contact_name, conversation.id)
    return {"conversation": conversation, "name": name}


def add_people_routes(app: web.Application) -> None:
    """Serve them. The app must carry `ROAD`, `FILES` and `TEMPLATES`."""
    place = rf"/desk/c/{{id:{_ID}}}"
    pair = rf"{place}/people/{{a:{_ID}}}-{{b:{_ID}}}"
    app.router.add_post(rf"{pair}/{{decision:same|other|undo}}", post_pair)
    app.router.add_get(f"{place}/past", get_past)
    app.router.add_get(f"{place}/erase", get_erase)
    app.router.add_post(f"{place}/erase", post_erase)
