from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.connector import AccountConfig, ErrorClass, SendError, SendResult, SendState
from bot.domain.message import Author, DeliveryState
from bot.errors import LeaseLost
from bot.service.answer import answer
from bot.service.deliver import Delivered, deliver
from bot.service.mark_read import mark_read
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage import deliveries, messages, queue
from tests.fakes.connector import SENT, ScriptedConnector, rejected, scripted_connector
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says


async def _answered(road: Road, *texts: str) -> int:
    engine = PlainEngine()
    conversation_id = (await receive(road, says(texts[0]))).conversation_id
    assert conversation_id is not None
    await answer(road, engine, conversation_id)
    for text in texts[1:]:
        await receive(road, says(text))
        await answer(road, engine, conversation_id)
    return conversation_id


async def _deliver(road: Road, connector: ScriptedConnector, conversation_id: int) -> Delivered | None:
    return await deliver(road, {("webchat", "lyra"): connector}, conversation_id)


async def _states(road: Road, conversation_id: int) -> list[DeliveryState | None]:
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    return [message.delivery for message in stored if message.author is Author.BOT]


async def _make_due(road: Road, conversation_id: int) -> None:
    async with road.database.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE conversation SET deliver_due_at = now(), deliver_leased_until = NULL "
            f"WHERE id = {conversation_id}"
        )


async def test_deliver_sends_in_order_once(road: Road) -> None:
    connector = scripted_connector()
    conversation_id = await _answered(road, "one", "two", "three")
    delivered = await _deliver(road, connector, conversation_id)
    assert delivered == Delivered(outcomes=(DeliveryState.SENT,) * 3, more=False)
    assert await _deliver(road, connector, conversation_id) is None
    assert connector.texts == ["1: one", "2: two", "3: three"]
    assert await _states(road, conversation_id) == [DeliveryState.SENT] * 3


async def test_two_couriers_at_once_send_once(road: Road) -> None:
    connector = scripted_connector()
    connector.delay = timedelta(milliseconds=50)
    conversation_id = await _answered(road, "one", "two")
    await asyncio.gather(*(_deliver(road, connector, conversation_id) for _ in range(4)))
    assert connector.texts == ["1: one", "2: two"]


async def test_a_refused_send_is_tried_again_before_what_follows(road: Road) -> None:
    connector = scripted_connector(rejected(ErrorClass.RATE_LIMITED, retry_after=timedelta(hours=1)))
    conversation_id = await _answered(road, "one", "two")
    await _deliver(road, connector, conversation_id)
    assert connector.texts == ["1: one"]
    assert await _deliver(road, connector, conversation_id) is None  # not due yet
    await _make_due(road, conversation_id)
    await _deliver(road, connector, conversation_id)
    assert connector.texts == ["1: one", "1: one", "2: two"]
    assert connector.sent[0].idempotency_key == connector.sent[1].idempotency_key
    assert await _states(road, conversation_id) == [DeliveryState.SENT] * 2


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (rejected(ErrorClass.RECIPIENT_GONE), DeliveryState.FAILED),
        (
            SendResult(
                state=SendState.UNKNOWN,
                error=SendError(error_class=ErrorClass.TRANSIENT, detail="no answer"),
            ),
            DeliveryState.UNKNOWN,
        ),
        (ConnectionResetError("in the middle"), DeliveryState.UNKNOWN),
    ],
)
async def test_what_cannot_be_repeated_is_shown_to_staff(
    road: Road, result: SendResult | Exception, state: DeliveryState
) -> None:
    connector = scripted_connector(result)
    conversation_id = await _answered(road, "one", "two")
    await _deliver(road, connector, conversation_id)
    assert await _states(road, conversation_id) == [state, DeliveryState.SENT]
    async with road.database.read() as connection:
        (row,) = await queue.list_queue(connection)
    assert (row.conversation_id, row.attention) == (conversation_id, f"delivery_{state.value}")


class Forgetful(ScriptedConnector):
    """A platform that drops repeats for an hour."""

    capabilities = replace(
        ScriptedConnector.capabilities, idempotent_sends=True, idempotent_for=timedelta(hours=1)
    )


@pytest.mark.parametrize(("minutes", "state"), [(50, DeliveryState.SENT), (61, DeliveryState.UNKNOWN)])
async def test_doubt_is_not_repeated_once_the_platform_has_forgotten(
    road: Road, minutes: int, state: DeliveryState
) -> None:
    connector = Forgetful(AccountConfig(channel="webchat", name="lyra"))
    detail = SendError(error_class=ErrorClass.TRANSIENT, detail="no answer")
    connector.results.append(SendResult(state=SendState.UNKNOWN, error=detail))
    conversation_id = await _answered(road, "one")
    async with road.database.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE message SET created_at = now() - interval '{minutes} minutes' WHERE author = 'bot'"
        )
    await _deliver(road, connector, conversation_id)
    await _make_due(road, conversation_id)
    await _deliver(road, connector, conversation_id)
    assert await _states(road, conversation_id) == [state]
    for task in road.waking:
        task.cancel()


async def test_a_courier_that_died_while_sending_leaves_an_unknown_outcome(road: Road) -> None:
    conversation_id = await _answered(road, "one", "two")
    async with road.database.begin() as connection:
        claim = await deliveries.claim_delivery(connection, conversation_id, lease=timedelta())
    assert claim is not None
    async with road.database.begin() as connection:
        first = claim.outbound[0].message_id
        await deliveries.mark_sending(connection, claim.lease, first, renew=timedelta())
    connector = scripted_connector()
    await _deliver(road, connector, conversation_id)
    assert connector.texts == ["2: two"]
    assert await _states(road, conversation_id) == [DeliveryState.UNKNOWN, DeliveryState.SENT]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (SENT, DeliveryState.SENT),  # that it arrived is a fact, however late it is known
        (rejected(ErrorClass.RATE_LIMITED), DeliveryState.UNKNOWN),
        (rejected(ErrorClass.RECIPIENT_GONE), DeliveryState.UNKNOWN),
    ],
)
async def test_a_courier_that_lost_its_lease_stops_sending(
    road: Road, outcome: SendResult, state: DeliveryState
) -> None:
    hasty = replace(road, lease=timedelta())  # it runs out at once
    slow = scripted_connector(outcome)
    slow.hold()
    conversation_id = await _answered(road, "one", "two")
    first = asyncio.create_task(_deliver(hasty, slow, conversation_id))
    await slow.wait_sending()
    other = scripted_connector()
    await _deliver(road, other, conversation_id)
    assert await _states(road, conversation_id) == [DeliveryState.UNKNOWN, DeliveryState.SENT]
    slow.go_on()
    with pytest.raises(LeaseLost):
        await first
    assert slow.texts == ["1: one"]
    assert other.texts == ["2: two"]
    # Its successor said what became of the first one. It may not wait to be sent with nothing due.
    assert await _states(road, conversation_id) == [state, DeliveryState.SENT]


async def test_what_is_read_before_it_was_delivered_stays_read(road: Road) -> None:
    connector = scripted_connector()
    connector.hold()
    conversation_id = await _answered(road, "one", "two")
    delivering = asyncio.create_task(_deliver(road, connector, conversation_id))
    await connector.wait_sending()
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    await mark_read(road, conversation_id, stored[-1].id)
    connector.go_on()
    await delivering
    assert await _states(road, conversation_id) == [DeliveryState.READ] * 2


async def test_messages_of_an_account_that_is_off_wait(road: Road) -> None:
    conversation_id = await _answered(road, "one")
    assert await deliver(road, {}, conversation_id) == Delivered(outcomes=(), more=False)
    assert await _states(road, conversation_id) == [DeliveryState.PENDING]


async def test_a_reply_during_delivery_is_delivered_next(road: Road) -> None:
    connector = scripted_connector(SENT)
    connector.hold()
    conversation_id = await _answered(road, "one")
    delivering = asyncio.create_task(_deliver(road, connector, conversation_id))
    await connector.wait_sending()
    await _answered(road, "two")
    connector.go_on()
    delivered = await delivering
    assert delivered is not None
    assert delivered.more
    await _deliver(road, connector, conversation_id)
    assert connector.texts == ["1: one", "2: two"]
