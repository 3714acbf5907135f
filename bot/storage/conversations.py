"""Conversations: found, opened, and moved from holder to holder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, exists, func, null, select, text, update
from sqlalchemy.types import BigInteger, Text

from bot.domain.conversation import Conversation, Status, Surface
from bot.domain.message import Settled
from bot.storage.outbox import withdraw_replies
from bot.storage.tables import account, contact, conversation, message, staff
from bot.storage.triggers import withdraw_triggers

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow


async def find_conversation_id(connection: AsyncConnection, account_id: int, key: str) -> int | None:
    """Return the id of a thread already known."""
    statement = select(conversation.c.id).where(
        conversation.c.account_id == account_id,
        conversation.c.key == key,
    )
    return (await connection.execute(statement)).scalar_one_or_none()


# Where two transactions meet the same new contact at once, the unique indexes let one of them make
# the rows; the other waits for it, makes nothing of the handle and so nothing at all.
_OPEN = text(
    """
    WITH known AS (
        SELECT contact_id FROM handle WHERE account_id = :account_id AND native_id = :native_id
    ), made AS (
        INSERT INTO contact (name, locale) SELECT :name, :locale WHERE NOT EXISTS (SELECT FROM known)
        RETURNING id
    ), tied AS (
        INSERT INTO handle (account_id, native_id, contact_id, name, username)
        SELECT :account_id, :native_id, id, :name, :username FROM made
        ON CONFLICT (account_id, native_id) DO NOTHING RETURNING contact_id
    )
    INSERT INTO conversation (account_id, key, contact_id, surface, last_message_at)
    SELECT :account_id, :key, contact_id, :surface, now()
    FROM (SELECT contact_id FROM known UNION ALL SELECT contact_id FROM tied) whoever
    ON CONFLICT (account_id, key) DO NOTHING RETURNING id
    """,
).bindparams(
    bindparam("account_id", type_=BigInteger),
    *(bindparam(name, type_=Text) for name in ("native_id", "name", "locale", "username", "key", "surface")),
)


async def open_conversation(connection: AnyConnection, account_id: int, event: InboundEvent) -> int | None:
    """Make handle, contact and conversation of an event as far as they are new; return the id.

    None when another transaction did so at the same moment: roll back, and find it.
    """
    values = {
        "account_id": account_id,
        "native_id": event.sender.native_id,
        "name": event.sender.name,
        "locale": event.sender.locale,
        "username": event.sender.username,
        "key": event.conversation_key,
        "surface": event.surface.value,
    }
    opened = (await connection.execute(_OPEN, values)).scalar_one_or_none()
    return None if opened is None else int(opened)


async def find_or_open(connection: AsyncConnection, account_id: int, event: InboundEvent) -> int | None:
    """Return the conversation an event belongs to, as `open_conversation` where there is none yet."""
    found = await find_conversation_id(connection, account_id, event.conversation_key)
    return found or await open_conversation(connection, account_id, event)


def _select() -> Select[Any]:
    return (
        select(
            conversation,
            account.c.channel,
            account.c.name.label("account"),
            contact.c.name.label("contact_name"),
            staff.c.name.label("staff_name"),
        )
        .join(account, account.c.id == conversation.c.account_id)
        .join(contact, contact.c.id == conversation.c.contact_id)
        .outerjoin(staff, staff.c.id == conversation.c.staff_id)
        .where(conversation.c.erased_at.is_(None))
    )


def to_conversation(row: AnyRow) -> Conversation:
    """Make our value of a row of `_select`."""
    return Conversation(
        id=row.id,
        account_id=row.account_id,
        channel=row.channel,
        account=row.account,
        key=row.key,
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        surface=Surface(row.surface),
        status=Status(row.status),
        staff_id=row.staff_id,
        staff_name=row.staff_name,
        created_at=row.created_at,
        last_message_at=row.last_message_at,
    )


async def get_conversation(connection: AsyncConnection, conversation_id: int) -> Conversation | None:
    """Return one conversation, or None. Of a contact who was erased nothing is shown."""
    row = (await connection.execute(_select().where(conversation.c.id == conversation_id))).one_or_none()
    return to_conversation(row) if row else None


async def lock_conversation(connection: AsyncConnection, conversation_id: int) -> Conversation | None:
    """Return one conversation with its row locked until the transaction ends."""
    locked = select(conversation.c.id).where(conversation.c.id == conversation_id).with_for_update()
    if (await connection.execute(locked)).one_or_none() is None:
        return None
    return await get_conversation(connection, conversation_id)


async def count_unread(connection: AsyncConnection, staff_id: int) -> int:
    """Return in how many conversations that somebody holds the contact waits for their answer."""
    waits = exists().where(
        message.c.conversation_id == conversation.c.id, message.c.settled == Settled.WAITING.value
    )
    held = select(func.count()).where(
        conversation.c.status == Status.HELD.value, conversation.c.staff_id == staff_id, waits
    )
    return int((await connection.execute(held)).scalar_one())


async def hold(connection: AsyncConnection, conversation_id: int, staff_id: int | None) -> None:
    """Give the conversation to a person. The growing token refuses whatever the bot computes now.

    What it said and nobody sent yet is withdrawn, and so is what was to set it off. `staff_id` None:
    somebody we do not know speaks; whoever has the conversation keeps it.
    """
    await connection.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(
            status=Status.HELD.value,
            staff_id=conversation.c.staff_id if staff_id is None else staff_id,
            attention=None,
            answer_due_at=None,
            answer_leased_until=None,
            answer_attempts=0,
            answer_token=conversation.c.answer_token + 1,
        ),
    )
    await withdraw_replies(connection, conversation_id)
    await withdraw_triggers(connection, conversation_id)


async def release_to_bot(
    connection: AsyncConnection, conversation_id: int, *, answer_seq: int | None
) -> None:
    """Give the conversation back. Messages up to `answer_seq` are then answered by the bot."""
    due = null() if answer_seq is None else func.now()
    await connection.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(
            status=Status.BOT.value,
            staff_id=None,
            resumed=True,
            inbound_seq=conversation.c.inbound_seq if answer_seq is None else answer_seq,
            answer_due_at=due,
        ),
    )


async def set_resolved(connection: AsyncConnection, conversation_id: int) -> None:
    """Close the conversation; the next word of the contact opens it again with the bot."""
    await connection.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(
            status=Status.RESOLVED.value,
            staff_id=None,
            attention=None,
            resumed=True,
            answer_due_at=None,
            answer_leased_until=None,
            answer_attempts=0,
            answer_token=conversation.c.answer_token + 1,
        ),
    )


async def set_attention(connection: AsyncConnection, conversation_id: int, reason: str | None) -> None:
    """Show the conversation to staff because a delivery went wrong; None: somebody looked."""
    await connection.execute(
        update(conversation).where(conversation.c.id == conversation_id).values(attention=reason),
    )
