"""Hand back: a turn that could not be written is nobody's fault."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.errors import StorageUnavailable
from bot.storage import leases

if TYPE_CHECKING:
    from bot.domain.conversation import Lease
    from bot.service.road import Road

_PAUSES = (0.1, 0.5, 2.0)  # seconds; shorter than a lease together


async def hand_back(road: Road, lease: Lease) -> None:
    """Blame no message for a server that writes nothing now: attempts count what kills workers.

    Where not even this can be written, the lease runs out by itself.
    """
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        with suppress(StorageUnavailable):
            async with road.database.direct() as connection:
                await leases.hand_back(connection, lease)
            return
