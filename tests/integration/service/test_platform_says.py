"""What platforms say beside the outcome of a send: windows, what is left of a rate, receipts, look-ups."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.bus.bus import open_bus
from bot.connector import (
    AccountConfig,
    ErrorClass,
    OutboundReply,
    Rate,
    RateLeft,
    Receipt,
    ReceiptState,
    SendError,
    SendResult,
    SendState,
    Window,
)
from bot.domain.conversation import Surface
from bot.domain.message import DeliveryState, Kind
from bot.service import sending
from bot.service.deliver import deliver
from bot.service.receive import receive
from bot.storage import queue
from bot.storage.receipts import may_be_early
from tests.fakes.connector import SENT, ScriptedConnector
from tests.integration.service.delivering import answered, make_due, states_of
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road

KEY = ("webchat", "lyra")
HOUR = timedelta(hours=1)
DOUBT = SendResult(
    state=SendState.UNKNOWN, error=SendError(error_class=ErrorClass.TRANSIENT, detail="no answer")
)


class Platform(ScriptedConnector):
    """A platform with a reply window, a rate, and an answer to what became of a message."""

    capabilities = replace(
        ScriptedConnector.capabilities,
        window=Window(bot=timedelta(days=1)),
        rates=(Rate(scope="account", limit=100, period=timedelta(seconds=1)),),
    )
    found: SendResult | None = None

    async def look_up(self, reply: OutboundReply) -> SendResult | None:
        """Tell what a test says."""
        return self.found


def platform(*results: SendResult) -> Platform:
    connector = Platform(AccountConfig(channel=KEY[0], name=KEY[1]))
    connector.results.extend(results)
    return connector


def receipt(state: ReceiptState, target: str | None, *, until: datetime | None = None) -> InboundEvent:
    error = SendError(error_class=ErrorClass.RECIPIENT_GONE, detail="no such number")
    said = Receipt(state=state, until=until, error=error if state is ReceiptState.FAILED else None)
    return replace(says("", kind=Kind.RECEIPT, target_id=target), receipt=said)


async def attention_of(road: Road) -> list[str | None]:
    async with road.database.read() as connection:
        return [row.attention for row in await queue.list_queue(connection)]


async def test_reply_outside_the_window_never_reaches_the_platform_and_staff_see_why(road: Road) -> None:
    connector = platform()
    long_ago = replace(says("one"), platform_at=datetime.now(UTC) - timedelta(hours=30))
    conversation_id = await answered(road, long_ago)
    await deliver(road, {KEY: connector}, conversation_id)
    assert connector.sent == []
    assert await states_of(road, conversation_id) == [("1: one", DeliveryState.FAILED)]
    assert await attention_of(road) == ["delivery_failed"]


async def test_what_a_platform_says_is_used_up_is_held_for_every_conversation_of_the_account(
    road: Road,
) -> None:
    left = RateLeft(scope="account", left=0, again=HOUR)
    connector = platform(replace(SENT, rates_left=(left,)))
    first = await answered(road, says("one", sender="ann"))
    second = await answered(road, says("two", sender="bob"))
    await deliver(road, {KEY: connector}, first)
    await deliver(road, {KEY: connector}, second)
    assert connector.texts == ["1: one"]
    for task in road.waking:
        task.cancel()


async def test_it_is_held_without_redis_too(road: Road, unused_tcp_port: int) -> None:
    left = RateLeft(scope="conversation", left=0, again=HOUR)
    connector = platform(replace(SENT, rates_left=(left,)))
    async with open_bus(f"redis://127.0.0.1:{unused_tcp_port}/0") as absent:
        alone = replace(road, bus=absent)
        first = await answered(alone, says("one", sender="ann"), says("two", sender="ann"))
        second = await answered(alone, says("three", sender="bob"))
        await deliver(alone, {KEY: connector}, first)
        await deliver(alone, {KEY: connector}, second)
    assert connector.texts == ["1: one", "1: three"]
    for task in road.waking:
        task.cancel()


@pytest.mark.parametrize(("found", "state"), [(SENT, DeliveryState.SENT), (None, DeliveryState.UNKNOWN)])
async def test_send_in_doubt_is_looked_up(
    road: Road, monkeypatch: pytest.MonkeyPatch, found: SendResult | None, state: DeliveryState
) -> None:
    monkeypatch.setattr(sending, "LOOK_UP_AFTER", timedelta())
    connector = platform(DOUBT)
    connector.found = found
    conversation_id = await answered(road, says("one"))
    await deliver(road, {KEY: connector}, conversation_id)
    assert await states_of(road, conversation_id) == [("1: one", state)]
    assert len(connector.sent) == 1


async def test_send_that_certainly_did_not_arrive_is_repeated(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LOOK_UP_AFTER", timedelta())
    connector = platform(DOUBT)
    connector.found = replace(DOUBT, state=SendState.REJECTED)
    conversation_id = await answered(road, says("one"))
    await deliver(road, {KEY: connector}, conversation_id)
    await make_due(road, conversation_id)
    await deliver(road, {KEY: connector}, conversation_id)
    assert connector.texts == ["1: one", "1: one"]
    assert await states_of(road, conversation_id) == [("1: one", DeliveryState.SENT)]
    for task in road.waking:
        task.cancel()


async def send_three(road: Road) -> int:
    connector = platform(*(replace(SENT, native_ids=(f"n{number}",)) for number in (1, 2, 3)))
    conversation_id = await answered(road, says("one"), says("two"), says("three"))
    await deliver(road, {KEY: connector}, conversation_id)
    return conversation_id


async def test_receipts_in_any_order_and_again_only_move_forward(road: Road) -> None:
    conversation_id = await send_three(road)
    for state in (ReceiptState.READ, ReceiptState.SENT, ReceiptState.DELIVERED, ReceiptState.READ):
        await receive(road, receipt(state, "n1"))
    await receive(road, receipt(ReceiptState.DELIVERED, "n2"))
    await receive(road, receipt(ReceiptState.DELIVERED, "unheard of"))
    states = [state for _, state in await states_of(road, conversation_id)]
    assert states == [DeliveryState.READ, DeliveryState.DELIVERED, DeliveryState.SENT]


async def test_receipt_up_to_a_time_means_all_before_it(road: Road) -> None:
    conversation_id = await send_three(road)
    await receive(road, receipt(ReceiptState.READ, None, until=datetime.now(UTC) - HOUR))
    assert {state for _, state in await states_of(road, conversation_id)} == {DeliveryState.SENT}
    await receive(road, receipt(ReceiptState.READ, None, until=datetime.now(UTC) + HOUR))
    assert {state for _, state in await states_of(road, conversation_id)} == {DeliveryState.READ}


async def test_message_that_failed_after_all_calls_for_staff(road: Road) -> None:
    conversation_id = await send_three(road)
    await receive(road, receipt(ReceiptState.FAILED, "n3"))
    assert (await states_of(road, conversation_id))[-1] == ("3: three", DeliveryState.FAILED)
    assert await attention_of(road) == ["delivery_failed"]


async def test_receipt_by_our_own_key_ends_a_doubt(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LOOK_UP_AFTER", timedelta())
    connector = platform(DOUBT)
    conversation_id = await answered(road, says("one"))
    await deliver(road, {KEY: connector}, conversation_id)
    await receive(road, receipt(ReceiptState.DELIVERED, connector.sent[0].idempotency_key))
    assert await states_of(road, conversation_id) == [("1: one", DeliveryState.DELIVERED)]


async def test_receipt_for_nobody_we_know_changes_nothing(road: Road) -> None:
    received = await receive(road, receipt(ReceiptState.READ, "n1"))
    assert received.conversation_id is None


class Split(ScriptedConnector):
    """A channel on which posts may be repeated, and direct messages may not."""

    capabilities = replace(
        ScriptedConnector.capabilities,
        elsewhere={Surface.PUBLIC: replace(ScriptedConnector.capabilities, idempotent_sends=True)},
    )


@pytest.mark.parametrize(
    ("surface", "state"),
    [(Surface.PUBLIC, DeliveryState.SENT), (Surface.DIRECT, DeliveryState.UNKNOWN)],
)
async def test_doubt_is_repeated_where_the_surface_drops_repeats(
    road: Road, surface: Surface, state: DeliveryState
) -> None:
    connector = Split(AccountConfig(channel=KEY[0], name=KEY[1]))
    connector.results.append(DOUBT)
    conversation_id = await answered(road, replace(says("one"), surface=surface))
    await deliver(road, {KEY: connector}, conversation_id)
    await make_due(road, conversation_id)
    await deliver(road, {KEY: connector}, conversation_id)
    assert await states_of(road, conversation_id) == [("1: one", state)]
    for task in road.waking:
        task.cancel()


class Overtaken(Platform):
    """A platform whose receipt comes before the answer to our call."""

    road: Road | None = None
    told: asyncio.Task[object] | None = None

    @override
    async def send(self, reply: OutboundReply) -> SendResult:
        """Take the reply, and tell of it before we are answered."""
        assert self.road is not None
        self.told = asyncio.create_task(receive(self.road, receipt(ReceiptState.DELIVERED, "native-9")))
        await asyncio.sleep(0.1)
        return replace(SENT, native_ids=("native-9",))


async def test_receipt_that_overtakes_the_answer_to_our_call_is_not_lost(road: Road) -> None:
    connector = Overtaken(AccountConfig(channel=KEY[0], name=KEY[1]))
    connector.road = road
    conversation_id = await answered(road, says("one"))
    await deliver(road, {KEY: connector}, conversation_id)
    assert connector.told is not None
    await connector.told
    assert [state for _, state in await states_of(road, conversation_id)] == [DeliveryState.DELIVERED]


async def test_receipt_of_what_was_written_down_waits_for_no_other_send(road: Road) -> None:
    connector = platform(replace(SENT, native_ids=("n1",)))
    conversation_id = await answered(road, says("one"))
    await deliver(road, {KEY: connector}, conversation_id)
    await answered(road, says("two"))
    slow = platform()
    slow.hold()
    sending = asyncio.create_task(deliver(road, {KEY: slow}, conversation_id))
    await slow.wait_sending()
    async with road.database.read() as connection:
        assert not await may_be_early(connection, conversation_id, "n1")  # told again, it changes nothing
        assert await may_be_early(connection, conversation_id, "n2")
    slow.go_on()
    await sending
