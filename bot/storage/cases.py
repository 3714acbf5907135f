"""Cases: public threads, the private ones they were moved to, and what is still to be put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger
from sqlalchemy.types import Text as TextType

from bot.domain.case import How, ThreadLink
from bot.storage.content import dump_content, load_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.json import JsonObject
    from bot.domain.message import Content
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow

# Whoever was shown the way and did not come for so long comes about something else.
FRESH = "interval '30 days'"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """What a turn does to its thread's link: begins it, or says once more where it leads (`how` None)."""

    began_id: int
    how: How | None
    question: Content | None = None


def dump_link(link: NewLink) -> JsonObject:
    """Return a link as `LINK_MANY` reads it."""
    return {
        "began_id": link.began_id,
        "how": link.how.value if link.how else None,
        "question": dump_content(link.question) if link.question else None,
    }


# For a statement that knows the conversation as `mine` and what it says as `said`: a thread is moved by the
# commit that says so. The public word is said last. An old link that nobody came by begins anew.
LINK_MANY = f"""
    INSERT INTO thread_link (account_id, contact_id, public_id, began_id, word, how, question, word_id)
    SELECT c.account_id, c.contact_id, c.id, m.id, m.event_id, l.how, l.question,
        (SELECT max(id) FROM said WHERE said.conversation_id = c.id)
    FROM mine JOIN conversation c ON c.id = mine.id,
        jsonb_to_recordset(:links) AS l(began_id bigint, how text, question jsonb)
        JOIN message m ON m.id = l.began_id
    WHERE l.how IS NOT NULL
    ON CONFLICT (public_id) WHERE closed_at IS NULL DO UPDATE SET
        began_id = excluded.began_id, word = excluded.word, how = excluded.how, word_id = excluded.word_id,
        question = excluded.question, private_id = NULL, private_key = NULL, joined_at = NULL,
        reminded_at = NULL, doubt = FALSE, created_at = now()
        WHERE thread_link.created_at < now() - {FRESH}
"""  # noqa: S608 - put together from constants
REMIND_MANY = """
    UPDATE thread_link t SET reminded_at = coalesce(t.reminded_at, now())
    FROM mine, jsonb_to_recordset(:links) AS l(how text)
    WHERE l.how IS NULL AND t.public_id = mine.id AND t.closed_at IS NULL
"""

COLUMNS = """
    t.id, t.account_id, t.public_id, t.private_id, t.private_key, t.began_id, t.word_id, t.how, t.question,
    t.doubt, t.reminded_at, t.closed_at, t.created_at
"""


def to_link(row: AnyRow) -> ThreadLink:
    """Make our value of a row."""
    return ThreadLink(
        id=row.id,
        account_id=row.account_id,
        public_id=row.public_id,
        began_id=row.began_id,
        how=How(row.how),
        created_at=row.created_at,
        private_id=row.private_id,
        private_key=row.private_key,
        word_id=row.word_id,
        question=load_content(row.question) if row.question else None,
        doubt=row.doubt,
        reminded=row.reminded_at is not None,
        closed=row.closed_at is not None,
    )


_OPEN = text(
    f"""
    SELECT {COLUMNS} FROM thread_link t
    WHERE (t.public_id = :id OR t.private_id = :id) AND t.closed_at IS NULL
    ORDER BY t.private_id IS NULL, t.id LIMIT 1
    """,  # noqa: S608 - constants of this file
).columns(question=JSONB)


async def find_open(connection: AnyConnection, conversation_id: int) -> ThreadLink | None:
    """Return the open link of a conversation, whichever side of it that is."""
    row = (await connection.execute(_OPEN, {"id": conversation_id})).one_or_none()
    return to_link(row) if row else None


_LAST = text(
    f"""
    SELECT {COLUMNS} FROM thread_link t
    WHERE t.public_id = :id OR t.private_id = :id
    ORDER BY t.closed_at IS NOT NULL, t.private_id IS NULL, t.id DESC LIMIT 1
    """,  # noqa: S608 - constants of this file
).columns(question=JSONB)


async def find_last(connection: AnyConnection, conversation_id: int) -> ThreadLink | None:
    """Return the open link of a conversation, else the one that was closed last."""
    row = (await connection.execute(_LAST, {"id": conversation_id})).one_or_none()
    return to_link(row) if row else None


_STANDING = text(
    f"""
    SELECT c.reply_context, {COLUMNS}
    FROM conversation c LEFT JOIN thread_link t
        ON t.public_id = c.id AND t.closed_at IS NULL AND t.created_at > now() - {FRESH}
    WHERE c.id = :id
    """,  # noqa: S608 - constants of this file
).columns(reply_context=JSONB, question=JSONB)


async def load_public(
    connection: AnyConnection, conversation_id: int
) -> tuple[JsonObject, ThreadLink | None]:
    """Return what a channel must know to answer in a public thread, and where that was moved lately."""
    row = (await connection.execute(_STANDING, {"id": conversation_id})).one()
    return row.reply_context, None if row.id is None else to_link(row)


_LAST_WORD = text(
    """
    SELECT id FROM message WHERE conversation_id = :id AND author = 'contact'
        AND kind IN ('text', 'postback', 'media') ORDER BY seq DESC LIMIT 1
    """,
)


async def find_last_word(connection: AnyConnection, conversation_id: int) -> int | None:
    """Return the last message of a thread's contact, None where they said nothing."""
    row = (await connection.execute(_LAST_WORD, {"id": conversation_id})).one_or_none()
    return int(row.id) if row else None


async def lock_case(connection: AsyncConnection, *conversation_ids: int) -> ThreadLink | None:
    """Lock conversations, with those they make a case with, in one order; returns that case, if any.

    The order (lower ids first) keeps two who act on one case from waiting for each other. They may have
    become one while this waited: then the rows are let go, and locked anew with the other's.
    """
    await connection.exec_driver_sql("SAVEPOINT before_case")
    while True:
        link = await _find_case(connection, conversation_ids)
        locked = {*conversation_ids, *(link.ids if link else ())}
        await lock_rows(connection, *locked)
        found = await _find_case(connection, conversation_ids)
        if found is None or locked.issuperset(found.ids):
            break
        await connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before_case")
    await connection.exec_driver_sql("RELEASE SAVEPOINT before_case")
    return found


async def _find_case(connection: AnyConnection, conversation_ids: Sequence[int]) -> ThreadLink | None:
    for conversation_id in conversation_ids:
        link = await find_open(connection, conversation_id)
        if link is not None:
            return link
    return None


_LOCK = text("SELECT id FROM conversation WHERE id = :id FOR UPDATE")


async def lock_rows(connection: AnyConnection, *conversation_ids: int) -> None:
    """Lock conversations' rows, the lower ids first."""
    for conversation_id in sorted(set(conversation_ids)):
        await connection.execute(_LOCK, {"id": conversation_id})


_JOIN = text(
    """
    UPDATE thread_link SET private_id = :private_id, doubt = :doubt, joined_at = now()
    WHERE id = :id AND private_id IS NULL AND closed_at IS NULL AND public_id <> :private_id
        AND NOT EXISTS (SELECT FROM thread_link WHERE private_id = :private_id AND closed_at IS NULL)
    RETURNING id
    """,
).bindparams(bindparam("private_id", type_=BigInteger))


async def join(connection: AnyConnection, link_id: int, private_id: int, *, doubt: bool) -> bool:
    """Link a private conversation, which must be locked; False where somebody was faster."""
    values = {"id": link_id, "private_id": private_id, "doubt": doubt}
    return (await connection.execute(_JOIN, values)).one_or_none() is not None


_SENT = text(
    """
    INSERT INTO thread_link (account_id, contact_id, public_id, began_id, word, how, private_key)
    SELECT c.account_id, c.contact_id, c.id, m.id, m.event_id, :how, :key
    FROM conversation c JOIN LATERAL (
        SELECT id, event_id FROM message WHERE conversation_id = c.id AND author = 'contact'
            AND (kind IN ('text', 'postback', 'media') OR kind = 'unsupported' AND settled IS NOT NULL)
        ORDER BY seq DESC LIMIT 1) m ON TRUE
    WHERE c.id = :id AND c.erased_at IS NULL
    ON CONFLICT (public_id) WHERE closed_at IS NULL
        DO UPDATE SET private_key = coalesce(excluded.private_key, thread_link.private_key),
            created_at = now()
    """,
).bindparams(bindparam("key", type_=TextType))


async def note_sent(connection: AnyConnection, public_id: int, *, key: str | None, how: How) -> None:
    """Write down that a contact was written to in private, and the key of the conversation that opened.

    The conversation must be locked: nothing is kept of whom was erased meanwhile.
    """
    await connection.execute(_SENT, {"id": public_id, "key": key, "how": how.value})


_NAMED = text(
    """
    SELECT c.id FROM thread_link t
    JOIN conversation c ON c.account_id = t.account_id AND c.key = t.private_key
    WHERE t.public_id = :id AND t.private_id IS NULL AND t.closed_at IS NULL AND c.surface = 'direct'
    """,
)


async def find_named(connection: AnyConnection, public_id: int) -> int | None:
    """Return the conversation that a platform named for its private reply, where it is not linked yet."""
    row = (await connection.execute(_NAMED, {"id": public_id})).one_or_none()
    return int(row.id) if row else None


_CLOSE = text("UPDATE thread_link SET closed_at = now(), closing_id = :closing_id WHERE id = :id").bindparams(
    bindparam("closing_id", type_=BigInteger)
)


async def close_link(connection: AnyConnection, link_id: int, *, closing_id: int | None = None) -> None:
    """End a case: both threads go their own ways. `closing_id`: the last word said in public."""
    await connection.execute(_CLOSE, {"id": link_id, "closing_id": closing_id})
