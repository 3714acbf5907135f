"""Apply change: an edit or a deletion changes what it speaks about, in whatever order they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.message import Kind
from bot.storage import changes, left_alone, media, messages, proposals

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.storage.database import Connection


async def apply_change(
    connection: Connection, account_id: int, conversation_id: int, event: InboundEvent
) -> None:
    """Let an edit or a deletion that was just stored have its effect; nothing for other events."""
    target = event.target_id
    if not target or event.kind not in (Kind.EDIT, Kind.DELETE):
        return
    if event.kind is Kind.DELETE or await changes.was_taken_back(connection, conversation_id, target):
        if await _take_back(connection, account_id, conversation_id, target):
            await changes.note_unseen(connection, conversation_id, event)
        return
    changed = await changes.replace_content(connection, conversation_id, event)
    if changed is not None:
        await media.follow_edit(connection, *changed, event.content)
    elif not await changes.is_known(connection, account_id, target):
        await changes.note_unseen(connection, conversation_id, event)
    await left_alone.look_again(connection, conversation_id, target)


async def _take_back(connection: Connection, account_id: int, conversation_id: int, target: str) -> bool:
    """Empty what was taken back; returns whether we never saw it."""
    for gone in await changes.take_back(connection, conversation_id, target):
        await messages.withdraw(connection, gone)
        await media.drop_files(connection, gone)
        await proposals.forget_message(connection, gone)
    return await changes.keep_away(connection, account_id, conversation_id, target)
