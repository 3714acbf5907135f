"""One send: refused here if the platform would refuse it, dispatched once, looked up where it is in doubt."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.connector import ErrorClass, LooksUp, OutboundReply, ReplyMode, SendError, SendResult, SendState
from bot.connector.windows import find_refusal
from bot.domain.message import DeliveryState
from bot.errors import MediaGone, StorageUnavailable
from bot.service.sent_files import open_files
from bot.storage import deliveries

if TYPE_CHECKING:
    from bot.connector import Connector, OutboundFile
    from bot.service.road import Road
    from bot.storage.deliveries import DeliveryClaim, Outbound

log = structlog.get_logger(__name__)

LOOK_UP_AFTER = timedelta(seconds=2)
"""Platforms show what they took a moment later."""
LOOK_UP_LIMIT = timedelta(seconds=6)
"""With this and the limit of the send before it, a lease still lasts."""
_STOPPED = "The courier stopped while sending this: it may have arrived."


async def send_one(
    road: Road, connector: Connector, claim: DeliveryClaim, outbound: Outbound
) -> SendResult | None:
    """Send one message; None when it may not leave any more, because a person took over.

    Never raises for what a connector or a platform does: that is the result.
    Raises `LeaseLost` when another courier has the conversation.
    """
    reply = make_reply(claim, outbound, now=datetime.now(UTC))
    capabilities = connector.capabilities.on(claim.surface)
    if outbound.state is DeliveryState.SENDING and not capabilities.drops_repeat(after=outbound.age):
        return await _clear_up(connector, reply, _in_doubt(reply, _STOPPED))
    refusal = find_refusal(connector.capabilities, reply, now=datetime.now(UTC))
    opened: tuple[OutboundFile, ...] = ()
    if refusal is None:
        try:
            opened = await open_files(road.database, road.sent_files, outbound.content, now=road.now())
        except (MediaGone, StorageUnavailable) as error:
            refusal = _say_missing(error)
    async with road.database.direct() as connection:
        if not await deliveries.mark_sending(connection, claim.lease, outbound.message_id, renew=road.lease):
            return None
    if refusal is not None:
        return SendResult(state=SendState.REJECTED, native_ids=reply.delivered, error=refusal)
    reply = replace(reply, files=opened)
    return await _clear_up(connector, reply, await _dispatch(road, connector, reply))


def _say_missing(error: MediaGone | StorageUnavailable) -> SendError:
    gone = isinstance(error, MediaGone)
    return SendError(
        error_class=ErrorClass.PERMANENT if gone else ErrorClass.TRANSIENT, detail=f"Not sent: {error}."
    )


def make_reply(claim: DeliveryClaim, outbound: Outbound, *, now: datetime) -> OutboundReply:
    """Return a message as connectors take it."""
    return OutboundReply(
        idempotency_key=f"visavis-{outbound.message_id}",
        conversation_key=claim.key,
        content=outbound.content,
        author=outbound.author,
        author_name=outbound.author_name,
        surface=claim.surface,
        mode=ReplyMode.PRIVATE if outbound.content.private else ReplyMode.REPLY,
        reply_context=claim.reply_context,
        last_heard_at=None if outbound.heard_ago is None else now - outbound.heard_ago,
        private_before=outbound.private_before,
        delivered=outbound.delivered,
    )


async def _dispatch(road: Road, connector: Connector, reply: OutboundReply) -> SendResult:
    try:
        async with asyncio.timeout(road.send_limit.total_seconds()):
            return await connector.send(reply)
    except Exception as error:  # a connector's mistake must not stop the others
        log.exception("Connector broke while sending", channel=connector.channel)
        broke = f"The connection broke while sending ({type(error).__name__}): it may have arrived."
        return _in_doubt(reply, broke)


async def _clear_up(connector: Connector, reply: OutboundReply, result: SendResult) -> SendResult:
    """Ask the platform what became of a send in doubt, where it can be asked; else leave the doubt."""
    if result.state is not SendState.UNKNOWN or not isinstance(connector, LooksUp):
        return result
    await asyncio.sleep(LOOK_UP_AFTER.total_seconds())
    try:
        async with asyncio.timeout(LOOK_UP_LIMIT.total_seconds()):
            return await connector.look_up(reply) or result
    except Exception:  # as above
        log.exception("Connector broke while looking a message up", channel=connector.channel)
        return result


def _in_doubt(reply: OutboundReply, detail: str) -> SendResult:
    error = SendError(error_class=ErrorClass.TRANSIENT, detail=detail)
    return SendResult(state=SendState.UNKNOWN, native_ids=reply.delivered, error=error)
