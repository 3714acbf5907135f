"""Begin: a conversation that a program starts, before anything is said in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.service.receive import get_account_id, is_pull
from bot.service.storable import check_storable
from bot.storage import conversations, steering

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road


async def begin_conversation(road: Road, event: InboundEvent) -> int:
    """Return the conversation that `event` would belong to, made where it is not there.

    Of the event only who writes and how replies leave counts. Raises `BadPayload` for what cannot be
    stored, `StorageUnavailable`.
    """
    check_storable(event)
    assert event.conversation_key
    account_id = await get_account_id(road, event.channel, event.account)
    while True:
        async with road.database.begin() as connection:
            known = await conversations.find_conversation_id(connection, account_id, event.conversation_key)
            if known is not None:
                return known
            made = await conversations.open_conversation(connection, account_id, event)
            if made is not None:
                await steering.set_address(
                    connection, made, reply_context=event.reply_context, pull=is_pull(event)
                )
                return made
        # Another transaction opens it at this moment: it is there now.
