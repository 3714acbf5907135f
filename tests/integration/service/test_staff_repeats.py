"""What a browser sends again is said once; what it did not say yet is never taken for said."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.conversation import Status
from bot.domain.message import Author, Kind
from bot.domain.staff import Staff
from bot.errors import Conflict
from bot.service.add_note import add_note
from bot.service.give_back import give_back
from bot.service.receive import receive
from bot.service.resolve import resolve
from bot.service.road import Road
from bot.service.staff_reply import Reply, send_reply, staff_reply
from bot.service.take import take
from bot.storage import conversations, messages
from tests.integration.service.delivering import answered
from tests.integration.service.events import says
from tests.integration.service.people import add_agent


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara")


@pytest.fixture
async def tom(road: Road) -> Staff:
    return await add_agent(road, "Tom")


@pytest.fixture
async def complaint(road: Road) -> int:
    return await _complain(road, "ann")


async def _complain(road: Road, sender: str) -> int:
    return await answered(road, says("a person please", sender=sender))


async def _by_staff(road: Road, conversation_id: int, kind: Kind = Kind.TEXT) -> list[str]:
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    return [each.content.text for each in stored if each.author is Author.STAFF and each.kind is kind]


async def _status(road: Road, conversation_id: int) -> tuple[Status, int | None]:
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
    assert found is not None
    return found.status, found.staff_id


async def test_other_words_under_a_used_key_are_refused_not_swallowed(
    road: Road, complaint: int, mara: Staff
) -> None:
    await staff_reply(road, complaint, mara, "We refund it.", key="k")
    with pytest.raises(Conflict, match="an earlier text was sent"):
        await staff_reply(road, complaint, mara, "We refund it. Sorry for the wait.", key="k")
    await staff_reply(road, complaint, mara, "We refund it. ", key="k")  # the same, but for the edges
    assert await _by_staff(road, complaint) == ["We refund it."]


async def test_another_note_under_a_used_key_is_refused_not_swallowed(
    road: Road, complaint: int, mara: Staff
) -> None:
    first = await add_note(road, complaint, mara, "known customer", key="k")
    with pytest.raises(Conflict, match="an earlier text was sent"):
        await add_note(road, complaint, mara, "known customer, be kind", key="k")
    assert await add_note(road, complaint, mara, "known customer", key="k") == first
    assert await _by_staff(road, complaint, Kind.NOTE) == ["known customer"]


async def test_a_key_counts_in_its_conversation(road: Road, complaint: int, mara: Staff) -> None:
    other = await _complain(road, "bob")
    for conversation_id in (complaint, other):
        await staff_reply(road, conversation_id, mara, "We refund it.", key="k")
        assert await _by_staff(road, conversation_id) == ["We refund it."]


async def test_the_same_reply_at_once_is_said_once(road: Road, complaint: int, mara: Staff) -> None:
    said = await asyncio.gather(*(staff_reply(road, complaint, mara, "Hello.", key="k") for _ in range(5)))
    assert len({message.id for message in said}) == 1
    assert await _by_staff(road, complaint) == ["Hello."]


async def test_a_late_repeat_does_not_take_the_conversation_again(
    road: Road, complaint: int, mara: Staff
) -> None:
    await staff_reply(road, complaint, mara, "Done.", key="k")
    await give_back(road, complaint, mara)
    await staff_reply(road, complaint, mara, "Done.", key="k")
    assert await _status(road, complaint) == (Status.BOT, None)
    await take(road, complaint, mara)
    await resolve(road, complaint, mara)
    await staff_reply(road, complaint, mara, "Done.", key="k")
    assert await _status(road, complaint) == (Status.RESOLVED, None)


async def test_a_late_repeat_is_said_also_when_a_colleague_has_it_now(
    road: Road, complaint: int, mara: Staff, tom: Staff
) -> None:
    """Its writer would otherwise read that it was not sent, and send it again."""
    first = await staff_reply(road, complaint, mara, "Tom takes care of it.", key="k")
    await give_back(road, complaint, mara)
    await take(road, complaint, tom)
    assert (await staff_reply(road, complaint, mara, "Tom takes care of it.", key="k")).id == first.id
    assert await _status(road, complaint) == (Status.HELD, tom.id)


async def _last_id(road: Road, conversation_id: int) -> int:
    async with road.database.read() as connection:
        return (await messages.list_messages(connection, conversation_id))[-1].id


async def test_resolving_discards_no_words_that_nobody_read(road: Road, complaint: int, mara: Staff) -> None:
    seen = await _last_id(road, complaint)
    await receive(road, says("it is on fire now"))
    with pytest.raises(Conflict, match="the customer wrote again; read it first"):
        await resolve(road, complaint, mara, seen=seen)
    assert (await _status(road, complaint))[0] is Status.QUEUED
    await resolve(road, complaint, mara, seen=await _last_id(road, complaint))
    assert (await _status(road, complaint))[0] is Status.RESOLVED


async def test_a_resolving_reply_to_unread_words_is_not_sent(road: Road, complaint: int, mara: Staff) -> None:
    seen = await _last_id(road, complaint)
    await receive(road, says("it is on fire now"))
    reply = Reply(text="Glad it works.", key="k", resolves=True, seen=seen)
    with pytest.raises(Conflict, match="read it first"):
        await send_reply(road, complaint, mara, reply)
    assert await _by_staff(road, complaint) == []
    assert await _status(road, complaint) == (Status.QUEUED, None)
    await send_reply(road, complaint, mara, Reply(text="Glad it works.", key="k", resolves=True))
    assert (await _status(road, complaint))[0] is Status.RESOLVED


async def test_what_staff_and_receipts_add_is_no_word_of_the_customer(
    road: Road, complaint: int, mara: Staff
) -> None:
    seen = await _last_id(road, complaint)
    await take(road, complaint, mara)
    await staff_reply(road, complaint, mara, "Here it is.", key="k")
    await receive(road, says("", kind=Kind.RECEIPT))
    await resolve(road, complaint, mara, seen=seen)
    assert (await _status(road, complaint))[0] is Status.RESOLVED


async def test_a_failed_delivery_in_a_resolved_conversation_can_be_dismissed(
    road: Road, complaint: int, mara: Staff
) -> None:
    await send_reply(road, complaint, mara, Reply(text="Done.", key="k", resolves=True))
    async with road.database.begin() as connection:
        await conversations.set_attention(connection, complaint, "delivery_failed")
    await resolve(road, complaint, mara)
    async with road.database.read() as connection:
        attention = await connection.exec_driver_sql("SELECT attention FROM conversation")
        assert attention.scalar_one() is None


async def test_a_repeated_resolving_reply_resolves_once(road: Road, complaint: int, mara: Staff) -> None:
    reply = Reply(text="Done.", key="k", resolves=True)
    await send_reply(road, complaint, mara, reply)
    await receive(road, says("one more thing"))
    await send_reply(road, complaint, mara, reply)
    assert await _status(road, complaint) == (Status.BOT, None)
