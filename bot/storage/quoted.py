"""Which of our messages somebody quotes: platforms name them by ids of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger
from sqlalchemy.types import Text as TextType

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.storage.connection import AsyncConnection

# What the contact said is known by its id; what left, by those that the platform gave its parts. Of the
# latter only the newest are looked at: nobody quotes what was said long ago, and the ids have no index.
_FIND = text(
    """
    SELECT m.event_id AS native_id, m.id FROM message m
    WHERE m.account_id IN (SELECT account_id FROM conversation WHERE id = ANY(:threads))
        AND m.event_id = ANY(:native_ids) AND m.revision = 0 AND m.conversation_id = ANY(:threads)
    UNION ALL
    SELECT told.native_id, newest.id FROM unnest(CAST(:threads AS bigint[])) AS thread (id)
    CROSS JOIN LATERAL (
        SELECT id FROM message WHERE conversation_id = thread.id ORDER BY seq DESC LIMIT 500) newest
    JOIN outbox o ON o.message_id = newest.id AND o.native_ids && CAST(:native_ids AS text[])
    CROSS JOIN LATERAL unnest(o.native_ids) AS told (native_id)
    WHERE told.native_id = ANY(:native_ids)
    """
).bindparams(
    bindparam("threads", type_=ARRAY(BigInteger)),
    bindparam("native_ids", type_=ARRAY(TextType)),
)


async def find_quoted(
    connection: AsyncConnection, threads: Sequence[int], native_ids: Collection[str]
) -> dict[str, int]:
    """Return the messages of some conversations that platforms know by these ids, as far as there are."""
    if not native_ids:
        return {}
    rows = await connection.execute(_FIND, {"threads": list(threads), "native_ids": sorted(native_ids)})
    return {row.native_id: row.id for row in rows}
