"""Deliver: send a conversation's replies in order, and write down truthfully what became of each.

A send that was certainly not dispatched is tried again with backoff. One whose outcome is unknown
(also because a courier died while sending) is never repeated blindly: staff see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.connector import ErrorClass, OutboundReply, SendError, SendResult, SendState
from bot.domain.message import DeliveryState
from bot.errors import BusUnavailable
from bot.service.metrics import DELIVERIES
from bot.storage import conversations, outbox

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.service.road import Road
    from bot.storage.outbox import DeliveryClaim, Outbound

log = structlog.get_logger(__name__)

Connectors = Mapping[tuple[str, str], "Connector"]

MAX_ATTEMPTS = 10
SEND_LIMIT = timedelta(seconds=20)  # shorter than the lease
ABSENT_PAUSE = timedelta(minutes=1)
_FIRST_BACKOFF = timedelta(seconds=1)
_LONGEST_BACKOFF = timedelta(minutes=10)

_FINAL = {
    SendState.SENT: DeliveryState.SENT,
    SendState.PARTIAL: DeliveryState.PARTIAL,
    SendState.REJECTED: DeliveryState.FAILED,
    SendState.UNKNOWN: DeliveryState.UNKNOWN,
}
_LOST = SendResult(
    state=SendState.UNKNOWN,
    error=SendError(
        error_class=ErrorClass.TRANSIENT,
        detail="The courier stopped while sending this: it may have arrived.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one round of a conversation did: outcomes by state. `more`: there is more to deliver now."""

    outcomes: tuple[DeliveryState, ...]
    more: bool


async def deliver(road: Road, connectors: Connectors, conversation_id: int) -> Delivered | None:
    """Deliver what waits in a conversation; None when nothing does, or another courier has it.

    Raises `LeaseLost` when another courier took over meanwhile.
    """
    async with road.database.begin() as connection:
        claim = await outbox.claim_delivery(connection, conversation_id, lease=road.lease)
    if claim is None:
        return None
    connector = connectors.get((claim.channel, claim.account))
    if connector is None:
        log.warning("Account is off: its messages wait", channel=claim.channel, account=claim.account)
        return await _finish(road, claim, (), again=ABSENT_PAUSE)
    return await _deliver_all(road, connector, claim)


async def _deliver_all(road: Road, connector: Connector, claim: DeliveryClaim) -> Delivered:
    outcomes: list[DeliveryState] = []
    for outbound in claim.outbound:
        wait = await _wait_for_rate(road, connector, claim)
        if wait:
            return await _finish(road, claim, outcomes, again=wait)
        result = await _dispatch(road, connector, claim, outbound)
        if may_repeat(result, outbound.attempts + 1):
            await _postpone(road, claim, outbound, result)
            return await _finish(road, claim, outcomes, again=backoff(result, outbound.attempts + 1))
        outcomes.append(await _settle(road, claim, outbound, result))
    return await _finish(road, claim, outcomes)


async def _dispatch(road: Road, connector: Connector, claim: DeliveryClaim, outbound: Outbound) -> SendResult:
    repeatable = connector.capabilities.idempotent_sends
    if outbound.state is DeliveryState.SENDING and not repeatable:
        return _LOST
    async with road.database.begin() as connection:
        await outbox.mark_sending(connection, claim.lease, outbound.message_id, renew=road.lease)
    reply = OutboundReply(
        idempotency_key=f"visavis-{outbound.message_id}",
        conversation_key=claim.key,
        content=outbound.content,
        author=outbound.author,
        author_name=outbound.author_name,
        reply_context=claim.reply_context,
    )
    try:
        async with asyncio.timeout(SEND_LIMIT.total_seconds()):
            return await connector.send(reply)
    except Exception as error:  # a connector's mistake must not stop the others
        log.exception("Connector broke while sending", channel=claim.channel)
        detail = f"The connection broke while sending ({type(error).__name__}): it may have arrived."
        return SendResult(
            state=SendState.UNKNOWN, error=SendError(error_class=ErrorClass.TRANSIENT, detail=detail)
        )


def may_repeat(result: SendResult, attempts: int) -> bool:
    """Tell whether to try again: only what was certainly not dispatched, and not for ever."""
    error = result.error
    if result.state is not SendState.REJECTED or error is None:
        return False
    return error.error_class.retriable and attempts < MAX_ATTEMPTS


def backoff(result: SendResult, attempts: int) -> timedelta:
    """Return how long to wait: what the platform asks for, else doubling from a second."""
    if result.error and result.error.retry_after:
        return result.error.retry_after
    doubled: timedelta = _FIRST_BACKOFF * 2 ** (attempts - 1)
    return min(doubled, _LONGEST_BACKOFF)


async def _wait_for_rate(road: Road, connector: Connector, claim: DeliveryClaim) -> timedelta:
    """Take a token of each of the channel's rates; returns how long to wait when one is used up."""
    for rate in connector.capabilities.rates:
        scope = claim.lease.conversation_id if rate.scope == "conversation" else claim.account
        name = f"{claim.channel}:{rate.scope}:{scope}"
        try:
            wait = await road.bus.rates.take(name, limit=rate.limit, period=rate.period)
        except BusUnavailable:
            return timedelta(seconds=1)
        if wait:
            return wait
    return timedelta()


async def _postpone(road: Road, claim: DeliveryClaim, outbound: Outbound, result: SendResult) -> None:
    async with road.database.begin() as connection:
        await outbox.set_outcome(
            connection, [outbound.message_id], DeliveryState.PENDING, error=_error_of(result)
        )
    log.info("Send postponed", conversation_id=claim.lease.conversation_id, attempt=outbound.attempts + 1)


async def _settle(road: Road, claim: DeliveryClaim, outbound: Outbound, result: SendResult) -> DeliveryState:
    state = _FINAL[result.state]
    DELIVERIES.labels(claim.channel, state.value).inc()
    conversation_id = claim.lease.conversation_id
    async with road.database.begin() as connection:
        await outbox.set_outcome(
            connection,
            [outbound.message_id],
            state,
            native_ids=result.native_ids,
            error=_error_of(result),
        )
        if state is not DeliveryState.SENT:
            await conversations.set_attention(connection, conversation_id, f"delivery_{state.value}")
    if state is not DeliveryState.SENT:
        log.warning(
            "Not delivered", conversation_id=conversation_id, state=state.value, why=_error_of(result)
        )
    await road.bus.live.publish(
        "delivery", conversation_id, message_id=outbound.message_id, state=state.value
    )
    return state


def _error_of(result: SendResult) -> tuple[str, str] | None:
    return (result.error.error_class.value, result.error.detail) if result.error else None


async def _finish(
    road: Road,
    claim: DeliveryClaim,
    outcomes: list[DeliveryState] | tuple[DeliveryState, ...],
    *,
    again: timedelta | None = None,
) -> Delivered:
    async with road.database.begin() as connection:
        more = await outbox.finish_delivery(connection, claim.lease, seen_id=claim.seen_id, again=again)
    if more:
        await road.bus.work.put(Stream.DELIVER, claim.lease.conversation_id)
    elif again and again < ABSENT_PAUSE:
        road.later(again, Stream.DELIVER, claim.lease.conversation_id)
    return Delivered(outcomes=tuple(outcomes), more=more)
