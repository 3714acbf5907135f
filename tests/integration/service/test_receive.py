from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.domain.conversation import Status
from bot.domain.message import Author, Kind, Settled
from bot.errors import BadPayload
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.recently import Recently
from bot.service.road import Road
from bot.storage import conversations, messages
from bot.storage.tables import contact
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says


async def test_receive_same_event_ten_times_makes_one_message(road: Road) -> None:
    event = says("where is my order")
    received = [await receive(road, event) for _ in range(10)]
    assert {each.message_id for each in received} == {received[0].message_id}
    assert [each.duplicate for each in received] == [False] + [True] * 9
    assert received[0].conversation_id is not None
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, received[0].conversation_id)
    assert [(message.content.text, message.author) for message in stored] == [
        ("where is my order", Author.CONTACT)
    ]


async def test_receive_same_event_by_other_processes_makes_one_message(road: Road) -> None:
    event = says("where is my order")
    received = [await receive(replace(road, recently=Recently()), event) for _ in range(10)]
    assert len({each.message_id for each in received}) == 1
    assert [each.duplicate for each in received] == [False] + [True] * 9


async def test_receive_event_that_was_told_before_asks_no_database(road: Road) -> None:
    event = says("where is my order")
    first = await receive(road, event)
    again = await receive(replace(road, database=None), event)  # type: ignore[arg-type]
    assert (again.message_id, again.conversation_id) == (first.message_id, first.conversation_id)
    assert again.duplicate


async def test_receive_same_event_at_once_makes_one_message(road: Road) -> None:
    event = says("hello")
    received = await asyncio.gather(*(receive(road, event) for _ in range(10)))
    assert len({each.message_id for each in received}) == 1
    assert sum(not each.duplicate for each in received) == 1


async def test_receive_new_contacts_at_once_are_one_contact_each(road: Road) -> None:
    received = await asyncio.gather(*(receive(road, says(f"{n}", sender=f"c{n % 3}")) for n in range(12)))
    assert len({each.conversation_id for each in received}) == 3
    async with road.database.read() as connection:
        made = (await connection.execute(select(func.count()).select_from(contact))).scalar_one()
    assert made == 3  # whoever came second made nothing


async def test_receive_orders_a_conversation(road: Road) -> None:
    received, *_ = [await receive(road, says(f"m{n}")) for n in range(5)]
    assert received.conversation_id is not None
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, received.conversation_id)
    assert [message.content.text for message in stored] == [f"m{n}" for n in range(5)]
    assert [message.seq for message in stored] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("text", ["null\x00byte", "half \ud83d character"])
async def test_receive_refuses_what_cannot_be_stored_and_stores_nothing(road: Road, text: str) -> None:
    with pytest.raises(BadPayload):
        await receive(road, says(text, sender="eve"))
    async with road.database.read() as connection:
        assert await conversations.get_conversation(connection, 1) is None


async def test_receive_keeps_unsupported_events_without_a_conversation(road: Road) -> None:
    event = replace(says("", kind=Kind.UNSUPPORTED), conversation_key="", metadata={"type": "poll"})
    received = await receive(road, event)
    assert received.conversation_id is None
    async with road.database.read() as connection:
        kept = await connection.exec_driver_sql("SELECT metadata ->> 'type' FROM stray_event")
        assert kept.scalar_one() == "poll"


async def test_edit_before_the_answer_is_what_the_engine_hears(road: Road) -> None:
    engine = PlainEngine()
    received = await receive(road, says("wher is it", event_id="m1"))
    await receive(
        road, replace(says("where is it", event_id="m1", kind=Kind.EDIT, target_id="m1"), revision=1)
    )
    assert received.conversation_id is not None
    await answer(road, engine, received.conversation_id)
    assert engine.heard == ["where is it"]


async def test_deletion_removes_the_words_and_the_need_of_an_answer(road: Road) -> None:
    engine = PlainEngine()
    received = await receive(road, says("my card number is 1234", event_id="m1"))
    await receive(road, says("", event_id="d1", kind=Kind.DELETE, target_id="m1"))
    assert received.conversation_id is not None
    assert await answer(road, engine, received.conversation_id) is None
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, received.conversation_id)
    assert (stored[0].content.text, stored[0].settled) == ("", Settled.NOT_NEEDED)
    assert engine.heard == []


async def test_echo_of_staff_in_the_platforms_app_silences_the_bot(road: Road) -> None:
    engine = PlainEngine()
    received = await receive(road, says("anybody there"))
    await receive(road, says("I am, what is it?", kind=Kind.ECHO))
    assert received.conversation_id is not None
    assert await answer(road, engine, received.conversation_id) is None
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, received.conversation_id)
        stored = await messages.list_messages(connection, received.conversation_id)
    assert found is not None
    assert found.status is Status.HELD
    assert [message.author for message in stored] == [Author.CONTACT, Author.STAFF]
    assert stored[0].settled is Settled.STAFF
