"""What is sent again, after what, and for how long: on the real channels where their word decides it."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.connector import HTTP_TIMEOUT, AccountConfig, Delivery, ErrorClass
from bot.domain.message import Author, DeliveryState
from bot.service.deliver import GIVE_UP_AFTER, Delivered, deliver
from bot.service.staff_reply import staff_reply
from bot.storage import queue
from connectors.rest.connector import RestConnector
from connectors.telegram.connector import TelegramConnector
from tests.fakes.connector import rejected, scripted_connector
from tests.fakes.telegram import FakeTelegram, Fault, run_fake_telegram
from tests.fakes.webhook_receiver import Answer, Break, WebhookReceiver, run_webhook_receiver
from tests.integration.service.delivering import answered, let_pass, make_due, states_of
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.service.road import Road

LONG = " ".join(f"word{number}" for number in range(700))  # about 6,000 characters: two Telegram messages
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
_SHORT = timedelta(seconds=1)  # for a call that is never answered
PENDING, SENDING, SENT = DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.SENT


@asynccontextmanager
async def started(connector: Connector) -> AsyncIterator[Connector]:
    """A connector with its connections open."""
    await connector.start(None)
    try:
        yield connector
    finally:
        await connector.close()


async def deliver_by(road: Road, connector: Connector, conversation_id: int) -> Delivered | None:
    """Deliver whatever is due by this connector."""
    return await deliver(road, {(connector.channel, connector.account.name): connector}, conversation_id)


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[FakeTelegram, Connector]]:
    """Telegram and our way to it."""
    async with run_fake_telegram() as fake:
        options = {"token": fake.token, "api_url": fake.url}
        config = AccountConfig(channel="telegram", name="lyra", options=options)
        async with started(TelegramConnector(config)) as connector:
            fake.say(7, "hello")
            yield fake, connector


async def long_reply(road: Road) -> int:
    """A person's answer of two Telegram messages; returns the conversation."""
    conversation_id = await answered(road, says("quiet", sender="7", channel="telegram"))
    staff = await add_agent(road, "Ann")
    await staff_reply(road, conversation_id, staff, LONG, key="1")
    return conversation_id


async def test_a_reply_that_broke_off_goes_on_after_the_part_that_arrived(
    road: Road, telegram: tuple[FakeTelegram, Connector]
) -> None:
    fake, connector = telegram
    conversation_id = await long_reply(road)
    # Twice in a row, so that what arrived must outlive a try on which nothing more did.
    fake.faults["sendMessage"] = deque([None, Fault.TOO_MANY, Fault.TOO_MANY])
    for sent in (1, 1):
        await deliver_by(road, connector, conversation_id)
        assert len(fake.sent) == sent
        assert await states_of(road, conversation_id, Author.STAFF) == [(LONG, PENDING)]
        assert await deliver_by(road, connector, conversation_id) is None  # Telegram said when to come back
        await make_due(road, conversation_id)
    await deliver_by(road, connector, conversation_id)
    assert " ".join(each["text"] for each in fake.sent).split() == LONG.split()
    assert await states_of(road, conversation_id, Author.STAFF) == [(LONG, SENT)]
    async with road.database.read() as connection:
        ids = await connection.exec_driver_sql("SELECT native_ids FROM outbox")
        assert len(ids.scalar_one()) == 2


@pytest.mark.parametrize(
    ("fault", "state"), [("blocked", DeliveryState.PARTIAL), (Fault.RESET_AFTER, DeliveryState.UNKNOWN)]
)
async def test_a_reply_that_broke_off_for_good_or_in_doubt_is_shown_to_staff(
    road: Road, telegram: tuple[FakeTelegram, Connector], fault: str, state: DeliveryState
) -> None:
    fake, connector = telegram
    conversation_id = await long_reply(road)
    fake.faults["sendMessage"] = deque([None, Fault.TOO_MANY])
    await deliver_by(road, connector, conversation_id)
    if fault == "blocked":
        fake.blocked.add(7)
    else:
        fake.faults["sendMessage"].append(Fault(fault))
    await make_due(road, conversation_id)
    await deliver_by(road, connector, conversation_id)
    assert await states_of(road, conversation_id, Author.STAFF) == [(LONG, state)]
    assert await deliver_by(road, connector, conversation_id) is None


@pytest.fixture
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[tuple[WebhookReceiver, Connector]]:
    """A customer's endpoint that drops what it has seen, and our way to it."""
    async with run_webhook_receiver(SECRET) as receiver:
        options = {"secret": SECRET, "callback_url": receiver.url, "allow_internal": "true"}
        config = AccountConfig(channel="rest", name="lyra", options=options)
        limit = _SHORT if request.node.callspec.params["trouble"] is Break.HANG else HTTP_TIMEOUT
        async with started(RestConnector(config, http_timeout=limit)) as connector:
            yield receiver, connector


@pytest.mark.parametrize("trouble", [Answer(status=502), Answer(status=504), Break.RESET, Break.HANG])
async def test_a_call_back_that_may_have_arrived_is_repeated_under_the_same_id(
    road: Road, shop: tuple[WebhookReceiver, Connector], trouble: Answer | Break
) -> None:
    receiver, connector = shop
    receiver.script.extend([trouble, trouble])
    context = {"delivery": Delivery.PUSH.value}
    conversation_id = await answered(road, says("one", channel="rest", reply_context=context))
    for _ in range(2):
        await deliver_by(road, connector, conversation_id)
        # It may be there: nobody may read "waiting to be sent" in the meantime.
        assert await states_of(road, conversation_id) == [("1: one", SENDING)]
        assert await deliver_by(road, connector, conversation_id) is None  # not at once
        await make_due(road, conversation_id)
    await deliver_by(road, connector, conversation_id)
    assert await states_of(road, conversation_id) == [("1: one", SENT)]
    assert len({call["webhook-id"] for call in receiver.calls}) == 1
    assert len(receiver.messages) == 1


async def test_a_platform_that_asks_to_wait_is_obeyed_however_often(road: Road) -> None:
    patient = rejected(ErrorClass.RATE_LIMITED, retry_after=timedelta(seconds=3))
    connector = scripted_connector(*[patient] * 30, rejected(ErrorClass.TRANSIENT))
    conversation_id = await answered(road, says("one"))
    for _ in range(30):
        await deliver_by(road, connector, conversation_id)
        await make_due(road, conversation_id)
    await deliver_by(road, connector, conversation_id)  # something else goes wrong, for the first time
    assert await states_of(road, conversation_id) == [("1: one", PENDING)]
    assert await _seconds_to_wait(road, conversation_id) < 2
    await make_due(road, conversation_id)
    await deliver_by(road, connector, conversation_id)
    assert await states_of(road, conversation_id) == [("1: one", SENT)]


async def test_an_outage_of_hours_is_outlasted_with_growing_pauses(road: Road) -> None:
    connector = scripted_connector(*[rejected(ErrorClass.TRANSIENT)] * 60)
    conversation_id = await answered(road, says("one"))
    passed, pauses = timedelta(), []
    while passed < GIVE_UP_AFTER - timedelta(minutes=11):
        await deliver_by(road, connector, conversation_id)
        assert await states_of(road, conversation_id) == [("1: one", PENDING)]
        pauses.append(await _seconds_to_wait(road, conversation_id))
        pause = timedelta(seconds=pauses[-1])
        passed += pause
        await let_pass(road, conversation_id, pause)
        await make_due(road, conversation_id)
    assert pauses[:3] == pytest.approx([1, 2, 4], abs=0.5)
    assert max(pauses) == pytest.approx(600, abs=0.5)
    connector.results.clear()
    await deliver_by(road, connector, conversation_id)
    assert await states_of(road, conversation_id) == [("1: one", SENT)]


@pytest.mark.parametrize("pause", [None, timedelta(days=7)])
async def test_nobody_is_answered_after_hours_without_a_person_deciding_it(
    road: Road, pause: timedelta | None
) -> None:
    connector = scripted_connector(rejected(ErrorClass.RATE_LIMITED, retry_after=pause))
    conversation_id = await answered(road, says("one"))
    if pause is None:
        await let_pass(road, conversation_id, GIVE_UP_AFTER)
    await deliver_by(road, connector, conversation_id)
    assert await states_of(road, conversation_id) == [("1: one", DeliveryState.FAILED)]
    async with road.database.read() as connection:
        (row,) = await queue.list_queue(connection)
    assert row.attention == "delivery_failed"


async def _seconds_to_wait(road: Road, conversation_id: int) -> float:
    async with road.database.read() as connection:
        waiting = await connection.exec_driver_sql(
            "SELECT extract(epoch FROM deliver_due_at - clock_timestamp())::float "
            f"FROM conversation WHERE id = {conversation_id}"
        )
        return float(waiting.scalar_one())
