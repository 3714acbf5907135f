"""What customers quote of the conversation that is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.storage import messages
from bot.storage.quoted import find_quoted
from bot.web.around_view import list_quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.message import Message
    from bot.storage.database import Connection


async def load_quoted(
    connection: Connection, threads: Sequence[int], found: Sequence[Message]
) -> Mapping[str, Message]:
    """Return the messages that others quote, by the platform's ids of them."""
    wanted = {native_id for message in found for native_id in list_quoted(message)}
    ids = await find_quoted(connection, threads, wanted)
    by_id = (
        {message.id: message for message in await messages.list_given(connection, ids.values())}
        if ids
        else {}
    )
    return {native_id: by_id[each] for native_id, each in ids.items() if each in by_id}
