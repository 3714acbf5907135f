"""Leases that end without a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from bot.domain.conversation import Lease
    from bot.storage.database import AnyConnection

_HAND_BACK = text(
    """
    UPDATE conversation SET
        answer_leased_until = NULL,
        answer_attempts = greatest(answer_attempts - 1, 0)
    WHERE id = :conversation_id AND answer_token = :token AND answer_leased_until IS NOT NULL
    """,
)


async def hand_back(connection: AnyConnection, lease: Lease) -> None:
    """Give the lease back with the work undone and uncounted. After a commit there is nothing to give."""
    values = {"conversation_id": lease.conversation_id, "token": lease.token}
    await connection.execute(_HAND_BACK, values)


_END_LEASES = text(
    """
    UPDATE conversation SET answer_leased_until = NULL
    WHERE answer_due_at IS NOT NULL AND answer_leased_until IS NOT NULL
    """,
)


async def end_leases(connection: AnyConnection) -> None:
    """Let nobody wait for workers that are gone. One that is not is refused by the next claim's token."""
    await connection.execute(_END_LEASES, {})
