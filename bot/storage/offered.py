"""Which buttons the bot offered: what somebody pressed is known by its payload alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger
from sqlalchemy.types import Text as TextType

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.storage.connection import AsyncConnection


class Press(NamedTuple):
    """A payload that was sent in a conversation, as the message with this number."""

    conversation_id: int
    seq: int
    payload: str


# Of what was said before only the newest is looked at: nobody presses what has long scrolled away.
_FIND = text(
    """
    SELECT p.conversation_id, p.seq, p.payload, offered.title
    FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[]), CAST(:payloads AS text[]))
        AS p (conversation_id, seq, payload)
    CROSS JOIN LATERAL (
        SELECT button ->> 'title' AS title
        FROM (SELECT m.seq, m.content -> 'buttons' AS buttons FROM message m
            WHERE m.conversation_id = p.conversation_id AND m.seq < p.seq ORDER BY m.seq DESC LIMIT 200) said
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE jsonb_typeof(said.buttons) WHEN 'array' THEN said.buttons END) AS button
        WHERE button ->> 'payload' = p.payload AND button ->> 'title' <> ''
        ORDER BY said.seq DESC LIMIT 1) offered
    """
).bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("seqs", type_=ARRAY(BigInteger)),
    bindparam("payloads", type_=ARRAY(TextType)),
)


async def find_titles(connection: AsyncConnection, presses: Collection[Press]) -> dict[Press, str]:
    """Return the titles of pressed buttons, as each was offered last before it was pressed."""
    if not presses:
        return {}
    ids, seqs, payloads = (list(column) for column in zip(*presses, strict=True))
    rows = await connection.execute(_FIND, {"ids": ids, "seqs": seqs, "payloads": payloads})
    return {Press(row.conversation_id, row.seq, row.payload): row.title for row in rows}
