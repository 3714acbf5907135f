"""Signs of life of accounts: when something last came in, what was refused, where platforms call us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import exists, select, text, update

from bot.storage.accounts import ensure_account
from bot.storage.tables import account, conversation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.storage.connection import AsyncConnection

MOST_ADDRESSES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one process heard of an account in a while. `refusals`: how often something was refused."""

    channel: str
    account: str
    heard_at: datetime | None
    refused_at: datetime | None
    refused_why: str | None
    refusals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What all processes heard of an account. `refusals` are those since something was last taken.

    `hook_urls`: where its platform was told to call us, the newest last. `spoke`: there is a conversation.
    """

    heard_at: datetime | None = None
    refused_at: datetime | None = None
    refused_why: str | None = None
    refusals: int = 0
    hook_urls: tuple[str, ...] = ()
    spoke: bool = False


_NOTE = text(
    """
    INSERT INTO account AS a (channel, name, heard_at, refused_at, refused_why, refusals)
    VALUES (:channel, :account, CAST(:heard_at AS timestamptz), CAST(:refused_at AS timestamptz),
        CAST(:refused_why AS text), CAST(:refusals AS bigint))
    ON CONFLICT (channel, name) DO UPDATE SET
        heard_at = greatest(a.heard_at, excluded.heard_at),
        refused_at = greatest(a.refused_at, excluded.refused_at),
        refused_why = coalesce(excluded.refused_why, a.refused_why),
        refusals = excluded.refusals
            + CASE WHEN greatest(a.heard_at, excluded.heard_at) > a.refused_at THEN 0 ELSE a.refusals END
    """
)


async def note_heard(connection: AsyncConnection, heard: Heard) -> None:
    """Add what one process heard."""
    values = {name: getattr(heard, name) for name in Heard.__slots__}
    await connection.execute(_NOTE, values)


async def note_hook_url(connection: AsyncConnection, channel: str, name: str, url: str) -> None:
    """Keep an address that a platform is told to call, as the newest of a few."""
    account_id = await ensure_account(connection, channel, name)  # and holds its row
    mine = account.c.id == account_id
    known: list[str] = (await connection.execute(select(account.c.hook_urls).where(mine))).scalar_one()
    kept = [*(each for each in known if each != url), url][-MOST_ADDRESSES:]
    await connection.execute(update(account).where(mine).values(hook_urls=kept))


async def list_signs(connection: AsyncConnection) -> Mapping[tuple[str, str], Signs]:
    """Return the signs of all accounts that any process ever knew."""
    spoke = exists().where(conversation.c.account_id == account.c.id).label("spoke")
    statement = select(account, spoke)
    return {
        (row.channel, row.name): Signs(
            heard_at=row.heard_at,
            refused_at=row.refused_at,
            refused_why=row.refused_why,
            refusals=row.refusals,
            hook_urls=tuple(row.hook_urls),
            spoke=row.spoke,
        )
        for row in await connection.execute(statement)
    }
