"""A message that arrives, and what storing it leaves in the hands of who stored it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from bot.domain.conversation import Lease, Status
from bot.domain.message import Author, Message, Settled
from bot.storage.content import dump_content, load_content
from bot.storage.json_text import dump_json
from bot.storage.turns import Right, to_claim

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.connector import InboundEvent
    from bot.domain.json import JsonObject
    from bot.storage.rows import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How a message arrives. `pull`: the contact's own side fetches the replies.

    `pause`: how long to wait for more words of the same person before an answer is due. `lease`:
    claim the turn for so long, if it may begin at once; None leaves it to whoever is free.
    """

    account_id: int
    event: InboundEvent
    pull: bool
    pause: timedelta
    lease: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Where a message went, who holds the conversation now, and the right to answer it if it was claimed.

    The right is a `Claim` where nothing else need be read.
    """

    message_id: int
    conversation_id: int
    status: Status
    right: Right | None


ARRIVAL_COLUMNS = """
            number bigint, account bigint, thread text, event_id text, revision bigint, kind text,
            content jsonb, metadata jsonb, platform_at timestamptz, address jsonb, pulls boolean,
            pause double precision, lease double precision"""
"""What `dump_arrival` gives, as `jsonb_to_recordset` takes it."""


def dump_arrival(number: int, arrival: Arrival) -> JsonObject:
    """Return an arrival as the statements that store a message read it; `number` tells its row."""
    event = arrival.event
    return {
        "number": number,
        "account": arrival.account_id,
        "thread": event.conversation_key,
        "event_id": event.event_id,
        "revision": event.revision,
        "kind": event.kind.value,
        "content": dump_content(event.content),
        "metadata": dict(event.metadata),
        "platform_at": event.platform_at.isoformat() if event.platform_at else None,
        "address": dict(event.reply_context),
        "pulls": arrival.pull,
        "pause": arrival.pause.total_seconds(),
        "lease": arrival.lease.total_seconds() if arrival.lease else None,
    }


def to_stored(row: AnyRow, arrival: Arrival) -> Stored:
    """Read a row of the statements that store a message."""
    return Stored(
        message_id=row.message_id,
        conversation_id=row.conversation_id,
        status=Status(row.status),
        right=_to_right(row, arrival) if row.free else None,
    )


def _to_right(row: AnyRow, arrival: Arrival) -> Right:
    event = arrival.event
    right = Right(
        lease=Lease(
            conversation_id=row.conversation_id, token=row.answer_token, expires_at=row.answer_leased_until
        ),
        account_id=arrival.account_id,
        channel=event.channel,
        account=event.account,
        key=event.conversation_key,
        surface=event.surface,
        pull=arrival.pull,
        resumed=row.resumed,
        attempts=row.answer_attempts,
        inbound_seq=row.last_seq,
    )
    return to_claim(right, (_to_message(row, event),), row.tracker) if row.whole else right


def _to_message(row: AnyRow, event: InboundEvent) -> Message:
    """Return a message as whoever reads it from the table would find it."""
    return Message(
        id=row.message_id,
        conversation_id=row.conversation_id,
        seq=row.last_seq,
        author=Author.CONTACT,
        kind=event.kind,
        content=load_content(_as_stored(dump_content(event.content))),
        created_at=row.created_at,
        settled=Settled.WAITING,
        metadata=_as_stored(dict(event.metadata)),
    )


def _as_stored(value: dict[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = orjson.loads(dump_json(value))
    return stored
