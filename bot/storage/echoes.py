"""What left a conversation lately, held against a platform's word of what the brand said there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text as TextType

from bot.storage.content import load_content

if TYPE_CHECKING:
    from sqlalchemy import TextualSelect

    from bot.domain.message import Content
    from bot.storage.connection import AsyncConnection

# The newest few, by the index of what nobody has read yet: an echo follows its message within seconds.
_LATELY = (
    text(
        """
    SELECT o.native_ids @> ARRAY[CAST(:native_id AS text)] AS same, m.content
    FROM outbox o JOIN message m ON m.id = o.message_id
    WHERE o.conversation_id = :conversation_id
        AND o.state IN ('pending', 'sending', 'sent', 'delivered', 'unknown')
        AND (o.native_ids @> ARRAY[CAST(:native_id AS text)] OR o.state = 'sending'
            OR (o.state = 'unknown' AND o.updated_at > now() - interval '10 minutes'))
    ORDER BY o.message_id DESC LIMIT 20
    """,
    )
    .bindparams(bindparam("native_id", type_=TextType))
    .columns(content=JSONB)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A message that left, or may have. `same`: under the very id that was asked for."""

    same: bool
    content: Content


async def list_left(connection: AsyncConnection, conversation_id: int, native_id: str) -> list[Left]:
    """Return what left under an id, and what is on its way or may have arrived just now."""
    values = {"conversation_id": conversation_id, "native_id": native_id}
    rows = (await connection.execute(_LATELY, values)).all()
    return [Left(same=row.same, content=load_content(row.content)) for row in rows]


# Of all that an account said lately, and of it what no other thread would be asked about.
_ELSEWHERE = """
    SELECT o.conversation_id, o.native_ids @> ARRAY[CAST(:native_id AS text)] AS same, m.content
    FROM outbox o JOIN message m ON m.id = o.message_id JOIN conversation c ON c.id = o.conversation_id
    WHERE m.account_id = :account_id AND {which} AND m.author IN ('bot', 'staff')
        AND o.message_id > (SELECT coalesce(max(id), 0) - 5000 FROM message)
        AND (o.native_ids @> ARRAY[CAST(:native_id AS text)] OR (o.state IN ('sending', 'unknown')
            AND coalesce(o.updated_at, m.created_at) > now() - interval '10 minutes'))
    ORDER BY o.message_id DESC LIMIT 20
    """
_ALONE, _PUBLIC = (
    text(_ELSEWHERE.format(which=which))
    .bindparams(bindparam("native_id", type_=TextType))
    .columns(content=JSONB)
    for which in ("m.content ? 'private'", "c.surface = 'public'")
)


async def list_left_alone(
    connection: AsyncConnection, account_id: int, native_id: str
) -> list[tuple[int, Left]]:
    """Return what was said in private to authors of posts, as `list_left`, each with its conversation."""
    return await _list_elsewhere(connection, _ALONE, account_id, native_id)


async def list_left_in_public(
    connection: AsyncConnection, account_id: int, native_id: str
) -> list[tuple[int, Left]]:
    """Return what was said in public to anybody, as `list_left`, each with its conversation."""
    return await _list_elsewhere(connection, _PUBLIC, account_id, native_id)


async def _list_elsewhere(
    connection: AsyncConnection, statement: TextualSelect, account_id: int, native_id: str
) -> list[tuple[int, Left]]:
    values = {"account_id": account_id, "native_id": native_id}
    rows = (await connection.execute(statement, values)).all()
    return [(row.conversation_id, Left(same=row.same, content=load_content(row.content))) for row in rows]


_THREAD = text(
    """
    SELECT c.key FROM outbox o JOIN message m ON m.id = o.message_id
    JOIN conversation c ON c.id = o.conversation_id
    WHERE m.account_id = :account_id AND o.native_ids @> ARRAY[CAST(:native_id AS text)]
        AND o.message_id > (SELECT coalesce(max(id), 0) - 5000 FROM message)
    LIMIT 1
    """,
).bindparams(bindparam("native_id", type_=TextType))


async def find_thread_of(connection: AsyncConnection, account_id: int, native_id: str) -> str | None:
    """Return the key of the conversation in which we said something lately, by the platform's id for it."""
    values = {"account_id": account_id, "native_id": native_id}
    key: str | None = (await connection.execute(_THREAD, values)).scalar_one_or_none()
    return key
