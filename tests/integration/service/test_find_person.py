"""A person with a user id, a phone number or both is one person in one conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.connector import InboundEvent, Receipt, ReceiptState
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from bot.service.receive import receive
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road

USER, PHONE = "DE.4711", "4930123456"


@pytest.fixture
def aware(road: Road) -> Road:
    """Return a road on which people of the web chat may have many ids."""
    return replace(road, many_ids=frozenset({"webchat"}))


def seen(*ids: str, kind: Kind = Kind.TEXT) -> InboundEvent:
    """Somebody shows these ids: the phone number is the key where it is among them."""
    event = says("hi", sender=ids[0], kind=kind)
    key = PHONE if PHONE in ids else ids[0]
    return replace(event, conversation_key=key, sender=Handle(native_id=ids[0], other_ids=ids[1:]))


@pytest.mark.parametrize(
    "sights",
    [
        ((PHONE,), (USER, PHONE), (USER,)),
        ((USER,), (USER, PHONE), (PHONE,)),
        ((USER, PHONE), (USER,), (PHONE,)),
    ],
)
async def test_ids_shown_together_lead_to_one_conversation(
    aware: Road, sights: tuple[tuple[str, ...], ...]
) -> None:
    places = {(await receive(aware, seen(*ids))).conversation_id for ids in sights}
    assert len(places) == 1


async def test_ids_never_shown_together_are_two_people(aware: Road) -> None:
    first, second = (await receive(aware, seen(PHONE)), await receive(aware, seen(USER)))
    assert first.conversation_id != second.conversation_id
    # What shows them together later goes to the older one; what each has said stays where it is.
    later = await receive(aware, seen(USER, PHONE))
    assert later.conversation_id == first.conversation_id


async def test_echoes_and_receipts_find_the_conversation_under_any_id(aware: Road) -> None:
    place = (await receive(aware, seen(USER, PHONE))).conversation_id
    echo = await receive(aware, seen(USER, kind=Kind.ECHO))
    receipt = replace(seen(USER, kind=Kind.RECEIPT), receipt=Receipt(state=ReceiptState.READ))
    assert [echo.conversation_id, (await receive(aware, receipt)).conversation_id] == [place, place]


async def test_public_threads_are_left_apart(aware: Road) -> None:
    place = (await receive(aware, seen(USER))).conversation_id
    post = replace(seen(USER), conversation_key=f"post:1:{USER}", surface=Surface.PUBLIC)
    assert (await receive(aware, post)).conversation_id != place


async def test_without_many_ids_keys_are_as_the_channel_says(road: Road) -> None:
    places = {(await receive(road, seen(*ids))).conversation_id for ids in ((USER, PHONE), (USER,))}
    assert len(places) == 2
