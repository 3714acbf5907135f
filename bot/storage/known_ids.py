"""The ids of one person on one account, and the conversation that all of them lead to.

A phone number passes to other people, a user id stays its person's. So a number leads to somebody's
conversation only as long as nobody shows it with a user id that is not theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger
from sqlalchemy.types import Text as TextType

from bot.domain.contact import is_number

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.storage.database import AnyConnection

# In the order of the ids: two messages of one person, taken at one moment, wait for each other in one order.
# A number is somebody else's where user ids lead to the same conversation, and none of those shown now does.
_LEAD = text(
    """
    WITH known AS (
        SELECT native_id, key, created_at, native_id = ANY(:own) AS owned FROM known_id
        WHERE account_id = :account_id AND native_id = ANY(:native_ids)
    ), passed AS (
        SELECT k.native_id, k.key FROM known k
        WHERE NOT k.owned AND cardinality(CAST(:own AS text[])) > 0
            AND NOT EXISTS (SELECT FROM known mine WHERE mine.owned AND mine.key = k.key)
            AND EXISTS (
                SELECT FROM known_id other WHERE other.account_id = :account_id AND other.key = k.key
                    AND other.native_id !~ '^[0-9]+$')
    ), led AS (
        SELECT coalesce(
            (SELECT key FROM known WHERE key NOT IN (SELECT key FROM passed)
             ORDER BY created_at, native_id LIMIT 1),
            CASE WHEN EXISTS (SELECT FROM passed) THEN :own_key ELSE :key END) AS key
    ), noted AS (
        INSERT INTO known_id (account_id, native_id, key)
        SELECT :account_id, g.native_id, led.key FROM unnest(:native_ids) AS g (native_id), led
        WHERE g.native_id NOT IN (SELECT native_id FROM known)
        ORDER BY g.native_id
        ON CONFLICT DO NOTHING
    ), moved AS (
        UPDATE known_id SET key = led.key, created_at = now() FROM led, passed
        WHERE known_id.account_id = :account_id AND known_id.native_id = passed.native_id
    )
    SELECT led.key, (SELECT min(key) FROM passed) AS left_key FROM led
    """,
).bindparams(
    bindparam("account_id", type_=BigInteger),
    bindparam("native_ids", type_=ARRAY(TextType)),
    bindparam("own", type_=ARRAY(TextType)),
    bindparam("own_key", type_=TextType),
    bindparam("key", type_=TextType),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """The conversation that ids lead to; `left_key`: one whose contact has lost their number to them."""

    key: str
    left_key: str | None = None


async def lead(connection: AnyConnection, account_id: int, native_ids: Collection[str], key: str) -> Led:
    """Return the conversation that ids lead to: of the one known longest, else `key`.

    From now on all of them lead somewhere; those that did already still lead there, but for a number that
    has passed to this person. One statement.
    """
    own = sorted(each for each in native_ids if not is_number(each))
    values = {
        "account_id": account_id,
        "native_ids": sorted(native_ids),
        "own": own,
        "own_key": own[0] if own else key,
        "key": key,
    }
    row = (await connection.execute(_LEAD, values)).one()
    return Led(key=row.key, left_key=row.left_key)


_LIST = text(
    """
    SELECT native_id, key FROM known_id
    WHERE account_id = :account_id AND (native_id = ANY(:native_ids) OR key = :key)
    ORDER BY created_at DESC, native_id
    """,
).bindparams(
    bindparam("account_id", type_=BigInteger),
    bindparam("native_ids", type_=ARRAY(TextType)),
    bindparam("key", type_=TextType),
)


async def list_known(
    connection: AnyConnection, account_id: int, native_ids: Collection[str] = (), *, key: str = ""
) -> dict[str, str]:
    """Return where these ids lead, and those that lead to `key`, newest first."""
    values = {"account_id": account_id, "native_ids": sorted(native_ids), "key": key}
    rows = (await connection.execute(_LIST, values)).all()
    return {row.native_id: row.key for row in rows}


_FORGET = text("DELETE FROM known_id WHERE account_id = :account_id AND native_id = :native_id")
# Whoever has the new key already keeps it: two conversations are never made one here.
_MOVE = text(
    """
    UPDATE conversation SET key = :new WHERE account_id = :account_id AND key = :old
        AND NOT EXISTS (SELECT FROM conversation c WHERE c.account_id = :account_id AND c.key = :new)
    RETURNING id
    """,
)
_FOLLOW = text("UPDATE known_id SET key = :new WHERE account_id = :account_id AND key = :old")
_RENAME = text(
    """
    UPDATE handle SET native_id = :new WHERE account_id = :account_id AND native_id = :old
        AND NOT EXISTS (SELECT FROM handle h WHERE h.account_id = :account_id AND h.native_id = :new)
    """,
)


async def forget(connection: AnyConnection, account_id: int, native_id: str) -> None:
    """Let an id lead nowhere any more."""
    await connection.execute(_FORGET, {"account_id": account_id, "native_id": native_id})


async def move_thread(
    connection: AnyConnection, account_id: int, old: str, keys: Collection[str]
) -> int | None:
    """Give a conversation the first of some keys that is free, and with it all ids that lead there.

    So does the handle that is named like the old key. Returns its id, None where nothing could be moved.
    """
    for new in keys:
        values = {"account_id": account_id, "old": old, "new": new}
        moved = (await connection.execute(_MOVE, values)).scalar_one_or_none()
        if moved is not None:
            await connection.execute(_FOLLOW, values)
            await connection.execute(_RENAME, values)
            return int(moved)
    return None
