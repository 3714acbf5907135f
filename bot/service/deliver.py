"""Deliver: send a conversation's replies in order, and write down truthfully what became of each.

A send that was certainly not dispatched is tried again with backoff, and one of which a part arrived
goes on after that part. One whose outcome is unknown (also because a courier died while sending) is
repeated only where the receiving side drops repeats; elsewhere staff see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.connector import SendResult, SendState
from bot.domain.conversation import Status
from bot.domain.message import Author, DeliveryState
from bot.service.answer_by_mail import has_mailer, plan_mail
from bot.service.follow_private import follow_private
from bot.service.link_threads import join_by_key
from bot.service.metrics import DELIVERIES
from bot.service.pacing import keep_to, wait_for_rate
from bot.service.sending import send_one
from bot.storage import cases, conversations, deliveries, outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.connector import Capabilities, Connector
    from bot.service.road import Road
    from bot.storage.database import AnyConnection
    from bot.storage.deliveries import DeliveryClaim, Outbound

log = structlog.get_logger(__name__)

Connectors = Mapping[tuple[str, str], "Connector"]

ABSENT_PAUSE = timedelta(minutes=1)
# A platform may be away for hours; what was said longer ago answers nothing any more: a person decides.
GIVE_UP_AFTER = timedelta(hours=6)
_FIRST_BACKOFF = timedelta(seconds=1)
_LONGEST_BACKOFF = timedelta(minutes=10)

_FINAL = {
    SendState.SENT: DeliveryState.SENT,
    SendState.PARTIAL: DeliveryState.PARTIAL,
    SendState.REJECTED: DeliveryState.FAILED,
    SendState.UNKNOWN: DeliveryState.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one round of a conversation did: outcomes by state. `more`: there is more to deliver now."""

    outcomes: tuple[DeliveryState, ...]
    more: bool


async def deliver(
    road: Road, connectors: Connectors, conversation_id: int, *, stopping: asyncio.Event | None = None
) -> Delivered | None:
    """Deliver what waits in a conversation; None when nothing does, or another courier has it.

    Once `stopping` is set, the send under way is the last: the rest is left to other couriers.
    Raises `LeaseLost` when another courier took over meanwhile.
    """
    async with road.database.direct(transaction=True) as connection:
        claim = await deliveries.claim_delivery(connection, conversation_id, lease=road.lease)
    if claim is None:
        return None
    connector = connectors.get((claim.channel, claim.account))
    if connector is None:
        log.warning("Account is off: its messages wait", channel=claim.channel, account=claim.account)
        return await _finish(road, claim, (), again=ABSENT_PAUSE)
    return await _deliver_all(road, connector, claim, stopping or asyncio.Event())


async def _deliver_all(
    road: Road, connector: Connector, claim: DeliveryClaim, stopping: asyncio.Event
) -> Delivered:
    outcomes: list[DeliveryState] = []
    for outbound in claim.outbound:
        if stopping.is_set():
            return await _finish(road, claim, outcomes, again=timedelta())
        wait = await wait_for_rate(road, connector, claim)
        if wait:
            return await _finish(road, claim, outcomes, again=wait)
        result = await send_one(road, connector, claim, outbound)
        if result is None:
            continue
        await keep_to(road, claim, result.rates_left)
        pause = pause_before_repeat(result, outbound, connector.capabilities.on(claim.surface))
        if pause:
            await _postpone(road, claim, outbound, result, pause)
            return Delivered(outcomes=tuple(outcomes), more=False)
        outcomes.append(await _settle(road, claim, outbound, result))
        if outbound.content.private:
            road.awaited.forget()
            await join_by_key(road, claim.lease.conversation_id)
            if outbound.author is Author.BOT:  # what comes next may be said otherwise by now: read it again
                return await _finish(road, claim, outcomes, seen_id=outbound.message_id)
    return await _finish(road, claim, outcomes)


def pause_before_repeat(
    result: SendResult, outbound: Outbound, capabilities: Capabilities
) -> timedelta | None:
    """Return how long to wait before the next try of a send; None when it was the last.

    Another try needs an error that can pass, and the certainty that what was not reported as arrived
    did not arrive, unless the receiving side will drop it then.
    """
    error = result.error
    if error is None or not error.error_class.retriable:
        return None
    pause = error.retry_after or _backoff(outbound.attempts)
    if result.state is SendState.UNKNOWN and not capabilities.drops_repeat(after=outbound.age + pause):
        return None
    return pause if outbound.age + pause < GIVE_UP_AFTER else None


def _backoff(attempts: int) -> timedelta:
    """Double from a second; `attempts` counts the failed tries before this one."""
    doubled: timedelta = _FIRST_BACKOFF * 2 ** min(attempts, 16)
    return min(doubled, _LONGEST_BACKOFF)


async def _postpone(
    road: Road, claim: DeliveryClaim, outbound: Outbound, result: SendResult, pause: timedelta
) -> None:
    postponed = deliveries.Postponed(
        message_id=outbound.message_id,
        delivered=result.native_ids or outbound.delivered,
        error=_error_of(result),
        in_doubt=result.state is SendState.UNKNOWN,
        counted=result.error is None or result.error.retry_after is None,
    )
    async with road.database.begin() as connection:
        waits = await deliveries.postpone_delivery(connection, claim.lease, postponed, again=pause)
    conversation_id = claim.lease.conversation_id
    if not waits:
        await _announce(road, conversation_id, outbound, DeliveryState.FAILED)
    log.info("Send postponed", conversation_id=conversation_id, seconds=pause.total_seconds())
    _come_back(road, conversation_id, pause)


async def _settle(road: Road, claim: DeliveryClaim, outbound: Outbound, result: SendResult) -> DeliveryState:
    state = _FINAL[result.state]
    conversation_id = claim.lease.conversation_id
    called = await _write_down(road, claim, outbound, result)
    DELIVERIES.labels(claim.channel, state.value).inc()
    if state is not DeliveryState.SENT:
        log.warning(
            "Not delivered", conversation_id=conversation_id, state=state.value, why=_error_of(result)
        )
    await _announce(road, conversation_id, outbound, state)
    if called:
        await road.bus.live.publish("status", conversation_id, status=Status.QUEUED.value)
    return state


async def _write_down(road: Road, claim: DeliveryClaim, outbound: Outbound, result: SendResult) -> bool:
    """Commit what became of a send, and what follows from it; returns whether that calls a person."""
    private, sent = outbound.content.private, result.state is SendState.SENT
    if sent and not private and not has_mailer(road, claim):
        async with road.database.direct() as connection:
            await _set_outcome(connection, outbound, result)
        return False
    conversation_id = claim.lease.conversation_id
    async with road.database.begin() as connection:
        if private:
            await cases.lock_rows(connection, conversation_id)  # for `follow_private`, and before the outbox
        if not sent:
            await deliveries.check_delivery_lease(connection, claim.lease)
            attention = f"delivery_{_FINAL[result.state].value}"
            await conversations.set_attention(connection, conversation_id, attention)
        await _set_outcome(connection, outbound, result)
        if sent:
            await plan_mail(road, connection, claim, outbound)
        return private and await follow_private(road, connection, claim, outbound, result)


async def _set_outcome(connection: AnyConnection, outbound: Outbound, result: SendResult) -> None:
    await outbox.set_outcome(
        connection,
        [outbound.message_id],
        _FINAL[result.state],
        native_ids=result.native_ids or outbound.delivered,
        error=_error_of(result),
    )


async def _announce(road: Road, conversation_id: int, outbound: Outbound, state: DeliveryState) -> None:
    await road.bus.live.publish(
        "delivery", conversation_id, message_id=outbound.message_id, state=state.value
    )


def _error_of(result: SendResult) -> tuple[str, str] | None:
    return (result.error.error_class.value, result.error.detail) if result.error else None


async def _finish(
    road: Road,
    claim: DeliveryClaim,
    outcomes: Sequence[DeliveryState],
    *,
    again: timedelta | None = None,
    seen_id: int | None = None,
) -> Delivered:
    conversation_id = claim.lease.conversation_id
    seen = claim.seen_id if seen_id is None else seen_id
    async with road.database.direct() as connection:
        more = await deliveries.finish_delivery(connection, claim.lease, seen_id=seen, again=again)
    if more:
        await road.bus.work.put(Stream.DELIVER, conversation_id)
    elif again:
        _come_back(road, conversation_id, again)
    return Delivered(outcomes=tuple(outcomes), more=more)


def _come_back(road: Road, conversation_id: int, pause: timedelta) -> None:
    """Look again after a pause; long ones are left to the sweep."""
    if pause < ABSENT_PAUSE:
        road.later(pause, Stream.DELIVER, conversation_id)
