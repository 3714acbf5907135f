"""The ids of one person on one account, and the conversation that all of them lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger
from sqlalchemy.types import Text as TextType

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.storage.database import AnyConnection

# In the order of the ids: two messages of one person, taken at one moment, wait for each other in one order.
_LEAD = text(
    """
    WITH known AS (
        SELECT native_id, key, created_at FROM known_id
        WHERE account_id = :account_id AND native_id = ANY(:native_ids)
    ), led AS (
        SELECT coalesce((SELECT key FROM known ORDER BY created_at, native_id LIMIT 1), :key) AS key
    ), noted AS (
        INSERT INTO known_id (account_id, native_id, key)
        SELECT :account_id, g.native_id, led.key FROM unnest(:native_ids) AS g (native_id), led
        WHERE g.native_id NOT IN (SELECT native_id FROM known)
        ORDER BY g.native_id
        ON CONFLICT DO NOTHING
    )
    SELECT key FROM led
    """,
).bindparams(
    bindparam("account_id", type_=BigInteger),
    bindparam("native_ids", type_=ARRAY(TextType)),
    bindparam("key", type_=TextType),
)


async def lead(connection: AnyConnection, account_id: int, native_ids: Collection[str], key: str) -> str:
    """Return the conversation key that ids lead to: of the one known longest, else `key`.

    From now on all of them lead somewhere; those that did already still lead there. One statement.
    """
    values = {"account_id": account_id, "native_ids": sorted(native_ids), "key": key}
    found: str = (await connection.execute(_LEAD, values)).scalar_one()
    return found
