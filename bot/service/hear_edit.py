"""Hear an edit: what we were told only as a change of something that was never told to us is a first word.

People forget to name the brand in a group or a post, and add it a moment later. To the platform that is an
edit; to us nothing was said before it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.message import Content, Kind
from bot.storage.changes import is_known

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road

TOO_OLD = timedelta(days=1)  # what was written before we were there, and nobody asks any more


async def find_first_word(road: Road, account_id: int, edit: InboundEvent) -> InboundEvent | None:
    """Return what an edit says as a message of its own; None where what it changes is known, or long ago.

    Nor is it one where what it changes was taken back, or was said by somebody who was erased.
    """
    said = edit.content
    if not (edit.target_id and edit.conversation_key) or said == Content():
        return None
    if edit.platform_at is not None and road.now() - edit.platform_at > TOO_OLD:
        return None
    async with road.database.read() as connection:
        if await is_known(connection, account_id, edit.target_id):
            return None
    kind = Kind.TEXT if said.text else Kind.MEDIA
    return replace(edit, kind=kind, event_id=edit.target_id, revision=0, target_id=None)
