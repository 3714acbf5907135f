"""The desk's pages: the list and the conversation, whole or only the part that changed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from bot.desk.brief import Brief, write_brief
from bot.domain.message import Author
from bot.domain.staff import Role
from bot.errors import BadPayload, UnknownConversation
from bot.service.answer_by_mail import MailWay, find_way
from bot.service.list_queue import QueueEntry, list_queue
from bot.service.name_presses import name_presses
from bot.service.read_person import Person, load_person
from bot.service.take_over import may_take_over
from bot.storage import conversations, corrections, handoffs, left_alone, messages, people, queue
from bot.storage.queue import QueueCounts, QueueView
from bot.storage.standing import Standing, load_standing
from bot.web.auth import current_staff, require
from bot.web.box_view import describe_way, view_box
from bot.web.desk_case import ALONE, Case, find_places, list_ids, list_thread, load_case
from bot.web.desk_files import get_file, load_files
from bot.web.desk_view import Beside, Holding, holding_of, name_of, view_row, view_thread
from bot.web.ids import read_id
from bot.web.keys import CONNECTORS, ROAD
from bot.web.left_alone_view import describe_note
from bot.web.person_view import view_person
from bot.web.quotes import load_quoted
from bot.web.render import is_fragment, render
from bot.web.triage_view import view_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.conversation import Conversation
    from bot.domain.handoff import Handoff
    from bot.domain.message import Message
    from bot.domain.understanding import Triage
    from bot.storage.database import Connection

PAGE = 50  # messages read at once
LIST_LIMIT = 200
_MOST_IDS = 200
NOTHING_BESIDE = Beside()
UNHEARD = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A conversation with what stands around its messages."""

    conversation: Conversation
    handoffs: Sequence[Handoff]
    entry: QueueEntry | None
    latest: Sequence[Message]
    brief: Brief
    may_take_over: bool
    person: Person
    beside: Beside = NOTHING_BESIDE
    standing: Standing = UNHEARD
    case: Case = ALONE
    mail_way: MailWay | None = None

    @property
    def name(self) -> str:
        """Return what the contact is called here."""
        return name_of(self.conversation.contact_name, self.conversation.id)

    @property
    def person_besides_case(self) -> Person:
        """Return the person without the other thread of an open case, which is read here anyway."""
        if not self.case.is_open or self.case.other is None:
            return self.person
        here = self.case.other.id
        return replace(self.person, past=tuple(each for each in self.person.past if each.id != here))


@require(Role.AGENT, Role.LEAD)
async def get_desk(request: web.Request) -> web.StreamResponse:
    """`GET /desk` and `/desk/c/{id}`: the page; to htmx only the conversation."""
    opened = await _open(request) if "id" in request.match_info else None
    if opened is not None and is_fragment(request):
        return render(request, "desk/opened.html", **_opened_values(request, opened))
    values = await _list_values(request, None)
    values |= _opened_values(request, opened) if opened else {"opened": None}
    return render(request, "desk/desk.html", **values)


@require(Role.AGENT, Role.LEAD)
async def get_rows(request: web.Request) -> web.StreamResponse:
    """`GET /desk/rows?view=…&ids=1,2`: those rows of the view as they are now; all without `ids`."""
    ids = _parse_ids(request.query["ids"]) if "ids" in request.query else None
    return render(request, "desk/rows.html", **await _list_values(request, ids))


@require(Role.AGENT, Role.LEAD)
async def get_state(request: web.Request) -> web.StreamResponse:
    """`GET /desk/c/{id}/state`: who has it, its brief and facts, without its messages."""
    return render(request, "desk/state.html", **_opened_values(request, await _open(request, marked=False)))


@require(Role.AGENT, Role.LEAD)
async def get_messages(request: web.Request) -> web.StreamResponse:
    """`GET /desk/c/{id}/messages?after=…` or `?before=…`: what was said since, or earlier."""
    conversation_id = id_of(request)
    after, before = _parse_id(request, "after"), _parse_id(request, "before")
    async with request.app[ROAD].database.read() as connection:
        conversation = await conversations.get_conversation(connection, conversation_id)
        if conversation is None:
            raise UnknownConversation("There is no such conversation.")
        above = await messages.get_message(connection, after) if after else None
        threads = await list_ids(connection, conversation_id)
        found = await list_thread(connection, threads, after_id=after or 0, before_id=before, limit=PAGE)
        beside = await _load_beside(connection, threads, found)
    values = _thread_values(request, conversation, found, above, beside)
    return render(request, "desk/messages.html", **values, earlier=not after)


@require(Role.AGENT, Role.LEAD)
async def get_message(request: web.Request) -> web.StreamResponse:
    """`GET /desk/c/{id}/messages/{message}`: one entry as it is now, for its delivery and edits."""
    conversation_id, message_id = id_of(request), read_id(request.match_info["message"])
    async with request.app[ROAD].database.read() as connection:
        conversation = await conversations.get_conversation(connection, conversation_id)
        message = await messages.get_message(connection, message_id)
        threads = await list_ids(connection, conversation_id)
        if conversation is None or message is None or message.conversation_id not in threads:
            raise UnknownConversation("There is no such message.")
        [message] = await name_presses(connection, [message])
        beside = await _load_beside(connection, threads, [message])
    values = _thread_values(request, conversation, [message], message, beside)
    return render(request, "desk/messages.html", **values, earlier=False)


def id_of(request: web.Request) -> int:
    """Return the conversation a path names."""
    return read_id(request.match_info["id"])


def view_of(request: web.Request) -> QueueView:
    """Return the view a page shows; an unknown one is the first."""
    try:
        return QueueView(request.query.get("view", QueueView.WAITING))
    except ValueError:
        return QueueView.WAITING


async def _list_values(request: web.Request, ids: list[int] | None) -> dict[str, Any]:
    road, staff, view = request.app[ROAD], current_staff(request), view_of(request)
    entries = await list_queue(road, view=view, staff_id=staff.id, conversation_ids=ids, limit=LIST_LIMIT)
    async with road.database.read() as connection:
        counts: QueueCounts = await queue.count_views(connection, staff.id)
        mine_unread = await conversations.count_unread(connection, staff.id)
        also = await people.list_also(connection, [entry.row.conversation_id for entry in entries])
    return {
        "view": view,
        "views": list(QueueView),
        "rows": [
            view_row(entry, view=view, staff=staff, also=also.get(entry.row.conversation_id, ()))
            for entry in entries
        ],
        "counts": {
            "waiting": counts.waiting,
            "mine": counts.mine,
            "mine_unread": mine_unread,
            "open": counts.open,
        },
        "full": ids is None and len(entries) == LIST_LIMIT,
        "limit": LIST_LIMIT,
    }


async def _open(request: web.Request, *, marked: bool = True) -> Opened:
    conversation_id, road = id_of(request), request.app[ROAD]
    async with road.database.read() as connection:
        conversation = await conversations.get_conversation(connection, conversation_id)
        if conversation is None:
            raise UnknownConversation("There is no such conversation.")
        case = await load_case(connection, conversation)
        threads = (conversation_id, case.other.id) if case.other else (conversation_id,)
        latest = await list_thread(connection, threads, limit=PAGE)
        beside = await _load_beside(connection, threads, latest) if marked else NOTHING_BESIDE
        # Of a case the private thread has the place in the queue.
        home = case.other.id if case.is_open and case.is_public and case.other else conversation_id
        recorded = await handoffs.list_handoffs(connection, home)
        standing = await load_standing(connection, conversation_id)
        free = await may_take_over(connection, conversation, current_staff(request), road.now())
        person = await load_person(connection, conversation)
    mail_way = await find_way(road, conversation)
    entries = await list_queue(road, view=QueueView.RECENT, conversation_ids=[home])
    open_handoff = next((handoff for handoff in recorded if handoff.closed_at is None), None)
    return Opened(
        conversation=conversation,
        handoffs=recorded,
        entry=entries[0] if entries else None,
        latest=latest,
        brief=write_brief(latest, open_handoff),
        may_take_over=free,
        person=person,
        beside=beside,
        standing=standing,
        case=case,
        mail_way=mail_way,
    )


def _opened_values(request: web.Request, opened: Opened) -> dict[str, Any]:
    conversation, staff = opened.conversation, current_staff(request)
    holding = holding_of(conversation, staff)
    connector = request.app[CONNECTORS].get((conversation.channel, conversation.account))
    return _thread_values(request, conversation, opened.latest, None, opened.beside) | {
        "opened": opened,
        "case": opened.case,
        "mail_way": describe_way(opened.mail_way, opened.name),
        "view": view_of(request),
        "holding": holding,
        "locked": holding is Holding.COLLEAGUE,
        "may_take_over": opened.may_take_over,
        "person": view_person(opened.person_besides_case, conversation.id, view_of(request).value),
        "key": secrets.token_urlsafe(12),
        "box": view_box(connector, conversation, opened.standing, now=request.app[ROAD].now()),
        "earlier": True,
    }


def _thread_values(
    request: web.Request,
    conversation: Conversation,
    found: Sequence[Message],
    above: Message | None,
    beside: Beside,
) -> dict[str, Any]:
    zone = _zone_of(request)
    name = name_of(conversation.contact_name, conversation.id)
    return {
        "conversation": conversation,
        "entries": view_thread(found, contact=name, zone=zone, before=above, beside=beside),
        "zone": zone,
        "today": request.app[ROAD].now().astimezone(zone).date(),
        "more_before": found[0].id if len(found) == PAGE else None,
    }


async def _load_beside(connection: Connection, threads: Sequence[int], found: Sequence[Message]) -> Beside:
    """Read how the customer's messages were judged, what staff say of them, and where their files are."""
    turn_ids = [message.turn_id for message in found if message.author is Author.CONTACT and message.turn_id]
    judged: dict[int, Triage] = {}
    for conversation_id in threads:
        judged |= await corrections.list_judged(connection, conversation_id, turn_ids)
    theirs = [message.id for message in found if message.author is Author.CONTACT]
    said = await corrections.list_corrections(connection, theirs)
    files = await load_files(connection, [each.id for each in found if each.content.attachments])
    left = await left_alone.list_notes(connection, theirs)
    return Beside(
        marks=view_marks(found, judged, said),
        files=files,
        left={each: describe_note(note) for each, note in left.items()},
        places=await find_places(connection, threads),
        quoted=await load_quoted(connection, threads, found),
    )


def _zone_of(request: web.Request) -> ZoneInfo:
    """Return the browser's time zone, which the page's script keeps in a cookie."""
    try:
        return ZoneInfo(request.cookies.get("tz", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _parse_id(request: web.Request, name: str) -> int | None:
    given = request.query.get(name)
    if not given:
        return None
    return _parse_ids(given)[0]


def _parse_ids(given: str) -> list[int]:
    parts = given.split(",")[:_MOST_IDS]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise BadPayload("This address is not one of ours.")
    return [read_id(part) for part in parts]


def add_desk_routes(app: web.Application) -> None:
    """Serve the desk's pages. The app must carry `ROAD`, `CONNECTORS`, `FILES` and `TEMPLATES`."""
    app.router.add_get("/desk", get_desk)
    app.router.add_get("/desk/rows", get_rows)
    app.router.add_get(r"/desk/c/{id:\d{1,19}}", get_desk)
    app.router.add_get(r"/desk/c/{id:\d{1,19}}/state", get_state)
    app.router.add_get(r"/desk/c/{id:\d{1,19}}/messages", get_messages)
    app.router.add_get(r"/desk/c/{id:\d{1,19}}/messages/{message:\d{1,19}}", get_message)
    app.router.add_get(r"/desk/c/{id:\d{1,19}}/files/{message:\d{1,19}}/{number:\d{1,3}}", get_file)
