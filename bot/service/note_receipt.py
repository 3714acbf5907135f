"""Note receipt: a platform tells what became of a message of ours after it took it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import structlog

from bot.connector import ReceiptState
from bot.domain.message import Author, Content, DeliveryState, Kind
from bot.storage import conversations, messages
from bot.storage.receipts import apply_receipt, may_be_early
from bot.storage.unnamed_reports import list_suspects, take_report

if TYPE_CHECKING:
    from bot.connector import InboundEvent, Receipt
    from bot.service.road import Road

log = structlog.get_logger(__name__)

FAILED = DeliveryState.FAILED.value
UNNAMED = "A message to this address was not delivered. The report does not say which one. {why}"
_PAUSES = (0.05, 0.2, 0.5, 1.0)  # seconds
_OWN_KEY = re.compile(r"visavis-([0-9]{1,18})")


async def note_receipt(road: Road, account_id: int, event: InboundEvent) -> int | None:
    """Write a receipt down and tell who watches; returns the conversation, None where it is unknown.

    `target_id` is the native id of a message or the idempotency key that it left with. A message that
    failed after all calls for staff, as one that never left does. A receipt may overtake the answer to our
    own call, which tells the native id: it is held back for as long as that is written down. One without a
    conversation is about some message to its sender.
    """
    receipt = event.receipt
    if receipt is None:
        return None
    if not event.conversation_key:
        return await _note_unnamed(road, account_id, event, receipt)
    async with road.database.read() as connection:
        conversation_id = await conversations.find_conversation_id(
            connection, account_id, event.conversation_key
        )
    if conversation_id is None:
        return None
    state, changed, early = await _apply(road, conversation_id, event, receipt)
    for pause in _PAUSES:
        if not early:
            break
        await asyncio.sleep(pause)
        state, changed, early = await _apply(road, conversation_id, event, receipt)
    for message_id in changed:
        await road.bus.live.publish("delivery", conversation_id, message_id=message_id, state=state.value)
    if changed and state is DeliveryState.FAILED:
        why = receipt.error and receipt.error.detail
        log.warning("Not delivered after all", conversation_id=conversation_id, why=why)
    return conversation_id


async def _note_unnamed(road: Road, account_id: int, event: InboundEvent, receipt: Receipt) -> int | None:
    """Write down that a message to somebody failed: the only one it can be, else one for staff to find."""
    why = receipt.error.detail if receipt.error else ""
    at = event.platform_at or road.now()
    async with road.database.begin() as connection:
        if not await take_report(connection, account_id, event):
            return None
        suspects = await list_suspects(connection, account_id, event.sender.native_id, min(at, road.now()))
        if not suspects or receipt.state is not ReceiptState.FAILED:
            return None
        conversation_id, only = suspects[0].conversation_id, len(suspects) == 1
        sure = suspects[0].message_id if only else None
        if sure is not None:
            error = (receipt.error.error_class.value, why) if receipt.error else None
            await apply_receipt(connection, conversation_id, receipt.state, message_id=sure, error=error)
        else:
            note = Content(text=UNNAMED.format(why=why).strip())
            await messages.append_message(
                connection, conversation_id, note, author=Author.SYSTEM, kind=Kind.NOTE
            )
        await conversations.set_attention(connection, conversation_id, f"delivery_{FAILED}")
    log.warning("Not delivered after all", conversation_id=conversation_id, why=why, sure=bool(sure))
    if sure is not None:
        await road.bus.live.publish("delivery", conversation_id, message_id=sure, state=FAILED)
    else:
        await road.bus.live.publish("message", conversation_id, author=Author.SYSTEM.value)
    return conversation_id


async def _apply(
    road: Road, conversation_id: int, event: InboundEvent, receipt: Receipt
) -> tuple[DeliveryState, list[int], bool]:
    """Write a receipt down; tells the new state, whose it is, and whether it may be too early."""
    own = _OWN_KEY.fullmatch(event.target_id or "")
    error = receipt.error
    async with road.database.begin() as connection:
        state, changed = await apply_receipt(
            connection,
            conversation_id,
            receipt.state,
            native_id=event.target_id,
            message_id=int(own[1]) if own else None,
            until=receipt.until,
            error=(error.error_class.value, error.detail) if error else None,
        )
        if changed and state is DeliveryState.FAILED:
            await conversations.set_attention(connection, conversation_id, f"delivery_{state.value}")
        named = None if own or changed else event.target_id
        early = bool(named) and await may_be_early(connection, conversation_id, named or "")
    return state, changed, early
