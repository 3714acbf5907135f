"""Complete: what a channel must ask for, or know of before, to say what an event is.

Looked for by name, as most channels need neither: `isinstance` with a protocol takes 30 µs, of every message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.connector import Earlier
from bot.service.receive import get_account_id
from bot.storage import messages
from bot.storage.echoes import find_thread_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.connector import Connector, InboundEvent
    from bot.service.road import Road

    Recall = Callable[[InboundEvent, Earlier | None], InboundEvent]


async def complete(road: Road, connector: Connector, event: InboundEvent) -> InboundEvent:
    """Return an event with all that belongs to it, where the channel `Recalls` or `Completes` it.

    Raises `PlatformUnavailable`, `StorageUnavailable`: then the platform is to tell it again.
    """
    needs: Callable[[InboundEvent], str | None] | None = getattr(connector, "needs", None)
    earlier = needs(event) if needs is not None else None
    if earlier is not None:
        account_id = await get_account_id(road, event.channel, event.account)
        known = await _find_earlier(road, account_id, event, earlier)
        recall: Recall = getattr(connector, "recall")  # noqa: B009 - of the same protocol
        event = recall(event, known)
    ask: Callable[[InboundEvent], Awaitable[InboundEvent]] | None = getattr(connector, "complete", None)
    return await ask(event) if ask is not None else event


async def _find_earlier(road: Road, account_id: int, event: InboundEvent, earlier: str) -> Earlier | None:
    """Look for what was received under an id, or, for what has no conversation yet, for what left."""
    async with road.database.direct() as connection:
        known = await messages.find_earlier(connection, account_id, earlier)
    if known is not None or event.conversation_key:
        return known
    async with road.database.read() as connection:
        key = await find_thread_of(connection, account_id, earlier)
    return Earlier(metadata={}, conversation_key=key) if key is not None else None
