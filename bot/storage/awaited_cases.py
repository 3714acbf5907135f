"""Who is awaited in private: the public threads that somebody was moved from and did not come by yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text as TextType

from bot.storage.cases import COLUMNS, FRESH, to_link

if TYPE_CHECKING:
    from bot.domain.case import ThreadLink
    from bot.storage.database import AnyConnection

# Three ways to be awaited, each by an index of its own: there may be thousands who never came.
_AWAITED = (
    text(
        f"""
    WITH found AS (
        SELECT id, TRUE AS known, 1 AS rank FROM thread_link
        WHERE account_id = :account_id AND private_key = :key AND private_id IS NULL AND closed_at IS NULL
        UNION ALL
        SELECT l.id, TRUE, CASE WHEN l.word = :word THEN 2 ELSE 3 END
        FROM handle h JOIN thread_link l ON l.account_id = h.account_id AND l.contact_id = h.contact_id
        WHERE h.account_id = :account_id AND h.native_id = :native_id
            AND l.private_id IS NULL AND l.closed_at IS NULL
        UNION ALL
        SELECT id, FALSE, 4 FROM thread_link
        WHERE account_id = :account_id AND word = :word AND private_id IS NULL AND closed_at IS NULL
    )
    SELECT {COLUMNS}, found.known
    FROM found JOIN thread_link t ON t.id = found.id
    WHERE t.created_at > now() - {FRESH} AND NOT EXISTS (
        SELECT FROM conversation c JOIN thread_link o ON o.private_id = c.id AND o.closed_at IS NULL
        WHERE c.account_id = :account_id AND c.key = :key)
    ORDER BY found.rank, t.id DESC LIMIT 1
    """,  # noqa: S608 - constants
    )
    .bindparams(bindparam("word", type_=TextType))
    .columns(question=JSONB)
)


# However long ago: the first row that an index finds is enough.
_ANYBODY = text(
    """
    SELECT EXISTS (
        SELECT FROM thread_link
        WHERE account_id = :account_id AND private_id IS NULL AND closed_at IS NULL)
    """,
)


async def is_anybody_awaited(connection: AnyConnection, account_id: int) -> bool:
    """Tell whether an account waits for anybody in private."""
    return bool((await connection.execute(_ANYBODY, {"account_id": account_id})).scalar_one())


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """Whoever writes in private: the conversation's key, their id, and the word of the link they came by."""

    account_id: int
    key: str
    native_id: str
    word: str | None


async def find_awaited(connection: AnyConnection, arriving: Arriving) -> tuple[ThreadLink, bool] | None:
    """Return the link that somebody was awaited by, and whether it is certainly them; None where none is.

    Certain are the key that a platform named for its private reply, and an id that wrote in public.
    """
    values = {
        "account_id": arriving.account_id,
        "key": arriving.key,
        "native_id": arriving.native_id,
        "word": arriving.word,
    }
    row = (await connection.execute(_AWAITED, values)).one_or_none()
    return (to_link(row), bool(row.known)) if row else None
