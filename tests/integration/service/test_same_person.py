"""Two contacts that may be one person: staff are asked, decide, and take it back; nothing is moved."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.connector import InboundEvent
from bot.domain.contact import Handle
from bot.errors import Conflict, UnknownConversation
from bot.service.answer import answer
from bot.service.join_people import Decision, decide_pair
from bot.service.receive import receive
from bot.service.suggest_same_person import look
from bot.storage import people
from bot.storage.people import PairState, PersonPair
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.domain.staff import Staff
    from bot.service.road import Road

NOW = timedelta()
MAIL = "nora.lind@mail.example"


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


@pytest.fixture
async def tom(road: Road) -> Staff:
    return await add_agent(road, "Tom Ash")


def _writes(
    words: str, sender: str, channel: str, *, name: str = "Nora", metadata: JsonObject | None = None
) -> InboundEvent:
    event = says(words, sender=sender, channel=channel)
    return replace(event, sender=Handle(native_id=sender, name=name), metadata=metadata or {})


async def _contact(road: Road, event: InboundEvent) -> int:
    received = await receive(road, event)
    async with road.database.read() as connection:
        found = await connection.execute(
            text("SELECT contact_id FROM conversation WHERE id = :id"), {"id": received.conversation_id}
        )
        return int(found.scalar_one())


async def _look(road: Road) -> None:
    while await look(road, quiet=NOW):
        pass


async def _pairs(road: Road, contact_id: int) -> list[PersonPair]:
    async with road.database.read() as connection:
        return await people.list_pairs(connection, contact_id)


async def _person(road: Road, contact_id: int) -> list[int]:
    async with road.database.read() as connection:
        return await people.list_person(connection, contact_id)


async def _mail_and_chat(road: Road, number: int = 1) -> tuple[int, int]:
    """A customer who writes by e-mail, and one in the chat who gives that address."""
    mail = f"{number}.{MAIL}"
    by_mail = await _contact(road, _writes("where is my order", mail, "email"))
    in_chat = await _contact(road, _writes(f"i am {mail}", f"visitor-{number}", "webchat", name="Visitor"))
    await _look(road)
    return by_mail, in_chat


async def _rows(road: Road) -> list[tuple[object, ...]]:
    """Everything of contacts, ids and conversations."""
    async with road.database.read() as connection:
        return [
            tuple(row)
            for table in ("contact", "handle", "conversation", "message", "known_id")
            for row in (await connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))).all()
        ]


async def test_staff_are_asked_with_the_evidence(road: Road) -> None:
    by_mail, in_chat = await _mail_and_chat(road)
    (pair,) = await _pairs(road, in_chat)
    assert (pair.other, pair.state, pair.other_name, pair.channels) == (
        by_mail,
        PairState.SUGGESTED,
        "Nora",
        ("email",),
    )
    assert [clue.in_words() for clue in pair.clues] == [
        "one writes from the address 1…@mail.example, the other gave it"
    ]
    assert [each.other for each in await _pairs(road, by_mail)] == [in_chat]
    assert await _person(road, in_chat) == [in_chat]  # nobody is joined without a word


async def test_the_brands_own_word_of_a_visitor_counts(road: Road) -> None:
    identity: JsonObject = {"identity": {"id": "c-77", "email": MAIL, "verified": True}}
    in_chat = await _contact(road, _writes("hello", "v1", "webchat", name="V", metadata=identity))
    by_mail = await _contact(road, _writes("hello", MAIL, "email"))
    await _look(road)
    (pair,) = await _pairs(road, in_chat)
    assert pair.other == by_mail
    assert [clue.in_words() for clue in pair.clues] == ["both write from the address n…@mail.example"]


async def test_numbers_that_were_understood_count_with_the_name(road: Road) -> None:
    contacts = []
    for sender, channel in (("mk", "instagram"), ("mk@mail.example", "email")):
        event = _writes("about order A-10234", sender, channel, name="Mara Kowalczyk")
        contacts.append(await _contact(road, event))
        async with road.database.begin() as connection:  # as a turn leaves it
            await connection.execute(
                text("""
                INSERT INTO turn (conversation_id, id, events)
                SELECT conversation_id, id, jsonb_build_array(jsonb_build_object('event', 'user',
                    'parse_data', jsonb_build_object('entities', jsonb_build_array(
                        jsonb_build_object('entity', 'order_number', 'value', 'A-10234')))))
                FROM message ORDER BY id DESC LIMIT 1""")
            )
            await connection.execute(text("UPDATE message SET turn_id = id"))
    await _look(road)
    (pair,) = await _pairs(road, contacts[0])
    assert [clue.in_words() for clue in pair.clues] == [
        "both gave the number A-10234",
        "both are called Mara Kowalczyk",
    ]


async def test_an_address_that_everybody_quotes_asks_about_nobody(road: Road) -> None:
    first = await _contact(road, _writes("hello", MAIL, "email"))
    others = [await _contact(road, _writes(f"write to {MAIL}", f"v{n}", "webchat")) for n in range(2)]
    await _look(road)
    assert {pair.other for pair in await _pairs(road, first)} == set(others)
    await _contact(road, _writes(f"{MAIL} does not answer", "v9", "webchat"))
    await _look(road)
    assert await _pairs(road, first) == []


async def test_a_message_is_looked_at_when_none_before_it_can_come(road: Road) -> None:
    await _contact(road, _writes("hello", MAIL, "email"))
    assert not await look(road, quiet=timedelta(hours=1))
    assert not await look(road, quiet=NOW, most=5)
    in_chat = await _contact(road, _writes(MAIL, "v1", "webchat"))
    assert await look(road, quiet=NOW, most=1)
    assert not await look(road, quiet=NOW, most=1)
    assert len(await _pairs(road, in_chat)) == 1


async def test_two_processes_do_not_look_at_once(road: Road) -> None:
    await _contact(road, _writes("hello", MAIL, "email"))
    async with road.database.begin() as connection:
        await connection.execute(text("SELECT FROM fact_cursor FOR UPDATE"))
        assert not await asyncio.wait_for(look(road, quiet=NOW, most=1), 20)
    assert await look(road, quiet=NOW, most=1)


async def test_a_confirmed_pair_is_one_person_until_it_is_taken_back(road: Road, mara: Staff) -> None:
    by_mail, in_chat = await _mail_and_chat(road)
    before = await _rows(road)
    await decide_pair(road, (in_chat, by_mail), Decision.SAME, mara)
    assert await _person(road, in_chat) == await _person(road, by_mail) == [by_mail, in_chat]
    (pair,) = await _pairs(road, in_chat)
    assert (pair.state, pair.decided_by) == (PairState.CONFIRMED, "Mara Lind")
    await decide_pair(road, (in_chat, by_mail), Decision.UNDO, mara)
    assert await _person(road, in_chat) == [in_chat]
    assert await _rows(road) == before
    async with road.database.read() as connection:
        history = (await connection.execute(text("SELECT history FROM same_person"))).scalar_one()
    assert str(history).count("staff_id") == 2


async def test_what_was_decided_is_not_asked_again(road: Road, mara: Staff) -> None:
    by_mail, in_chat = await _mail_and_chat(road)
    await decide_pair(road, (by_mail, in_chat), Decision.OTHER, mara)
    await receive(road, _writes(f"{MAIL} 1.{MAIL}", "visitor-1", "webchat"))
    await _look(road)
    (pair,) = await _pairs(road, in_chat)
    assert pair.state is PairState.REFUSED
    assert await _person(road, in_chat) == [in_chat]
    await decide_pair(road, (by_mail, in_chat), Decision.SAME, mara)  # it was a mistake
    assert await _person(road, in_chat) == [by_mail, in_chat]


async def test_of_two_who_decide_at_once_one_is_told(road: Road, mara: Staff, tom: Staff) -> None:
    pair = await _mail_and_chat(road)
    said = await asyncio.gather(
        decide_pair(road, pair, Decision.SAME, mara),
        decide_pair(road, pair, Decision.OTHER, tom),
        return_exceptions=True,
    )
    # Whoever said "someone else" first can be overruled, the other way round a colleague is told.
    refused = [each for each in said if each is not None]
    assert all(isinstance(each, Conflict) for each in refused)
    (found,) = await _pairs(road, pair[0])
    assert found.state is PairState.CONFIRMED
    assert str(refused) in ("[]", "[Conflict('a colleague has just said that it is the same person')]")


async def test_the_same_word_twice_is_told(road: Road, mara: Staff, tom: Staff) -> None:
    pair = await _mail_and_chat(road)
    said = await asyncio.gather(
        *(decide_pair(road, pair, Decision.SAME, staff) for staff in (mara, tom)), return_exceptions=True
    )
    assert [type(each) for each in said if each is not None] == [Conflict]


async def test_a_pair_nobody_was_asked_about_is_refused(road: Road, mara: Staff) -> None:
    one = await _contact(road, _writes("hello", "v1", "webchat"))
    other = await _contact(road, _writes("hello", "v2", "webchat"))
    with pytest.raises(UnknownConversation):
        await decide_pair(road, (one, other), Decision.SAME, mara)


async def test_taking_back_parts_what_it_joined(road: Road, mara: Staff) -> None:
    """Of three that all share an address, two words join all; the third would join nothing more."""
    by_mail = await _contact(road, _writes("hello", MAIL, "email"))
    chats = [await _contact(road, _writes(MAIL, f"v{n}", "webchat")) for n in range(2)]
    await _look(road)
    for each in chats:
        await decide_pair(road, (by_mail, each), Decision.SAME, mara)
    assert await _person(road, chats[0]) == sorted([by_mail, *chats])
    async with road.database.begin() as connection:
        evidence = (await people.list_pairs(connection, by_mail))[0].clues
        await people.suggest_pairs(connection, [], {(chats[0], chats[1]): evidence})
    with pytest.raises(Conflict, match="one person already"):
        await decide_pair(road, (chats[0], chats[1]), Decision.SAME, mara)
    await decide_pair(road, (by_mail, chats[0]), Decision.UNDO, mara)
    assert await _person(road, chats[0]) == [chats[0]]
    assert await _person(road, by_mail) == sorted([by_mail, chats[1]])


async def test_a_list_tells_by_which_other_channel_they_write(road: Road, mara: Staff) -> None:
    by_mail, in_chat = await _mail_and_chat(road)
    await decide_pair(road, (by_mail, in_chat), Decision.SAME, mara)
    async with road.database.read() as connection:
        rows = (await connection.execute(text("SELECT id, contact_id FROM conversation"))).all()
        also = await people.list_also(connection, [row.id for row in rows])
    told = {row.contact_id: also[row.id] for row in rows}
    assert told == {by_mail: ("webchat",), in_chat: ("email",)}


async def test_a_turn_waits_for_none_of_it(road: Road) -> None:
    """Whoever looks holds locks of its own: the road goes on beside it."""
    received = await receive(road, _writes(f"i am {MAIL}", "v1", "webchat"))
    assert received.conversation_id is not None
    async with road.database.begin() as connection:
        await connection.execute(text("SELECT FROM contact FOR SHARE"))
        await connection.execute(text("SELECT FROM fact_cursor FOR UPDATE"))
        async with asyncio.timeout(20):
            assert await answer(road, PlainEngine(), received.conversation_id) is not None
            await receive(road, _writes("and again", "v1", "webchat"))
