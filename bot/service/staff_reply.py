"""Staff reply: a person answers, by the same door as the bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.bus.keys import Stream
from bot.connector.fields import MAX_TEXT
from bot.domain.conversation import Status
from bot.domain.message import Author, Content, Kind, Settled
from bot.domain.proposal import ProposalReason
from bot.errors import BadPayload, Conflict
from bot.service.check_reply import check_reply
from bot.service.hold import announce_status, both_of, check_beside_free, check_free, has, lock
from bot.service.keep_outgoing import list_attachments
from bot.service.resolve import announce_closing_word, close
from bot.service.take import join
from bot.storage import messages, outbox, outgoing_files, proposals

if TYPE_CHECKING:
    from bot.domain.conversation import Conversation
    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.domain.staff import Staff
    from bot.service.deliver import Connectors
    from bot.service.road import Road
    from bot.storage.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person sends. `key` is the browser's idempotency key: the same key again says nothing new.

    `resolves`: the matter is closed with it, unless the contact wrote after the message `seen`. `private`:
    it goes to the author of a public post alone. `template`: a message that the platform approved beforehand,
    which says the text. `files` are those that the same person brought
    (`keep_outgoing`), in order; with files no text is needed. `quietly`: a case that is resolved with it gets
    no closing word in public.
    """

    text: str
    key: str
    resolves: bool = False
    seen: int | None = None
    private: bool = False
    files: tuple[int, ...] = ()
    template: JsonObject | None = None
    quietly: bool = False


async def staff_reply(road: Road, conversation_id: int, staff: Staff, text: str, *, key: str) -> Message:
    """Commit a person's answer; see `send_reply`."""
    return await send_reply(road, conversation_id, staff, Reply(text=text, key=key))


async def send_reply(
    road: Road,
    conversation_id: int,
    staff: Staff,
    reply: Reply,
    *,
    connectors: Connectors | None = None,
) -> Message:
    """Commit a person's answer and queue it for delivery; who answers, holds the conversation.

    `connectors` know what platforms refuse: a reply that could not leave is refused here. Raises `BadPayload`
    for an empty text, `Conflict` for such a reply, when a colleague holds the conversation, something else
    was sent under the key, or a resolving reply's writer did not see the contact's last words. Nothing was
    stored then.
    """
    async with road.database.begin() as connection:
        found = await lock(connection, conversation_id)
        content = await _read_content(connection, found, staff, reply)
        # A late repeat is no new act: it takes nothing and closes nothing it does not hold.
        known = await find_said(connection, conversation_id, f"reply:{reply.key}", content)
        if known is None:
            check_free(found, staff)
            if reply.resolves or not has(found, staff):
                await check_beside_free(connection, found, staff)
            await check_reply(road, connection, found, content, connectors or {})
        message = known or await _say(connection, found, staff, content, reply)
        resolved = reply.resolves and (known is None or has(found, staff))
        both = await both_of(connection, conversation_id)
        word = None
        if resolved:
            word = await close(road, connection, conversation_id, seen=reply.seen, quietly=reply.quietly)
    if known is None:
        await road.bus.work.put(Stream.DELIVER, conversation_id)
        await road.bus.live.publish("message", conversation_id, message_id=message.id, author="staff")
    if resolved or (known is None and not has(found, staff)):
        for each in both:
            await announce_status(road, each, Status.RESOLVED if resolved else Status.HELD, staff)
    await announce_closing_word(road, word)
    return message


async def _read_content(connection: Connection, found: Conversation, staff: Staff, reply: Reply) -> Content:
    """Return what is to be said. Raises `BadPayload` where that is nothing."""
    return Content(
        text=clean_text(reply.text) if reply.files else check_text(reply.text),
        attachments=await list_attachments(connection, found, staff, reply.files),
        private=reply.private,
        custom={"template": reply.template} if reply.template else None,
    )


async def _say(
    connection: Connection, found: Conversation, staff: Staff, content: Content, reply: Reply
) -> Message:
    """Store the words and queue them; whoever says them has the conversation."""
    await join(connection, found, staff)
    message_id = await messages.append_message(
        connection, found.id, content, author=Author.STAFF, staff_id=staff.id, key=f"reply:{reply.key}"
    )
    if reply.files and not await outgoing_files.mark_sent(connection, message_id, reply.files):
        raise Conflict("a file was sent already: remove it from here, or add it again")
    await outbox.queue_message(connection, found.id, message_id)
    for each in await both_of(connection, found.id):  # who reads a case reads both threads
        answered = await messages.settle_waiting(connection, each, Settled.STAFF)
        await _propose(connection, answered)
    message = await messages.get_message(connection, message_id)
    assert message is not None
    return message


async def _propose(connection: Connection, answered: list[Message]) -> None:
    """Show trainers what a person had to answer."""
    for message in answered:
        if message.kind is Kind.TEXT and message.content.text:
            await proposals.propose(connection, message, ProposalReason.STAFF_ANSWERED)


async def find_said(
    connection: Connection, conversation_id: int, key: str, content: Content
) -> Message | None:
    """Return what was said in a locked conversation under an idempotency key; None when nothing was.

    Raises `Conflict` when those were other words: these would be lost without anybody noticing.
    """
    known = await messages.find_own(connection, conversation_id, key)
    if known is not None and known.content != content:
        raise Conflict("an earlier text was sent from this box already; read it, then send this one again")
    return known


def check_text(text: str) -> str:
    """Return what a person wrote, fit to be stored and sent. Raises `BadPayload`."""
    cleaned = clean_text(text)
    if not cleaned:
        raise BadPayload("write something first")
    return cleaned


def clean_text(text: str) -> str:
    """Return what a person wrote, or did not, fit to be stored and sent. Raises `BadPayload` for too much."""
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(cleaned) > MAX_TEXT:
        raise BadPayload(f"the text is longer than {MAX_TEXT} characters: split it")
    return cleaned
