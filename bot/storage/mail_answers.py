"""What of a web chat waits to be mailed, and what was mailed before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Boolean, DateTime, Interval, Text

from bot.desk.mail_answer import MAIL_AFTER, NOT_AFTER, Traffic
from bot.domain.message import Author
from bot.storage.content import load_content

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.domain.json import JsonObject
    from bot.domain.message import Content
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection

MAIL_TIMER = "mail_answer"
_MOST = 20  # messages in one mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something said in a chat that its visitor has not seen."""

    message_id: int
    author: Author
    staff_id: int | None
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a visitor wrote last."""

    message_id: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """The mail thread of a chat: its conversation, and the last word of the chat that was mailed there."""

    conversation_id: int
    address: str
    word_id: int


_PLAN = text(
    """
    INSERT INTO timer (conversation_id, kind, due_at, data)
    SELECT :conversation_id, :kind, :due_at, '{}' WHERE NOT EXISTS (
        SELECT FROM timer WHERE conversation_id = :conversation_id AND kind = :kind AND done_at IS NULL)
    """,
).bindparams(
    bindparam("conversation_id", type_=BigInteger),
    bindparam("kind", type_=Text),
    bindparam("due_at", type_=DateTime(timezone=True)),
)


async def plan_mail(connection: AsyncConnection, conversation_id: int, due_at: datetime) -> None:
    """Have a chat looked at, at that time or earlier: what is not read by then is mailed."""
    values = {"conversation_id": conversation_id, "kind": MAIL_TIMER, "due_at": due_at}
    await connection.execute(_PLAN, values)


_DUE = text(
    """
    SELECT id, conversation_id FROM timer WHERE kind = :kind AND done_at IS NULL AND due_at <= :now
    ORDER BY due_at, id LIMIT 100
    """,
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def list_due(connection: AsyncConnection, now: datetime) -> list[tuple[int, int]]:
    """Return (timer, chat) of what is to be looked at, the earliest first."""
    rows = await connection.execute(_DUE, {"kind": MAIL_TIMER, "now": now})
    return [(int(row.id), int(row.conversation_id)) for row in rows]


_TAKE = text("UPDATE timer SET done_at = now() WHERE id = :id AND done_at IS NULL RETURNING id")


async def take_due(connection: AsyncConnection, timer_id: int) -> bool:
    """Mark a timer as done; False where another clock was faster. Act in the same transaction."""
    return (await connection.execute(_TAKE, {"id": timer_id})).one_or_none() is not None


# Locked, so that what is read at this very moment is either read or mailed. Of the bot only what it said
# later: whoever asked it something saw the answer at once, or left without waiting for it.
_UNREAD = (
    text(
        """
    SELECT m.id, m.author, m.staff_id, m.content FROM outbox o JOIN message m ON m.id = o.message_id
    WHERE o.conversation_id = :conversation_id AND o.message_id > :after_id AND o.state = 'sent'
        AND m.kind = 'text' AND m.created_at > now() - :age
        AND (m.author = 'staff' OR (m.author = 'bot' AND :by_bot AND m.created_at - :later > (
            SELECT h.created_at FROM message h WHERE h.conversation_id = m.conversation_id
                AND h.author = 'contact' AND h.seq < m.seq ORDER BY h.seq DESC LIMIT 1)))
    ORDER BY o.message_id LIMIT :most FOR UPDATE OF o
    """,
    )
    .bindparams(
        bindparam("after_id", type_=BigInteger),
        bindparam("by_bot", type_=Boolean),
        bindparam("age", type_=Interval),
        bindparam("later", type_=Interval),
    )
    .columns(content=JSONB)
)


async def list_unread(
    connection: AsyncConnection,
    conversation_id: int,
    *,
    after_id: int,
    by_bot: bool,
) -> list[Unread]:
    """Return what was said in a chat after a message, not too long ago, and nobody saw.

    `by_bot`: also what the bot said later than at once.
    """
    values = {
        "conversation_id": conversation_id,
        "after_id": after_id,
        "by_bot": by_bot,
        "age": NOT_AFTER,
        "later": MAIL_AFTER,
        "most": _MOST,
    }
    return [
        Unread(
            message_id=row.id,
            author=Author(row.author),
            staff_id=row.staff_id,
            content=load_content(row.content),
        )
        for row in await connection.execute(_UNREAD, values)
    ]


_ASKED = text(
    """
    SELECT id, content ->> 'text' AS words, created_at FROM message
    WHERE conversation_id = :conversation_id AND author = 'contact' AND kind = 'text'
        AND id < :before_id
    ORDER BY seq DESC LIMIT 1
    """,
).bindparams(bindparam("before_id", type_=BigInteger))


async def find_asked(connection: AsyncConnection, conversation_id: int, before_id: int) -> Asked | None:
    """Return what a visitor wrote last before a message."""
    values = {"conversation_id": conversation_id, "before_id": before_id}
    row = (await connection.execute(_ASKED, values)).one_or_none()
    return Asked(message_id=row.id, text=row.words or "", at=row.created_at) if row else None


_MAILED = text(
    """
    SELECT t.private_id, t.word_id, h.native_id FROM thread_link t
    JOIN conversation c ON c.id = t.private_id AND c.erased_at IS NULL
    JOIN handle h ON h.contact_id = c.contact_id AND h.account_id = c.account_id
    WHERE t.public_id = :chat_id AND t.how = 'mail' AND split_part(c.key, ':', 2) = h.native_id
    ORDER BY t.id DESC LIMIT 1
    """,
)


async def find_mailed(connection: AnyConnection, chat_id: int) -> Mailed | None:
    """Return the mail thread of a chat, None before its first mail."""
    row = (await connection.execute(_MAILED, {"chat_id": chat_id})).one_or_none()
    return Mailed(conversation_id=row.private_id, address=row.native_id, word_id=row.word_id) if row else None


_LINK = text(
    """
    INSERT INTO thread_link (account_id, contact_id, public_id, private_id, began_id, word_id, how, joined_at)
    SELECT account_id, contact_id, id, :mail_id, :began_id, :word_id, 'mail', now()
    FROM conversation WHERE id = :chat_id
    ON CONFLICT (public_id) WHERE closed_at IS NULL DO UPDATE SET word_id = excluded.word_id
    """,
).bindparams(*(bindparam(name, type_=BigInteger) for name in ("mail_id", "began_id", "word_id", "chat_id")))


async def link_mail(
    connection: AsyncConnection, chat_id: int, mail_id: int, *, began_id: int, word_id: int
) -> None:
    """Let a chat and its mails be one case, mailed up to a word. Both must be locked."""
    values = {"chat_id": chat_id, "mail_id": mail_id, "began_id": began_id, "word_id": word_id}
    await connection.execute(_LINK, values)


_TRAFFIC = text(
    """
    SELECT (
            SELECT count(DISTINCT t.public_id) FROM conversation c
            JOIN thread_link t ON t.private_id = c.id AND t.how = 'mail'
            WHERE c.contact_id = h.contact_id AND t.public_id <> :chat_id
                AND t.joined_at > now() - interval '1 day'
        ) AS others, (
            SELECT count(DISTINCT m.id) FROM thread_link t
            JOIN message m ON m.conversation_id = t.private_id AND m.event_id LIKE 'own:%:mailed:%'
            WHERE t.public_id = :chat_id AND t.how = 'mail' AND m.created_at > now() - interval '1 day'
        ) AS mails, (
            SELECT lower(regexp_replace(m.content ->> 'text', '[^[:alpha:]]', '', 'g')) FROM conversation c
            JOIN message m ON m.conversation_id = c.id AND m.author = 'contact' AND m.kind = 'text'
            WHERE c.contact_id = h.contact_id AND c.account_id = h.account_id ORDER BY m.id DESC LIMIT 1
        ) AS last_word
    FROM handle h WHERE h.account_id = :account_id AND h.native_id = :address
    """,
).bindparams(
    bindparam("chat_id", type_=BigInteger),
    bindparam("account_id", type_=BigInteger),
    bindparam("address", type_=Text),
)


async def load_traffic(
    connection: AsyncConnection, chat_id: int, account_id: int, address: str, *, stop_words: Collection[str]
) -> Traffic:
    """Return what an e-mail account mailed to an address, as far as a chat's next mail depends on it."""
    values = {"chat_id": chat_id, "account_id": account_id, "address": address}
    row = (await connection.execute(_TRAFFIC, values)).one_or_none()
    if row is None:
        return Traffic()
    return Traffic(other_chats=row.others, mails=row.mails, stopped=row.last_word in stop_words)


_LAST_SENT = text(
    """
    SELECT o.native_ids FROM outbox o JOIN message m ON m.id = o.message_id
    WHERE o.conversation_id = :id AND cardinality(o.native_ids) > 0 ORDER BY o.message_id DESC LIMIT 1
    """,
)
_CONTEXT = (
    text("SELECT reply_context FROM conversation WHERE id = :id")
    .bindparams(bindparam("id", type_=BigInteger))
    .columns(reply_context=JSONB)
)


async def load_context(
    connection: AsyncConnection, conversation_id: int
) -> tuple[JsonObject, tuple[str, ...]]:
    """Return what the channel knows of a mail thread, and the ids of the last mail of ours there."""
    context: JsonObject = (await connection.execute(_CONTEXT, {"id": conversation_id})).scalar_one()
    sent = (await connection.execute(_LAST_SENT, {"id": conversation_id})).scalar_one_or_none()
    return context, tuple(sent or ())
