"""A person who takes a conversation silences the bot: also what it said and nobody sent yet."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.connector import Delivery, ErrorClass, SendResult
from bot.domain.message import Author, DeliveryState, Kind
from bot.domain.staff import Staff
from bot.service.deliver import deliver
from bot.service.give_back import give_back
from bot.service.receive import receive
from bot.service.resolve import resolve
from bot.service.staff_reply import staff_reply
from bot.service.take import take
from bot.storage import conversations
from tests.fakes.connector import ScriptedConnector, rejected, scripted_connector
from tests.integration.service.delivering import answered, make_due, states_of
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.service.road import Road

PENDING, SENT, FAILED = DeliveryState.PENDING, DeliveryState.SENT, DeliveryState.FAILED
BUSY = rejected(ErrorClass.RATE_LIMITED, retry_after=timedelta(minutes=5))


@pytest.fixture
async def mara(road: Road) -> Staff:
    """A member of staff."""
    return await add_agent(road, "Mara")


async def _deliver(road: Road, connector: ScriptedConnector, conversation_id: int) -> None:
    await make_due(road, conversation_id)
    await deliver(road, {("webchat", "lyra"): connector}, conversation_id)


async def _attention(road: Road, conversation_id: int) -> str | None:
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql(
            f"SELECT attention FROM conversation WHERE id = {conversation_id}"
        )
        attention: str | None = found.scalar_one()
        return attention


@pytest.mark.parametrize("how", ["take", "reply", "echo"])
async def test_a_reply_that_waits_is_not_sent_once_a_person_took_over(
    road: Road, mara: Staff, how: str
) -> None:
    connector = scripted_connector(BUSY)
    conversation_id = await answered(road, says("one"), says("two"))
    await _deliver(road, connector, conversation_id)  # the platform is busy: both replies wait
    match how:
        case "take":
            await take(road, conversation_id, mara)
        case "reply":
            await staff_reply(road, conversation_id, mara, "I am on it.", key="1")
        case _:
            await receive(road, says("I am on it.", kind=Kind.ECHO))
    # Staff read why at once, and nobody is asked to look after it.
    assert await states_of(road, conversation_id) == [("1: one", FAILED), ("2: two", FAILED)]
    assert await _attention(road, conversation_id) is None
    await _deliver(road, connector, conversation_id)
    assert connector.texts == ["1: one", *(["I am on it."] if how == "reply" else [])]


async def test_the_promise_of_a_person_is_kept_though_the_person_came_first(road: Road, mara: Staff) -> None:
    connector = scripted_connector(BUSY)
    conversation_id = await answered(road, says("one"), says("person"))
    await _deliver(road, connector, conversation_id)
    await staff_reply(road, conversation_id, mara, "Here I am.", key="1")
    await receive(road, says("and here", kind=Kind.ECHO))
    await _deliver(road, connector, conversation_id)
    assert connector.texts == ["1: one", "2: person", "Here I am."]
    assert await states_of(road, conversation_id) == [("1: one", FAILED), ("2: person", SENT)]


@pytest.mark.parametrize("end", [resolve, give_back])
@pytest.mark.parametrize("taken", [True, False])
async def test_a_promise_that_nobody_will_keep_is_not_sent(
    road: Road, mara: Staff, end: Callable[[Road, int, Staff], Awaitable[None]], *, taken: bool
) -> None:
    connector = scripted_connector(BUSY)
    conversation_id = await answered(road, says("one"), says("person"))
    await _deliver(road, connector, conversation_id)
    if taken:
        await take(road, conversation_id, mara)
    await end(road, conversation_id, mara)
    await _deliver(road, connector, conversation_id)
    assert "2: person" not in connector.texts
    assert (await states_of(road, conversation_id))[1] == ("2: person", FAILED)
    assert await _attention(road, conversation_id) is None


async def test_a_promise_that_somebody_kept_leaves_before_their_word(road: Road, mara: Staff) -> None:
    connector = scripted_connector(BUSY)
    conversation_id = await answered(road, says("person"))
    await _deliver(road, connector, conversation_id)
    await staff_reply(road, conversation_id, mara, "Here I am.", key="1")
    await resolve(road, conversation_id, mara)
    await _deliver(road, connector, conversation_id)
    assert connector.texts[1:] == ["1: person", "Here I am."]  # at first the platform was busy


async def test_an_earlier_promise_does_not_let_a_later_reply_leave(road: Road, mara: Staff) -> None:
    conversation_id = await answered(road, says("person"))
    await take(road, conversation_id, mara)
    await _deliver(road, scripted_connector(), conversation_id)
    await give_back(road, conversation_id, mara)
    await answered(road, says("one"))
    await take(road, conversation_id, mara)
    assert await states_of(road, conversation_id) == [("1: person", SENT), ("2: one", FAILED)]


async def test_a_reply_refused_while_a_person_takes_over_is_not_tried_again(road: Road, mara: Staff) -> None:
    connector = scripted_connector(BUSY)
    connector.hold()
    conversation_id = await answered(road, says("one"), says("two"))
    delivering = asyncio.create_task(_deliver(road, connector, conversation_id))
    await connector.wait_sending()
    await take(road, conversation_id, mara)
    connector.go_on()
    await delivering
    await _deliver(road, connector, conversation_id)
    assert connector.texts == ["1: one"]
    assert await states_of(road, conversation_id) == [("1: one", FAILED), ("2: two", FAILED)]
    assert await _attention(road, conversation_id) is None


async def test_what_a_courier_has_in_hand_is_not_sent_after_a_person_took_over(
    road: Road, mara: Staff
) -> None:
    connector = scripted_connector()
    connector.hold()
    conversation_id = await answered(road, says("one"), says("two"))
    delivering = asyncio.create_task(_deliver(road, connector, conversation_id))
    await connector.wait_sending()
    await take(road, conversation_id, mara)
    connector.go_on()
    await delivering
    assert connector.texts == ["1: one"]
    assert await states_of(road, conversation_id) == [("1: one", SENT), ("2: two", FAILED)]


@pytest.mark.parametrize(("trouble", "sent"), [(rejected(ErrorClass.TRANSIENT), ["I am on it."]), (BUSY, [])])
async def test_a_person_waits_for_the_pauses_of_a_withdrawn_reply_only_if_the_platform_asked_for_them(
    road: Road, mara: Staff, trouble: SendResult, sent: list[str]
) -> None:
    connector = scripted_connector(*[trouble] * 8)
    conversation_id = await answered(road, says("one"))
    for _ in range(8):  # by now it waits for minutes
        await _deliver(road, connector, conversation_id)
    connector.sent.clear()
    await staff_reply(road, conversation_id, mara, "I am on it.", key="1")
    await deliver(road, {("webchat", "lyra"): connector}, conversation_id)
    assert connector.texts == sent


@pytest.mark.parametrize("delivery", [Delivery.SHOWN, Delivery.PULL])
async def test_what_the_customer_may_have_read_already_is_not_called_unsent(
    road: Road, mara: Staff, delivery: Delivery
) -> None:
    context = {"delivery": delivery.value}
    conversation_id = await answered(road, says("one", reply_context=context))
    await take(road, conversation_id, mara)
    assert await states_of(road, conversation_id) == [("1: one", PENDING)]


async def test_a_persons_own_words_wait_for_a_colleague_too(road: Road, mara: Staff) -> None:
    connector = scripted_connector(BUSY)
    conversation_id = await answered(road, says("quiet"))
    await staff_reply(road, conversation_id, mara, "I am on it.", key="1")
    await _deliver(road, connector, conversation_id)
    async with road.database.begin() as connection:
        await conversations.hold(connection, conversation_id, None)
    await _deliver(road, connector, conversation_id)
    assert await states_of(road, conversation_id, Author.STAFF) == [("I am on it.", SENT)]


async def test_who_watches_learns_at_once_what_does_not_leave(road: Road, mara: Staff) -> None:
    conversation_id = await answered(road, says("one"), says("two"))
    told: list[object] = []
    async with road.bus.live.subscribe(conversation_id=conversation_id) as events:
        await take(road, conversation_id, mara)
        async with asyncio.timeout(20):
            async for event in events:
                if event.kind == "delivery":
                    told.append(event.data["state"])
                if len(told) == 2:
                    break
    assert told == ["failed", "failed"]
