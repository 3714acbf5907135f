"""Keep outgoing files: what staff are about to send is looked at and stored, and goes when it is over."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.connector.fields import check_unicode
from bot.connector.file_rules import find_file_problem, find_total_problem, goes_as_link
from bot.domain.media import KEPT_TYPES, OUTGOING, OutgoingFile
from bot.domain.message import Attachment, Content
from bot.errors import BadPayload, Conflict, PayloadTooLarge, TooManyAttempts, UnknownConversation
from bot.service.file_kinds import identify
from bot.storage import conversations, outgoing_files
from bot.storage.standing import load_standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.conversation import Conversation
    from bot.domain.staff import Staff
    from bot.service.deliver import Connectors
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.files import FileStore
    from bot.storage.standing import Standing

log = structlog.get_logger(__name__)

LARGEST = 25_000_000  # bytes, of all files of a message
MOST_FILES = 10
MOST_UNSENT = 100
UNSENT_LIFE = timedelta(days=1)
_LEASE = timedelta(minutes=2)
_AT_ONCE = 100
_LONGEST_NAME = 120
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file as a browser brings it, under the name it has there."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A file that was brought. `as_link`: the channel takes no such file, the customer gets an address."""

    file: OutgoingFile
    as_link: bool


async def keep_outgoing(
    road: Road, connectors: Connectors, conversation_id: int, staff: Staff, new: NewFile
) -> Brought:
    """Keep a file that somebody is about to send in a conversation. Raises `Refused` in words.

    What it is, its content says. `Conflict`: the channel takes no such file, and it cannot go as a link.
    """
    if len(new.content) > LARGEST:
        raise refuse_size()
    mime = await asyncio.to_thread(identify, new.content)
    if mime not in KEPT_TYPES:
        raise BadPayload(
            f"files of this kind ({mime or 'unknown'}) are not sent: they may run where they are opened"
        )
    file = OutgoingFile(
        id=0,
        name=clean_name(new.name),
        mime=mime,
        size=len(new.content),
        key=f"outgoing/{secrets.token_hex(16)}",
    )
    as_link = await _check(road, connectors, conversation_id, staff, file)
    async with road.database.begin() as connection:
        file_id = await outgoing_files.add_file(connection, conversation_id, staff.id, file, life=UNSENT_LIFE)
    if file_id is None:
        raise UnknownConversation("There is no such conversation.")
    # Its row comes first: should this fail, the row is what has it deleted.
    await _store(road).put(file.key, new.content)
    return Brought(file=replace(file, id=file_id), as_link=as_link)


async def _check(
    road: Road, connectors: Connectors, conversation_id: int, staff: Staff, file: OutgoingFile
) -> bool:
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
        if found is None:
            raise UnknownConversation("There is no such conversation.")
        if await outgoing_files.count_unsent(connection, staff.id) >= MOST_UNSENT:
            raise TooManyAttempts(f"you have {MOST_UNSENT} files here that are not sent: remove some of them")
        standing = await load_standing(connection, conversation_id)
    attachment = make_attachment(file)
    check_files(road, connectors, found, standing, Content(attachments=(attachment,)))
    connector = connectors.get((found.channel, found.account))
    return connector is not None and goes_as_link(connector.capabilities.on(found.surface), attachment)


def check_files(
    road: Road,
    connectors: Connectors,
    found: Conversation,
    standing: Standing,
    content: Content,
) -> None:
    """Raise `Conflict` for files that a message cannot take along, neither as files nor as links."""
    connector = connectors.get((found.channel, found.account))
    if connector is None:
        return
    linked = standing.pushed and road.sent_files is not None and road.sent_files.public_url is not None
    can = connector.capabilities.on(found.surface)
    if content.private and content.attachments and not linked:
        # Where it goes, other things may be taken than where it is written: nothing must be lost on the way.
        raise Conflict("files do not go along with a private answer to a post: send them when they wrote")
    for attachment in content.attachments:
        problem = find_file_problem(can, attachment, linked=linked)
        if problem is not None:
            raise Conflict(problem)
    together = find_total_problem(can, content.attachments, linked=linked)
    if together is not None:
        raise Conflict(together)


def refuse_size() -> PayloadTooLarge:
    """Return what to say of files that are too large."""
    return PayloadTooLarge(
        f"a message takes {LARGEST // 1_000_000} MB of files: send a link to where it can be had"
    )


def clean_name(name: str) -> str:
    """Return a file's name as it can be shown and kept anywhere. Raises `BadPayload` for what is no text."""
    check_unicode(name)
    stem, dot, ending = " ".join(_UNFIT.sub(" ", name).split()).rpartition(".")
    short = f"{stem[: _LONGEST_NAME - len(dot + ending[:10])]}{dot}{ending[:10]}" if dot else ending
    return short[:_LONGEST_NAME].strip(" .") or "file"


async def list_attachments(
    connection: Connection, found: Conversation, staff: Staff, ids: Sequence[int]
) -> tuple[Attachment, ...]:
    """Return the files that somebody brought as a message takes them. Raises `Conflict`, `PayloadTooLarge`.

    They are locked: nobody sends or deletes them before the transaction ends.
    """
    if not ids:
        return ()
    if len(ids) > MOST_FILES:
        raise BadPayload(f"a message takes {MOST_FILES} files: send the others with the next one")
    brought = await outgoing_files.lock_brought(connection, found.id, staff.id, ids)
    if len(brought) < len(set(ids)):
        raise Conflict("a file is not here any more (unsent ones stay for a day): remove it and add it again")
    if sum(file.size for file in brought) > LARGEST:
        raise refuse_size()
    return tuple(map(make_attachment, brought))


def make_attachment(file: OutgoingFile) -> Attachment:
    """Return a file as an attachment of a message of ours."""
    return Attachment(
        kind=file.kind, ref=f"{OUTGOING}{file.id}", mime=file.mime, name=file.name, size=file.size
    )


async def drop_ownerless(road: Road, files: FileStore) -> bool:
    """Delete files that nobody sent, or whose message is deleted; tells whether there were any."""
    async with road.database.begin() as connection:
        over = await outgoing_files.take_ownerless(connection, lease=_LEASE, most=_AT_ONCE)
    if not over:
        return False
    await files.delete(list(over.values()))
    async with road.database.begin() as connection:
        await outgoing_files.forget_files(connection, list(over))
    log.info("Files deleted that staff did not send, or whose message is gone", count=len(over))
    return True


def _store(road: Road) -> FileStore:
    assert road.sent_files is not None, "a process with pages has a store"
    return road.sent_files.store
