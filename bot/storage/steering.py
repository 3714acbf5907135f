"""Turns that a program calls for: the right to one, and what was logged before it.

A turn that no message began takes its id from the messages' own numbers, so ids of turns stay unique
and what it says belongs to it like any other reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import BigInteger, Interval, Text

from bot.domain.conversation import Lease, Status, Surface
from bot.storage.content import dump_content

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from bot.connector import InboundEvent
    from bot.domain.json import JsonObject
    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A conversation as a program finds it."""

    conversation_id: int
    channel: str
    account: str
    surface: Surface
    key: str
    status: Status
    staff_name: str | None
    tracker: JsonObject | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """The right to change a conversation at a program's wish, until the lease runs out.

    `turn_id` is that of the turn to come, `inbound_seq` as in `Right`. `resumed`: a person gave the
    conversation back and the bot said nothing since. `pull`: its contact's side fetches replies.
    """

    lease: Lease
    turn_id: int
    inbound_seq: int
    standing: Standing
    resumed: bool
    pull: bool


_SELECT = """
    SELECT c.id, a.channel, a.name AS account, c.surface, c.key, c.status, s.name AS staff_name,
        t.state AS tracker
    FROM conversation c JOIN account a ON a.id = c.account_id
    LEFT JOIN staff s ON s.id = c.staff_id LEFT JOIN tracker t ON t.conversation_id = c.id
"""
_FIND = (
    text(
        _SELECT
        + """
    WHERE c.key = :key AND a.channel = ANY(:channels)
        AND (CAST(:account AS text) IS NULL OR a.name = :account)
    ORDER BY c.last_message_at DESC, c.id DESC LIMIT 1
    """,
    )
    .bindparams(
        bindparam("channels", type_=ARRAY(Text)),
        bindparam("account", type_=Text),
        bindparam("key", type_=Text),
    )
    .columns(tracker=JSONB)
)


async def find_standing(
    connection: AnyConnection, key: str, *, channels: Iterable[str], account: str | None
) -> Standing | None:
    """Return the conversation of that key on those channels in which something was said last."""
    values = {"key": key, "channels": list(channels), "account": account}
    row = (await connection.execute(_FIND, values)).one_or_none()
    return None if row is None else _to_standing(row)


def _to_standing(row: AnyRow) -> Standing:
    """Make our value of a row of `_SELECT`."""
    return Standing(
        conversation_id=row.id,
        channel=row.channel,
        account=row.account,
        surface=Surface(row.surface),
        key=row.key,
        status=Status(row.status),
        staff_name=row.staff_name,
        tracker=row.tracker,
    )


_ADDRESS = text(
    "UPDATE conversation SET reply_context = :reply_context, pull = :pull WHERE id = :conversation_id",
).bindparams(bindparam("reply_context", type_=JSONB))


async def set_address(
    connection: AnyConnection, conversation_id: int, *, reply_context: JsonObject, pull: bool
) -> None:
    """Say how replies leave, in a conversation that no message has opened."""
    values = {"conversation_id": conversation_id, "reply_context": dict(reply_context), "pull": pull}
    await connection.execute(_ADDRESS, values)


# Only where nothing waits for an answer: what the contact said comes first.
_GRIP = text(
    """
    UPDATE conversation c SET
        answer_token = c.answer_token + 1,
        answer_leased_until = clock_timestamp() + :lease
    WHERE c.id = :conversation_id AND c.answer_due_at IS NULL
        AND (c.answer_leased_until IS NULL OR c.answer_leased_until < clock_timestamp())
    RETURNING c.answer_token, c.answer_leased_until, c.inbound_seq, c.resumed, c.pull,
        nextval(pg_get_serial_sequence('message', 'id')) AS turn_id
    """,
).bindparams(bindparam("lease", type_=Interval))

# A statement of its own, after the claim: only so does it see what the claim may have waited for.
_STANDING = text(_SELECT + "WHERE c.id = :conversation_id").columns(tracker=JSONB)


async def claim_grip(connection: AnyConnection, conversation_id: int, *, lease: timedelta) -> Grip | None:
    """Take the right to change a conversation; None while messages wait or somebody else works on it."""
    values = {"conversation_id": conversation_id, "lease": lease}
    row = (await connection.execute(_GRIP, values)).one_or_none()
    if row is None:
        return None
    standing = (await connection.execute(_STANDING, {"conversation_id": conversation_id})).one()
    return Grip(
        lease=Lease(
            conversation_id=conversation_id, token=row.answer_token, expires_at=row.answer_leased_until
        ),
        turn_id=row.turn_id,
        inbound_seq=row.inbound_seq,
        standing=_to_standing(standing),
        resumed=row.resumed,
        pull=row.pull,
    )


_SPEAK = text(
    """
    WITH placed AS (
        UPDATE conversation SET last_seq = last_seq + 1, last_message_at = now()
        WHERE id = :conversation_id AND answer_token = :token AND status IN ('bot', 'resolved')
        RETURNING id, account_id, last_seq
    )
    INSERT INTO message
        (id, conversation_id, account_id, seq, author, kind, event_id, content, metadata, settled)
    OVERRIDING SYSTEM VALUE
    SELECT :turn_id, id, account_id, last_seq,
        'contact', 'text', :event_id, :content, :metadata, 'not_needed'
    FROM placed RETURNING seq
    """,
).bindparams(
    bindparam("turn_id", type_=BigInteger),
    bindparam("event_id", type_=Text),
    bindparam("content", type_=JSONB),
    bindparam("metadata", type_=JSONB),
)


async def insert_said(connection: AnyConnection, grip: Grip, event: InboundEvent) -> int | None:
    """Store what a program says the contact said, as the message of the turn to come; returns its place.

    It needs no answer of ours: whoever logs messages decides what follows. None when the conversation
    moved on.
    """
    values = {
        "conversation_id": grip.lease.conversation_id,
        "token": grip.lease.token,
        "turn_id": grip.turn_id,
        "event_id": event.event_id,
        "content": dump_content(event.content),
        "metadata": dict(event.metadata),
    }
    seq = (await connection.execute(_SPEAK, values)).scalar_one_or_none()
    return None if seq is None else int(seq)


_FORGET_RESUMED = text("UPDATE conversation SET resumed = FALSE WHERE id = :conversation_id")


async def forget_resumed(connection: AnyConnection, conversation_id: int) -> None:
    """Note that the engine knows already that the bot has the conversation again."""
    await connection.execute(_FORGET_RESUMED, {"conversation_id": conversation_id})


_LOG = text(
    "SELECT events FROM turn WHERE conversation_id = :conversation_id ORDER BY created_at, id",
).columns(events=JSONB)

# Stands first in a turn whose events take the place of all before it. They stay, but count no longer.
REPLACED: JsonObject = {"event": "replaced"}


async def load_events(connection: AnyConnection, conversation_id: int) -> list[JsonObject]:
    """Return what was logged in a conversation and still counts, as Rasa's events in order."""
    rows = (await connection.execute(_LOG, {"conversation_id": conversation_id})).all()
    events: list[JsonObject] = []
    for row in rows:
        if row.events[:1] == [REPLACED]:
            events = row.events[1:]
        else:
            events += row.events
    return events
