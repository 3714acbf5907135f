"""Reports that name only whom a failed message went to: of the only one it can be, else for staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.connector import AccountConfig, ErrorClass, Receipt, ReceiptState, SendError
from bot.domain.contact import Handle
from bot.domain.message import Author, DeliveryState, Kind
from bot.service.deliver import deliver
from bot.service.receive import receive
from bot.storage import messages, queue
from tests.fakes.connector import ScriptedConnector
from tests.integration.service.delivering import answered, let_pass, states_of
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road

GONE = SendError(error_class=ErrorClass.RECIPIENT_GONE, detail="no such mailbox")


def report(event_id: str = "report:<1@mx>", *, sender: str = "ann", state: str = "failed") -> InboundEvent:
    """A mail server says that something to somebody failed."""
    return replace(
        says("", sender=sender),
        kind=Kind.RECEIPT,
        event_id=event_id,
        conversation_key="",
        sender=Handle(native_id=sender),
        receipt=Receipt(state=ReceiptState(state), error=GONE),
    )


async def write_to(road: Road, *texts: str, sender: str = "ann", thread: str = "1") -> int:
    """Answer somebody's messages in one thread; returns the conversation."""
    events = [
        replace(says(text, sender=sender, event_id=f"{thread}-{text}"), conversation_key=f"{thread}:{sender}")
        for text in texts
    ]
    conversation_id = await answered(road, *events)
    connector = ScriptedConnector(AccountConfig(channel="webchat", name="lyra"))
    await deliver(road, {("webchat", "lyra"): connector}, conversation_id)
    return conversation_id


async def list_notes(road: Road, conversation_id: int) -> list[str]:
    async with road.database.read() as connection:
        found = await messages.list_messages(connection, conversation_id)
    return [each.content.text for each in found if each.kind is Kind.NOTE]


async def attention_of(road: Road, conversation_id: int) -> str | None:
    async with road.database.read() as connection:
        (row,) = await queue.list_queue(
            connection, view=queue.QueueView.RECENT, conversation_ids=[conversation_id]
        )
    return row.attention


async def test_only_message_it_can_be_is_failed_with_the_reason(road: Road) -> None:
    conversation_id = await write_to(road, "one")
    await receive(road, report())
    assert [state for _, state in await states_of(road, conversation_id)] == [DeliveryState.FAILED]
    assert await attention_of(road, conversation_id) == "delivery_failed"
    assert await list_notes(road, conversation_id) == []


async def test_one_of_several_is_for_staff_to_find_out_once(road: Road) -> None:
    first = await write_to(road, "one")
    second = await write_to(road, "two", thread="2")
    for _ in range(2):
        await receive(road, report())
    assert [state for _, state in await states_of(road, first)] == [DeliveryState.SENT]
    assert [state for _, state in await states_of(road, second)] == [DeliveryState.SENT]
    assert await list_notes(road, second) == [
        "A message to this address was not delivered. The report does not say which one. no such mailbox"
    ]
    assert await attention_of(road, second) == "delivery_failed"


async def test_report_that_is_read_again_is_about_no_later_message(road: Road) -> None:
    first = await write_to(road, "one")
    await receive(road, report())
    later = await write_to(road, "two", thread="2")
    await receive(road, report())
    assert [state for _, state in await states_of(road, first)] == [DeliveryState.FAILED]
    assert [state for _, state in await states_of(road, later)] == [DeliveryState.SENT]


async def test_message_of_long_ago_and_those_to_others_are_not_meant(road: Road) -> None:
    old = await write_to(road, "one")
    await let_pass(road, old, timedelta(days=7))
    other = await write_to(road, "two", sender="bob")
    await receive(road, report())
    for conversation_id in (old, other):
        assert [state for _, state in await states_of(road, conversation_id)] == [DeliveryState.SENT]
        assert await attention_of(road, conversation_id) is None


async def test_what_staff_typed_elsewhere_may_be_what_failed(road: Road) -> None:
    conversation_id = await write_to(road, "one")
    typed = replace(says("Mara here", event_id="typed"), kind=Kind.ECHO, conversation_key="1:ann")
    await receive(road, typed)
    await receive(road, report())
    assert [state for _, state in await states_of(road, conversation_id, Author.BOT)] == [DeliveryState.SENT]
    assert len(await list_notes(road, conversation_id)) == 1
