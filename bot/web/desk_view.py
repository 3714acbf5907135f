"""What the desk's templates show, decided apart from how it looks. Pure: time and zone are arguments."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.desk.brief import first_words, words_of
from bot.domain.conversation import Status, Surface
from bot.domain.message import KEPT_AWAY, UNSEEN, Author, DeliveryState, Kind
from bot.storage.queue import QueueView
from bot.web.around_view import show_quoted, view_around, view_quote
from bot.web.attachment_view import view_file
from bot.web.person_view import describe_also
from bot.web.words import name_channel, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from bot.domain.conversation import Conversation
    from bot.domain.media import MediaFile
    from bot.domain.message import Button, Message
    from bot.domain.staff import Staff
    from bot.service.list_queue import QueueEntry
    from bot.web.around_view import AroundView, QuoteView
    from bot.web.attachment_view import AttachmentView
    from bot.web.triage_view import TriageMark

_QUIET_KINDS = frozenset({Kind.RECEIPT})
_EVENT_LINES = frozenset({Kind.EDIT, Kind.DELETE, Kind.REACTION, Kind.TRIGGER})
_WRONG = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of the list. `order` sorts rows, highest first, also after one of them changed."""

    id: int
    name: str
    where: str
    wants: str
    why: str
    holder: str
    since: datetime
    order: float
    deadline: str
    urgency: str
    unread: bool
    also: str = ""


def view_row(entry: QueueEntry, *, view: QueueView, staff: Staff, also: tuple[str, ...] = ()) -> RowView:
    """Show an entry of the queue to `staff`; `also` are the other channels the customer writes by."""
    row = entry.row
    holder = (
        ""
        if row.staff_id == staff.id and view is QueueView.MINE
        else _describe_status(row.status, row.staff_name)
    )
    return RowView(
        id=row.conversation_id,
        name=name_of(row.contact_name, row.conversation_id),
        where=_describe_place(
            name_channel(row.channel), row.in_public or row.surface, moved=row.in_public is not None
        ),
        wants=first_words(row.wants) or say("desk.no_words"),
        why=", ".join(entry.score.grounds[:3]),
        holder="" if row.status is Status.QUEUED else holder,
        since=entry.waiting_since or row.last_message_at,
        order=row.last_message_at.timestamp() if view is QueueView.RECENT else round(entry.score.value, 3),
        deadline=entry.deadline.text if entry.deadline else "",
        urgency=entry.deadline.urgency.value if entry.deadline else "",
        unread=row.last_author == Author.CONTACT.value,
        also=describe_also(also),
    )


def name_of(contact_name: str | None, conversation_id: int) -> str:
    """Return what to call a contact who gave no name."""
    return contact_name or say("desk.nameless", number=conversation_id)


def _describe_place(channel: str, surface: Surface, *, moved: bool = False) -> str:
    if moved:
        return f"{channel}, {say(f'desk.case_{surface.value}_and_private')}"
    return channel if surface is Surface.DIRECT else f"{channel}, {say(f'desk.surface_{surface.value}')}"


def _describe_status(status: Status, staff_name: str | None) -> str:
    if status is Status.HELD and staff_name:
        return staff_name
    return say(f"desk.status_{status.value}")


class Holding(StrEnum):
    """Whose conversation it is, seen by one member of staff."""

    MINE = "mine"
    COLLEAGUE = "colleague"
    ELSEWHERE = "elsewhere"  # a person speaks in the platform's own app: free for whoever is here
    QUEUED = "queued"
    BOT = "bot"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


def holding_of(conversation: Conversation, staff: Staff) -> Holding:
    """Tell whose conversation it is."""
    if conversation.status is Status.HELD and conversation.staff_id is None:
        return Holding.ELSEWHERE
    if conversation.status is Status.HELD:
        return Holding.MINE if conversation.staff_id == staff.id else Holding.COLLEAGUE
    return Holding(conversation.status.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is shown beside messages: how they were judged, their files by (message, number).

    `left` says of those that needed no answer why. `places` says where conversations stand, if several are
    read as one. `quoted` are messages that others answer, by the platform's ids.
    """

    marks: Mapping[int, TriageMark] = field(default_factory=dict)
    files: Mapping[tuple[int, int], MediaFile] = field(default_factory=dict)
    left: Mapping[int, str] = field(default_factory=dict)
    places: Mapping[int, str] = field(default_factory=dict)
    quoted: Mapping[str, Message] = field(default_factory=dict)


class Side(StrEnum):
    """Where an entry of the thread stands."""

    CONTACT = "contact"
    BOT = "bot"
    STAFF = "staff"
    NOTE = "note"
    LINE = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEntry:
    """One entry of the thread. `day` is set on the first of a day, `who` on the first of a run.

    `unsupported`: the words are ours, in place of what the platform did not pass on.
    """

    id: int
    seq: int
    side: Side
    text: str
    at: datetime
    day: date | None
    who: str
    attachments: tuple[AttachmentView, ...]
    buttons: tuple[Button, ...]
    delivery: str
    wrong: bool
    mark: TriageMark | None = None
    left: str = ""
    place: str = ""
    unsupported: bool = False
    quote: QuoteView | None = None
    around: tuple[AroundView, ...] = ()


def view_thread(
    messages: Sequence[Message],
    *,
    contact: str,
    zone: tzinfo,
    before: Message | None = None,
    beside: Beside | None = None,
) -> list[ThreadEntry]:
    """Show messages, oldest first; `before` is the one that stands above them already."""
    beside = beside if beside is not None else Beside()
    shown = [each for each in messages if each.kind not in _QUIET_KINDS and KEPT_AWAY not in each.metadata]
    quoted = {
        native_id: show_quoted(message, _who(message, side_of(message), contact))
        for native_id, message in beside.quoted.items()
    }
    return [
        replace(
            _view_message(last, message, contact, zone, beside.places),
            mark=beside.marks.get(message.id),
            left=beside.left.get(message.id, ""),
            attachments=_view_attachments(message, beside.files),
            quote=view_quote(message, quoted),
            around=view_around(message),
        )
        for last, message in pairwise([before, *shown])
        if message
    ]


def _view_message(
    last: Message | None, message: Message, contact: str, zone: tzinfo, places: Mapping[int, str]
) -> ThreadEntry:
    place = _place_of(message, places)
    day = message.created_at.astimezone(zone).date()
    new_day = last is None or last.created_at.astimezone(zone).date() != day
    side = side_of(message)
    who = _who(message, side, contact)
    same_run = (
        not new_day
        and last is not None
        and side_of(last) is side
        and _who(last, side, contact) == who
        and _place_of(last, places) == place
    )
    return ThreadEntry(
        id=message.id,
        seq=message.seq,
        side=side,
        text=_text_of(message, contact),
        at=message.created_at,
        day=day if new_day else None,
        who="" if same_run else who,
        attachments=(),
        buttons=message.content.buttons,
        delivery=describe_delivery(message),
        wrong=message.delivery in _WRONG,
        place=place if place != _place_of(last, places) else "",
        unsupported=_is_unsupported(message),
    )


def _place_of(message: Message | None, places: Mapping[int, str]) -> str:
    """Say where a message stands, if a conversation is read with another; empty where none is."""
    if message is None or not places:
        return ""
    return say("desk.case_private") if message.content.private else places.get(message.conversation_id, "")


def _view_attachments(
    message: Message, files: Mapping[tuple[int, int], MediaFile]
) -> tuple[AttachmentView, ...]:
    address = f"/desk/c/{message.conversation_id}/files/{message.id}"
    return tuple(
        view_file(attachment, files.get((message.id, number)), f"{address}/{number}")
        for number, attachment in enumerate(message.content.attachments)
    )


def side_of(message: Message) -> Side:
    """Tell where a message stands."""
    if message.kind is Kind.NOTE:
        return Side.NOTE
    if message.kind in _EVENT_LINES or message.author is Author.SYSTEM or _is_notice(message):
        return Side.LINE
    return Side(message.author.value)


def _is_unsupported(message: Message) -> bool:
    """Tell whether nothing is kept of what somebody sent, or of what a platform tells."""
    return message.kind is Kind.UNSUPPORTED and not (message.content.text or message.content.attachments)


def _is_notice(message: Message) -> bool:
    """Tell what a platform says of somebody from what they said themselves, which waits or waited."""
    return _is_unsupported(message) and message.settled is None


def describe_delivery(message: Message) -> str:
    """Say where a message is on its way to the customer; empty for what is not sent."""
    if message.delivery is None:
        return ""
    words = say(f"delivery.{message.delivery.value}")
    wrong = message.delivery_error and message.delivery in _WRONG
    return f"{words}: {message.delivery_error}" if wrong else words


def _who(message: Message, side: Side, contact: str) -> str:
    if side is Side.CONTACT:
        return contact
    if side is Side.BOT:
        return say("desk.bot")
    if side is Side.LINE or message.author is Author.SYSTEM:
        return ""
    if message.kind is Kind.ECHO:
        return say("desk.echo")
    return message.staff_name or say("desk.colleague")


def _text_of(message: Message, contact: str) -> str:
    if message.kind is Kind.REACTION and not message.content.text:
        return say("desk.event_reaction_gone", name=contact)
    if _is_unsupported(message):
        note = message.metadata.get("note")
        if isinstance(note, str) and note:
            return note
        return say("desk.event_unsupported", name=contact) if _is_notice(message) else say("desk.unsupported")
    if message.kind in _EVENT_LINES:
        unseen = "_unseen" if UNSEEN in message.metadata else ""
        return say(f"desk.event_{message.kind.value}{unseen}", name=contact, text=message.content.text)
    text = message.content.text if message.content.attachments else words_of(message)
    return text or ("" if message.content.attachments else say("desk.no_words"))
