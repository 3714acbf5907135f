"""A person's word in the platform's own app that is told late: after what its contact said since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.message import Content, Kind
from bot.service.answer import answer
from bot.service.know_echo import is_of
from bot.service.list_queue import list_queue
from bot.service.receive import receive
from bot.service.sweep import sweep
from bot.storage.echoes import Left
from bot.storage.queue import QueueView
from tests.fakes.engine import PlainEngine
from tests.integration.service.delivering import let_pass
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road


def ago(road: Road, minutes: int, event: InboundEvent) -> InboundEvent:
    """Let an event have happened so long ago."""
    return replace(event, platform_at=road.now() - timedelta(minutes=minutes))


async def look(road: Road, conversation_id: int) -> tuple[str, list[str]]:
    """Return who holds a conversation, and what became of its contact's messages."""
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql(
            "SELECT c.status, array_agg(m.settled ORDER BY m.seq) AS settled"
            " FROM conversation c JOIN message m ON m.conversation_id = c.id AND m.author = 'contact'"
            f" WHERE c.id = {conversation_id} GROUP BY c.id"
        )
        row = found.one()
        return row.status, list(row.settled)


async def test_word_that_came_after_a_late_echo_waits_and_is_seen_to_wait(road: Road) -> None:
    conversation_id = (await receive(road, ago(road, 90, says("one")))).conversation_id
    assert conversation_id is not None
    await receive(road, ago(road, 40, says("still broken")))
    received = await receive(road, ago(road, 60, says("Try again, please.", kind=Kind.ECHO)))
    assert received.status is not None
    assert await look(road, conversation_id) == ("held", ["staff", "waiting"])
    assert await answer(road, PlainEngine(), conversation_id) is None
    await let_pass(road, conversation_id, timedelta(minutes=40))
    await sweep(road, grace=timedelta(seconds=5))
    (entry,) = await list_queue(road, view=QueueView.WAITING)
    assert entry.row.conversation_id == conversation_id
    await receive(road, says("It is on its way.", kind=Kind.ECHO))
    assert await look(road, conversation_id) == ("held", ["staff", "staff"])


async def test_promise_that_was_made_after_a_late_echo_is_kept(road: Road) -> None:
    received = await receive(road, ago(road, 5, says("a person please")))
    assert received.conversation_id is not None
    await answer(road, PlainEngine(), received.conversation_id)
    told = await receive(road, ago(road, 60, says("Hello!", kind=Kind.ECHO)))
    assert told.status == "queued"
    assert await look(road, received.conversation_id) == ("queued", ["waiting"])
    assert len(await list_queue(road, view=QueueView.WAITING)) == 1
    await receive(road, ago(road, 1, says("Mara here.", kind=Kind.ECHO)))
    assert await look(road, received.conversation_id) == ("held", ["staff"])


@pytest.mark.parametrize(
    ("said", "heard", "ours"),
    [
        (Content(text="Hi"), "Hi Ann, Mara here: I look into it.", False),
        (Content(text="Which of them?"), "Which of them?", True),
        (Content(text="Your parcel left us this morning."), "Lyra: Your parcel left us this morning.", True),
        (Content(text="Hi"), "", False),
    ],
)
def test_few_words_on_their_way_are_not_taken_for_a_persons_that_begin_so(
    said: Content, heard: str, *, ours: bool
) -> None:
    assert is_of(Left(same=False, content=said), Content(text=heard)) is ours
