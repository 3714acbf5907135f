"""Ids of messages whose contact was erased: digests, by which one that its platform sends again is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.types import BigInteger, Text

if TYPE_CHECKING:
    from bot.storage.connection import AsyncConnection

PREFIX = "erased:"


def digest_of(event_id: str) -> str:
    """Return, of an SQL expression for a message's id, the one for what stands in its place."""
    return f"'{PREFIX}' || encode(sha256(convert_to({event_id}, 'UTF8')), 'hex')"


_KNOWN = text(
    f"""
    SELECT EXISTS (
        SELECT FROM message WHERE account_id = :account_id AND event_id = {digest_of(":event_id")})
    """,  # noqa: S608 - constants of this file
).bindparams(bindparam("account_id", type_=BigInteger), bindparam("event_id", type_=Text))


async def was_erased(connection: AsyncConnection, account_id: int, event_id: str) -> bool:
    """Tell whether this is a message of somebody who was erased, sent again."""
    values = {"account_id": account_id, "event_id": event_id}
    return bool((await connection.execute(_KNOWN, values)).scalar_one())
