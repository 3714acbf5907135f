"""Conversations: found, opened, and moved from holder to holder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.conversation import Conversation, Status, Surface
from bot.storage.tables import account, contact, conversation, handle, staff

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.connector import InboundEvent
    from bot.storage.rows import AnyRow


async def find_conversation_id(connection: AsyncConnection, account_id: int, key: str) -> int | None:
    """Return the id of a thread already known."""
    statement = select(conversation.c.id).where(
        conversation.c.account_id == account_id,
        conversation.c.key == key,
    )
    return (await connection.execute(statement)).scalar_one_or_none()


async def open_conversation(connection: AsyncConnection, account_id: int, event: InboundEvent) -> int:
    """Make handle, contact and conversation of an event as far as they are new; return the id.

    Safe when two transactions meet the same new contact at once: one waits for the other.
    """
    contact_id = await _ensure_contact(connection, account_id, event)
    statement = insert(conversation).values(
        account_id=account_id,
        key=event.conversation_key,
        contact_id=contact_id,
        surface=event.surface.value,
        last_message_at=func.now(),
    )
    statement = statement.on_conflict_do_update(
        index_elements=[conversation.c.account_id, conversation.c.key],
        set_={"key": event.conversation_key},
    )
    return int((await connection.execute(statement.returning(conversation.c.id))).scalar_one())


async def _ensure_contact(connection: AsyncConnection, account_id: int, event: InboundEvent) -> int:
    # Serialises the birth of one handle; other handles are not held up.
    await connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :account))"),
        {"key": event.sender.native_id, "account": account_id},
    )
    sender = event.sender
    known = select(handle.c.contact_id).where(
        handle.c.account_id == account_id,
        handle.c.native_id == sender.native_id,
    )
    contact_id = (await connection.execute(known)).scalar_one_or_none()
    if contact_id is not None:
        return int(contact_id)
    made = insert(contact).values(name=sender.name, locale=sender.locale).returning(contact.c.id)
    contact_id = int((await connection.execute(made)).scalar_one())
    await connection.execute(
        insert(handle).values(
            account_id=account_id,
            native_id=sender.native_id,
            contact_id=contact_id,
            name=sender.name,
            username=sender.username,
        ),
    )
    return contact_id


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
    """Return one conversation, or None."""
    row = (await connection.execute(_select().where(conversation.c.id == conversation_id))).one_or_none()
    return to_conversation(row) if row else None


async def lock_conversation(connection: AsyncConnection, conversation_id: int) -> Conversation | None:
    """Return one conversation with its row locked until the transaction ends."""
    locked = select(conversation.c.id).where(conversation.c.id == conversation_id).with_for_update()
    if (await connection.execute(locked)).one_or_none() is None:
        return None
    return await get_conversation(connection, conversation_id)


async def hold(connection: AsyncConnection, conversation_id: int, staff_id: int | None) -> None:
    """Give the conversation to a person. The growing token refuses whatever the bot computes now."""
    await connection.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(
            status=Status.HELD.value,
            staff_id=staff_id,
            attention=None,
            answer_due_at=None,
            answer_leased_until=None,
            answer_token=conversation.c.answer_token + 1,
        ),
    )


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
            answer_token=conversation.c.answer_token + 1,
        ),
    )


async def set_attention(connection: AsyncConnection, conversation_id: int, reason: str) -> None:
    """Show the conversation to staff because a delivery went wrong."""
    await connection.execute(
        update(conversation).where(conversation.c.id == conversation_id).values(attention=reason),
    )
