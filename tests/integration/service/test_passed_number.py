"""A phone number that passes to somebody else leads nobody into another person's conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.contact import FORMER, PASSED_ON, Handle
from bot.domain.message import Kind
from bot.service.receive import receive
from bot.storage import conversations, messages
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.domain.conversation import Conversation
    from bot.service.receive import Received
    from bot.service.road import Road

ANN, ANNS_NEW, BEN = "DE.1", "DE.11", "DE.2"
PHONE, OTHER = "4930123456", "4930654321"


@pytest.fixture
def aware(road: Road) -> Road:
    return replace(road, many_ids=frozenset({"webchat"}))


def seen(*ids: str, given_up: tuple[str, ...] = ()) -> InboundEvent:
    """Somebody shows these ids: user ids come first, a phone number is the key where there is one."""
    event = says("hi", sender=ids[0])
    if given_up:
        event = replace(event, kind=Kind.UNSUPPORTED, for_staff=True)
    key = next((each for each in (*given_up, *ids) if each.isdigit()), ids[0])
    handle = Handle(native_id=ids[0], other_ids=(*ids[1:], *given_up), given_up=given_up)
    return replace(event, conversation_key=key, sender=handle)


async def place_of(road: Road, *ids: str) -> int:
    return known(await receive(road, seen(*ids)))


def known(received: Received) -> int:
    assert received.conversation_id is not None
    return received.conversation_id


async def load(road: Road, conversation_id: int) -> Conversation:
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
    assert found is not None
    return found


async def notes_of(road: Road, conversation_id: int) -> list[str]:
    async with road.database.read() as connection:
        said = await messages.list_messages(connection, conversation_id)
    return [each.content.text for each in said if each.kind is Kind.NOTE]


async def test_number_shown_with_another_user_id_begins_a_new_conversation(aware: Road) -> None:
    anns = await place_of(aware, ANN, PHONE)
    bens = await place_of(aware, BEN, PHONE)
    assert anns != bens
    assert (await load(aware, bens)).contact_id != (await load(aware, anns)).contact_id
    assert [await place_of(aware, *ids) for ids in ((PHONE,), (BEN,), (BEN, PHONE))] == [bens] * 3
    assert [await place_of(aware, *ids) for ids in ((ANN,), (ANN, PHONE))] == [anns, anns]


async def test_what_is_written_to_the_one_before_goes_to_their_user_id(aware: Road) -> None:
    anns = await place_of(aware, ANN, PHONE)
    bens = await place_of(aware, BEN, PHONE)
    assert (await load(aware, anns)).key == ANN
    assert (await load(aware, bens)).key == BEN
    (note,) = await notes_of(aware, anns)
    assert "somebody else" in note


async def test_first_words_of_the_new_one_say_so_to_staff_alone(aware: Road) -> None:
    await place_of(aware, ANN, PHONE)
    bens = await place_of(aware, BEN, PHONE)
    await place_of(aware, BEN, PHONE)
    async with aware.database.read() as connection:
        said = await messages.list_messages(connection, bens)
    assert [PASSED_ON in each.metadata for each in said] == [True, False]


async def test_who_was_seen_by_a_number_alone_is_not_parted_from_their_user_id(aware: Road) -> None:
    place = await place_of(aware, PHONE)
    assert await place_of(aware, ANN, PHONE) == place
    assert (await load(aware, place)).key == PHONE


@pytest.mark.parametrize("user", [(ANN,), ()], ids=["with a user id", "by number alone"])
async def test_new_number_that_is_told_leaves_the_old_one_to_others(
    aware: Road, user: tuple[str, ...]
) -> None:
    anns = await place_of(aware, *user, PHONE)
    moved = seen(*user, OTHER, given_up=(PHONE,))
    assert known(await receive(aware, moved)) == anns
    assert (await load(aware, anns)).key == OTHER
    bens = await place_of(aware, BEN, PHONE)
    assert bens != anns
    again = replace(moved, event_id="moved again")  # what is told once more takes nothing back
    assert known(await receive(aware, again)) == anns
    assert await place_of(aware, BEN, PHONE) == bens
    assert await place_of(aware, *user, OTHER) == anns


async def test_new_number_that_is_not_told_leaves_nobody_to_write_to(aware: Road) -> None:
    anns = await place_of(aware, PHONE)
    handle = Handle(native_id=PHONE, given_up=(PHONE,))
    event = replace(seen(PHONE), kind=Kind.UNSUPPORTED, for_staff=True, sender=handle)
    assert known(await receive(aware, event)) == anns
    assert (await load(aware, anns)).key == f"{FORMER}{PHONE}"
    assert await place_of(aware, PHONE) != anns


async def test_user_id_that_was_replaced_still_leads_there(aware: Road) -> None:
    anns = await place_of(aware, ANN)
    assert known(await receive(aware, seen(ANNS_NEW, given_up=(ANN,)))) == anns
    assert (await load(aware, anns)).key == ANNS_NEW
    assert [await place_of(aware, each) for each in (ANN, ANNS_NEW)] == [anns, anns]


async def test_new_number_of_somebody_that_was_anothers_is_theirs(aware: Road) -> None:
    bens = await place_of(aware, BEN, OTHER)
    anns = await place_of(aware, ANN, PHONE)
    assert await place_of(aware, ANN, OTHER) == anns
    assert (await load(aware, bens)).key == BEN
    assert await place_of(aware, OTHER) == anns
