"""Messages and turns of several conversations are committed together; none of them waits for another."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import text
from typing_extensions import override

from bot.domain.message import Author, Content
from bot.engines.engine import Turn, TurnResult
from bot.service.answer import answer
from bot.service.receive import receive
from bot.storage import messages
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.service.receive import Received
    from bot.service.road import Road

PEOPLE = ("ann", "bob", "cem", "dot")


async def say(road: Road, word: str, *people: str) -> list[Received]:
    """Let people say something at the same moment."""
    return await asyncio.gather(*(receive(road, says(f"{word} {name}", sender=name)) for name in people))


async def answer_all(road: Road, engine: PlainEngine, received: Sequence[Received]) -> list[object]:
    """Answer conversations at the same moment; returns what came of each."""
    work = (answer(road, engine, each.conversation_id or 0) for each in received)
    return await asyncio.gather(*work, return_exceptions=True)


async def get_said(road: Road, received: Received) -> list[tuple[int, str]]:
    """Return what stands in a conversation: (place, text)."""
    assert received.conversation_id is not None
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, received.conversation_id)
    return [(each.seq, each.content.text) for each in stored if each.author in (Author.CONTACT, Author.BOT)]


async def test_people_who_write_at_once_get_each_their_own_answer(road: Road) -> None:
    for turn in (1, 2):
        await answer_all(road, PlainEngine(), await say(road, f"{turn}", *PEOPLE))
    received = await say(road, "3", *PEOPLE)
    for name, each in zip(PEOPLE, received, strict=True):
        heard = [f"1 {name}", f"1: 1 {name}", f"2 {name}", f"2: 2 {name}", f"3 {name}"]
        assert await get_said(road, each) == list(enumerate(heard, 1))


async def test_a_conversation_whose_row_is_held_holds_up_no_other(road: Road) -> None:
    first = await say(road, "1", *PEOPLE)
    async with road.database.begin() as connection:
        held = text("SELECT FROM conversation WHERE id = :id FOR UPDATE")
        await connection.execute(held, {"id": first[0].conversation_id})
        waiting = asyncio.create_task(receive(road, says("2 ann", sender="ann")))
        async with asyncio.timeout(20):
            others = await say(road, "2", *PEOPLE[1:])
            await answer_all(road, PlainEngine(), others)
        assert [text for _, text in await get_said(road, others[0])][-1] == "1: 1 bob\n2 bob"
        assert not waiting.done()
    assert [text for _, text in await get_said(road, await waiting)] == ["1 ann", "2 ann"]


class NullEngine(PlainEngine):
    """Says to "cem" what no database can hold."""

    @override
    async def respond(self, turn: Turn) -> TurnResult:
        result = await super().respond(turn)
        return replace(result, replies=(Content(text="\0"),)) if turn.sender_id == "cem" else result


async def test_a_turn_that_cannot_be_stored_takes_no_other_with_it(road: Road) -> None:
    received = await say(road, "1", *PEOPLE)
    outcomes = await answer_all(road, NullEngine(), received)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, False, True, False]
    assert [len(await get_said(road, each)) for each in received] == [2, 2, 1, 2]


async def test_a_lost_lease_is_told_to_the_one_who_lost_it(road: Road) -> None:
    received = await say(road, "1", *PEOPLE)

    async def take_from_bob(turn: Turn) -> None:
        if turn.sender_id == "bob":
            async with road.database.begin() as connection:
                taken = text("UPDATE conversation SET status = 'held' WHERE id = :id")
                await connection.execute(taken, {"id": received[1].conversation_id})

    outcomes = await answer_all(road, PlainEngine(before=take_from_bob), received)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False, False]
    assert [len(await get_said(road, each)) for each in received] == [2, 1, 2, 2]


async def test_what_is_done_together_is_done_in_one_statement(road: Road) -> None:
    first = await say(road, "1", *PEOPLE)
    await answer_all(road, PlainEngine(), first)
    seen: list[int] = []

    async def count(_: object, items: Sequence[object]) -> list[None]:
        seen.append(len(items))
        return [None] * len(items)

    await asyncio.gather(*(road.database.together(count, name, key=name) for name in PEOPLE))
    assert seen == [len(PEOPLE)]


async def test_people_who_are_new_at_once_get_each_their_own_place(road: Road) -> None:
    received = await say(road, "1", *PEOPLE)
    assert len({each.conversation_id for each in received}) == len(PEOPLE)
    for name, each in zip(PEOPLE, received, strict=True):
        assert await get_said(road, each) == [(1, f"1 {name}")]
        assert await get_names(road, each) == (name, name)


async def get_names(road: Road, received: Received) -> tuple[str, str]:
    """Return the key of a conversation and the handle of its contact."""
    found = text(
        "SELECT c.key, h.native_id FROM conversation c JOIN handle h USING (contact_id) WHERE c.id = :id"
    )
    async with road.database.read() as connection:
        row = (await connection.execute(found, {"id": received.conversation_id})).one()
    return row.key, row.native_id


async def test_one_new_person_in_two_places_at_once_is_one_contact(road: Road) -> None:
    ann = says("hello", sender="ann")
    places = (ann, replace(ann, event_id="other", conversation_key="ann in a group"))
    first, second = await asyncio.gather(*(receive(road, each) for each in places))
    assert first.conversation_id != second.conversation_id
    async with road.database.read() as connection:
        contacts = (await connection.execute(text("SELECT count(*) FROM contact"))).scalar_one()
    assert contacts == 1
