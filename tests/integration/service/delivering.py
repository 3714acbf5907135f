"""What tests of delivering have in common: answered conversations, their states, and time that passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.message import Author
from bot.service.answer import answer
from bot.service.receive import receive
from bot.storage import messages
from tests.fakes.engine import PlainEngine

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.connector import InboundEvent
    from bot.domain.message import DeliveryState
    from bot.service.road import Road


async def answered(road: Road, *events: InboundEvent) -> int:
    """Receive and answer events of one conversation, one turn each; returns its id."""
    engine = PlainEngine()
    conversation_id = 0
    for event in events:
        found = (await receive(road, event)).conversation_id
        assert found is not None
        conversation_id = found
        await answer(road, engine, conversation_id)
    return conversation_id


async def states_of(
    road: Road, conversation_id: int, *authors: Author
) -> list[tuple[str, DeliveryState | None]]:
    """Return (text, state) of what `authors` said (unless given: the bot), in order."""
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    wanted = authors or (Author.BOT,)
    return [(each.content.text, each.delivery) for each in stored if each.author in wanted]


async def make_due(road: Road, conversation_id: int) -> None:
    """Let the pause before the next try be over."""
    await _change(road, f"UPDATE conversation SET deliver_due_at = now() WHERE id = {conversation_id}")


async def let_pass(road: Road, conversation_id: int, time: timedelta) -> None:
    """Let everything in a conversation have been said that much earlier."""
    await _change(
        road,
        f"UPDATE message SET created_at = created_at - interval '{time.total_seconds()} s' "
        f"WHERE conversation_id = {conversation_id}",
    )


async def _change(road: Road, statement: str) -> None:
    async with road.database.begin() as connection:
        await connection.exec_driver_sql(statement)
