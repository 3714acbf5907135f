"""Say closing word: what began in public and was settled in private gets a last public word, once.

Whoever read the complaint sees that it was looked after. Nothing is said where it would be unasked for or
untrue: the contact took the post back, or wrote in public again and got no answer there, nothing was ever
said there of the private part, or the platform takes nothing any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.connector import OutboundReply
from bot.connector.windows import find_refusal
from bot.desk.public_case import wants_closing_word
from bot.domain.case import How
from bot.domain.message import Author, Content
from bot.storage import case_moves, conversations, messages, outbox

if TYPE_CHECKING:
    from bot.domain.case import PublicPart, ThreadLink
    from bot.domain.conversation import Conversation
    from bot.service.road import Road
    from bot.storage.database import Connection


async def say_closing_word(road: Road, connection: Connection, link: ThreadLink) -> int | None:
    """Store the closing word of a case that is resolved now, and return its id; None where there is none.

    Both threads must be locked.
    """
    public = await conversations.get_conversation(connection, link.public_id)
    if link.how is How.MAIL or link.private_id is None or public is None or not road.desk.words.closing:
        return None
    part = await case_moves.load_public_part(connection, link)
    if not wants_closing_word(part) or not _may_leave(road, public, part):
        return None
    word = Content(text=road.desk.words.closing)
    said = await messages.append_message(connection, public.id, word, author=Author.BOT)
    await outbox.queue_message(connection, public.id, said)
    return said


def _may_leave(road: Road, public: Conversation, part: PublicPart) -> bool:
    """Tell whether the platform takes a word of ours in public now."""
    connector = road.passages.get((public.channel, public.account))
    if connector is None:
        return False
    now = road.now()
    word = OutboundReply(
        idempotency_key="",
        conversation_key=public.key,
        content=Content(text=road.desk.words.closing),
        author=Author.BOT,
        surface=public.surface,
        last_heard_at=None if part.heard_ago is None else now - part.heard_ago,
    )
    return find_refusal(connector.capabilities, word, now=now) is None
