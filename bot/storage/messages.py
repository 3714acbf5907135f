"""Messages: the stream of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from bot.connector import Earlier
from bot.domain.message import Author, DeliveryState, Kind, Message, Settled
from bot.storage.content import dump_content, load_content
from bot.storage.tables import conversation, message, outbox, staff, stray_event

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ScalarSelect

    from bot.connector import InboundEvent
    from bot.domain.message import Content
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow


async def find_event(
    connection: AsyncConnection, account_id: int, event: InboundEvent
) -> tuple[int, int] | None:
    """Return (message id, conversation id) of an event that was received before."""
    statement = select(message.c.id, message.c.conversation_id).where(
        message.c.account_id == account_id,
        message.c.event_id == event.event_id,
        message.c.revision == event.revision,
    )
    row = (await connection.execute(statement)).one_or_none()
    return (int(row.id), int(row.conversation_id)) if row else None


async def insert_inbound(
    connection: AsyncConnection,
    event: InboundEvent,
    *,
    conversation_id: int,
    account_id: int,
    seq: int,
) -> int | None:
    """Store an event of a contact. Returns its id, or None when it is already there."""
    statement = insert(message).values(
        conversation_id=conversation_id,
        account_id=account_id,
        seq=seq,
        author=author_of(event.kind).value,
        kind=event.kind.value,
        event_id=event.event_id,
        revision=event.revision,
        target_id=event.target_id,
        content=dump_content(event.content),
        metadata=dict(event.metadata),
        settled=Settled.WAITING.value if event.awaits_answer else None,
        platform_at=event.platform_at,
    )
    statement = statement.on_conflict_do_nothing(
        index_elements=[message.c.account_id, message.c.event_id, message.c.revision],
    )
    made = (await connection.execute(statement.returning(message.c.id))).scalar_one_or_none()
    return None if made is None else int(made)


def author_of(kind: Kind) -> Author:
    """Tell who is behind an inbound event: an echo is staff writing in the platform's own app."""
    return Author.STAFF if kind is Kind.ECHO else Author.CONTACT


async def insert_stray(connection: AsyncConnection, account_id: int, event: InboundEvent) -> None:
    """Keep an event of unknown kind that belongs to no conversation."""
    statement = insert(stray_event).values(
        account_id=account_id,
        event_id=event.event_id,
        revision=event.revision,
        metadata=dict(event.metadata),
    )
    await connection.execute(statement.on_conflict_do_nothing())


_EARLIER = text(
    """
    SELECT m.metadata, c.key FROM message m JOIN conversation c ON c.id = m.conversation_id
    WHERE m.account_id = :account_id AND m.event_id = :event_id AND m.revision = 0
    UNION ALL
    SELECT metadata, '' FROM stray_event
    WHERE account_id = :account_id AND event_id = :event_id AND revision = 0
    LIMIT 1
    """,
).columns(metadata=JSONB)


async def find_earlier(connection: AnyConnection, account_id: int, event_id: str) -> Earlier | None:
    """Return what is known of an event that was received before."""
    values = {"account_id": account_id, "event_id": event_id}
    row = (await connection.execute(_EARLIER, values)).one_or_none()
    return Earlier(metadata=row.metadata, conversation_key=row.key) if row else None


_NEXT_SEQ = (
    update(conversation)
    .where(conversation.c.id == bindparam("conversation_id"))
    .values(last_seq=conversation.c.last_seq + 1, last_message_at=func.now())
    .returning(conversation.c.last_seq)
)


async def append_message(
    connection: AsyncConnection,
    conversation_id: int,
    content: Content,
    *,
    author: Author,
    kind: Kind = Kind.TEXT,
    staff_id: int | None = None,
    key: str | None = None,
) -> int:
    """Store what staff or the system says; returns its id.

    `key` is an idempotency key: look with `find_own`, the conversation locked, whether it is new.
    """
    seq = (await connection.execute(_NEXT_SEQ, {"conversation_id": conversation_id})).scalar_one()
    statement = insert(message).values(
        conversation_id=conversation_id,
        account_id=_account_of(conversation_id),
        seq=seq,
        author=author.value,
        kind=kind.value,
        event_id=_own_id(conversation_id, key) if key else None,
        content=dump_content(content),
        staff_id=staff_id,
    )
    return int((await connection.execute(statement.returning(message.c.id))).scalar_one())


async def find_own(connection: AsyncConnection, conversation_id: int, key: str) -> Message | None:
    """Return what was said in a conversation under an idempotency key, None when nothing was."""
    statement = _SELECT.where(
        message.c.account_id == _account_of(conversation_id),
        message.c.event_id == _own_id(conversation_id, key),
    )
    row = (await connection.execute(statement)).one_or_none()
    return to_message(row) if row else None


def _own_id(conversation_id: int, key: str) -> str:
    return f"own:{conversation_id}:{key}"


def _account_of(conversation_id: int) -> ScalarSelect[int]:
    return select(conversation.c.account_id).where(conversation.c.id == conversation_id).scalar_subquery()


_SELECT = (
    select(
        message,
        staff.c.name.label("staff_name"),
        outbox.c.state.label("delivery"),
        outbox.c.error_detail.label("delivery_error"),
    )
    .outerjoin(staff, staff.c.id == message.c.staff_id)
    .outerjoin(outbox, outbox.c.message_id == message.c.id)
)


def to_message(row: AnyRow) -> Message:
    """Make our value of a row of `_SELECT`."""
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        author=Author(row.author),
        kind=Kind(row.kind),
        content=load_content(row.content),
        created_at=row.created_at,
        staff_id=row.staff_id,
        staff_name=row.staff_name,
        settled=Settled(row.settled) if row.settled else None,
        turn_id=row.turn_id,
        delivery=DeliveryState(row.delivery) if row.delivery else None,
        delivery_error=row.delivery_error,
        metadata=row.metadata,
    )


async def list_messages(
    connection: AsyncConnection,
    conversation_id: int,
    *,
    after_id: int = 0,
    before_id: int | None = None,
    limit: int = 50,
    customer_view: bool = False,
) -> list[Message]:
    """Return messages oldest first: the first `limit` after `after_id`, else the last before `before_id`.

    `customer_view` leaves out notes, receipts and what customers never see.
    """
    statement = _SELECT.where(message.c.conversation_id == conversation_id, message.c.id > after_id)
    if before_id is not None:
        statement = statement.where(message.c.id < before_id)
    if customer_view:
        statement = statement.where(message.c.kind.in_([kind.value for kind in CUSTOMER_KINDS]))
    order = message.c.id.asc() if after_id else message.c.id.desc()
    rows = (await connection.execute(statement.order_by(order).limit(limit))).all()
    found = [to_message(row) for row in rows]
    return found if after_id else found[::-1]


CUSTOMER_KINDS = (Kind.TEXT, Kind.POSTBACK, Kind.MEDIA, Kind.LINE, Kind.ECHO)


async def get_message(connection: AsyncConnection, message_id: int) -> Message | None:
    """Return one message, or None."""
    row = (await connection.execute(_SELECT.where(message.c.id == message_id))).one_or_none()
    return to_message(row) if row else None


async def list_given(connection: AsyncConnection, message_ids: Collection[int]) -> list[Message]:
    """Return those messages, oldest first."""
    rows = await connection.execute(_SELECT.where(message.c.id.in_(message_ids)).order_by(message.c.id))
    return [to_message(row) for row in rows.all()]


_WORDS = (Kind.TEXT, Kind.POSTBACK, Kind.MEDIA, Kind.EDIT, Kind.UNSUPPORTED)


async def has_words_after(connection: AsyncConnection, conversation_id: int, message_id: int) -> bool:
    """Tell whether the contact wrote after a message: also a changed word, or one we cannot show."""
    statement = select(message.c.id).where(
        message.c.conversation_id == conversation_id,
        message.c.id > message_id,
        message.c.author == Author.CONTACT.value,
        message.c.kind.in_([kind.value for kind in _WORDS]),
    )
    return (await connection.execute(statement.limit(1))).one_or_none() is not None


async def settle_waiting(
    connection: AsyncConnection, conversation_id: int, settled: Settled, *, until: datetime | None = None
) -> list[Message]:
    """Settle whatever still waits in a conversation; returns those messages, oldest first.

    `until`: of those that their platform dates, only what was written by then.
    """
    statement = (
        update(message)
        .where(message.c.conversation_id == conversation_id, message.c.settled == Settled.WAITING.value)
        .values(settled=settled.value)
        .returning(message.c.id)
    )
    if until is not None:
        written_at = func.least(message.c.platform_at, message.c.created_at)  # senders' clocks may be fast
        statement = statement.where(or_(message.c.platform_at.is_(None), written_at <= until))
    ids = (await connection.execute(statement)).scalars().all()
    rows = (await connection.execute(_SELECT.where(message.c.id.in_(ids)).order_by(message.c.id))).all()
    return [to_message(row) for row in rows]


async def settle_taken(connection: AsyncConnection, conversation_id: int, settled: Settled) -> None:
    """Settle what the bot took in a turn and a person was promised for."""
    await connection.execute(
        update(message)
        .where(
            message.c.conversation_id == conversation_id,
            message.c.settled == Settled.WAITING.value,
            message.c.turn_id.is_not(None),
        )
        .values(settled=settled.value),
    )


async def get_last_waiting_seq(connection: AsyncConnection, conversation_id: int) -> int | None:
    """Return the place of the last message nobody dealt with, or None."""
    statement = select(func.max(message.c.seq)).where(
        message.c.conversation_id == conversation_id,
        message.c.settled == Settled.WAITING.value,
    )
    seq: int | None = (await connection.execute(statement)).scalar_one_or_none()
    return seq


async def withdraw(connection: AsyncConnection, message_id: int) -> None:
    """Expect no answer any more to a message its author took back."""
    await connection.execute(
        update(message)
        .where(message.c.id == message_id, message.c.settled == Settled.WAITING.value)
        .values(settled=Settled.NOT_NEEDED.value),
    )
