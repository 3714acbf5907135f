"""What a contact changes and takes back: platforms tell it late, again and in any order."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.message import Attachment, Author, Kind
from bot.service.answer import answer
from bot.service.receive import receive
from bot.storage import messages
from bot.storage.tables import media, message
from tests.fakes.engine import PlainEngine
from tests.integration.service.delivering import answered
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road

SAID = says("my card is 4111", event_id="m1")
GONE = says("", event_id="gone-m1", kind=Kind.DELETE, target_id="m1")


def edit(text: str, revision: int) -> InboundEvent:
    event = says(text, event_id=f"edit-{revision}", kind=Kind.EDIT, target_id="m1")
    return replace(event, revision=revision)


async def tell(road: Road, *events: InboundEvent) -> str:
    """Receive events; return what the first message says then."""
    conversation_id = None
    for event in events:
        conversation_id = (await receive(road, event)).conversation_id
    assert conversation_id is not None
    async with road.database.read() as connection:
        said = await messages.list_messages(connection, conversation_id)
    return next((each.content.text for each in said if each.kind is Kind.TEXT), "")


async def list_contents(road: Road) -> list[dict[str, object]]:
    """Return every word and file of anybody that is stored."""
    async with road.database.read() as connection:
        contents = (await connection.execute(select(message.c.content))).scalars().all()
    return [content for content in contents if content]


async def test_earlier_edit_that_comes_late_changes_nothing(road: Road) -> None:
    assert await tell(road, SAID, edit("third", 3), edit("second", 2)) == "third"
    assert await tell(road, edit("fourth", 4)) == "fourth"


async def test_edits_of_the_same_second_count_in_the_order_they_are_told(road: Road) -> None:
    again = replace(edit("b", 7), event_id="edit-7-again")
    assert await tell(road, SAID, edit("a", 7), again) == "b"


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
async def test_deletion_leaves_no_word_in_whatever_order_it_is_told(
    road: Road, order: tuple[int, ...]
) -> None:
    events = (SAID, edit("my card is 4242", 1), GONE)
    assert await tell(road, *(events[number] for number in order)) == ""
    assert await list_contents(road) == []


async def test_deletion_takes_the_files_that_an_edit_brought_along(road: Road) -> None:
    picture = Attachment(kind="photo", ref="41", mime="image/png")
    changed = edit("look", 1)
    changed = replace(changed, content=replace(changed.content, attachments=(picture,)))
    await tell(road, SAID, changed, GONE)
    assert await list_contents(road) == []
    async with road.database.read() as connection:
        states = (await connection.execute(select(media.c.state))).scalars().all()
    assert set(states) == {"waiting"}  # for whoever finds that nobody refers to it, and deletes it


async def test_message_that_comes_after_its_deletion_is_not_answered(road: Road) -> None:
    await receive(road, GONE)
    received = await receive(road, SAID)
    assert received.duplicate
    assert received.conversation_id is not None
    engine = PlainEngine()
    await answer(road, engine, received.conversation_id)
    assert engine.heard == []
    async with road.database.read() as connection:
        waiting = await messages.get_last_waiting_seq(connection, received.conversation_id)
    assert waiting is None


async def test_deletion_of_our_own_word_is_no_word_of_the_contacts(road: Road) -> None:
    conversation_id = await answered(road, says("a person please"))
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET native_ids = ARRAY['ours-1'], state = 'sent'")
    await receive(road, says("", event_id="gone-ours", kind=Kind.DELETE, target_id="ours-1"))
    async with road.database.read() as connection:
        said = await messages.list_messages(connection, conversation_id)
    theirs = [each for each in said if each.author is Author.CONTACT and each.kind is Kind.TEXT]
    assert [each.content.text for each in theirs] == ["a person please"]
