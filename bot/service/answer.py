"""Answer: claim a conversation, let the engine respond, commit the turn while the claim still holds.

Nothing slow happens inside a transaction: the engine works between the two commits. Whoever dies
in between leaves a lease that runs out, and the turn is answered by another worker.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.desk.deadlines import deadline_of
from bot.desk.promise import route, tell_customer
from bot.domain.conversation import Status
from bot.domain.handoff import HandoffRequest, Priority
from bot.domain.message import Kind, Settled
from bot.domain.proposal import ProposalReason
from bot.engines.engine import Turn, TurnResult
from bot.errors import VisavisError
from bot.service.metrics import TURN_SECONDS, TURNS
from bot.storage import handoffs, messages, proposals, timers, turns

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.message import Message
    from bot.engines.engine import Engine
    from bot.service.road import Road
    from bot.storage.turns import Claim

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3  # a message that kills its worker this often goes to a person unread by the engine
BOT_FAILED = "bot_failed"  # the reason of a handoff because the engine, or an action, broke
DEADLINE_TIMER = "handoff_deadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A committed turn. `more`: further messages of the conversation wait."""

    turn_id: int
    reply_ids: tuple[int, ...]
    handed_off: bool
    more: bool


async def answer(road: Road, engine: Engine, conversation_id: int) -> Answered | None:
    """Answer what waits in a conversation; None when nothing does, or somebody else has it.

    Raises `LeaseLost` when the conversation moved on meanwhile: nothing was stored then.
    """
    async with road.database.begin() as connection:
        claim = await turns.claim_turn(connection, conversation_id, lease=road.lease)
        if claim is None:
            return None
        if not claim.messages:  # withdrawn by its author, or settled by a person
            await turns.finish_turn(
                connection, claim.lease, answered_seq=2**62, replies=0, status=Status.BOT.value
            )
            return None
    taken = claim.messages[:1] if claim.pull else claim.messages  # a caller waits for each of its own
    claim = replace(claim, messages=taken)
    with TURN_SECONDS.time():
        result = _keep_contract(road, await _respond(road, engine, claim))
        async with road.database.begin() as connection:
            answered = await _commit(road, connection, claim, result)
    TURNS.labels(_outcome(result)).inc()
    await _announce(road, claim, answered)
    return answered


async def _respond(road: Road, engine: Engine, claim: Claim) -> TurnResult:
    turn = Turn(
        sender_id=claim.key,
        channel=claim.channel,
        messages=claim.messages,
        tracker=claim.tracker,
        now=road.now(),
        resumed=claim.resumed,
        metadata=claim.messages[-1].metadata,
    )
    if claim.attempts > MAX_ATTEMPTS:
        log.error("Turn given up after repeated attempts", conversation_id=claim.lease.conversation_id)
        return _failed(claim)
    try:
        async with asyncio.timeout(road.turn_limit.total_seconds()):
            return await engine.respond(turn)
    except Exception as error:  # whatever the engine did, the customer gets a person
        # Ours say all there is to say; anything else is a defect and needs its trace.
        trace = not isinstance(error, VisavisError | TimeoutError)
        log.error(  # noqa: TRY400 - the trace is a choice here
            "Engine could not answer",
            conversation_id=claim.lease.conversation_id,
            error=repr(error),
            exc_info=trace,
        )
        return _failed(claim)


def _outcome(result: TurnResult) -> str:
    if result.handoff is None:
        return "answered"
    return "failed" if result.handoff.reason == BOT_FAILED else "handed_off"


def _keep_contract(road: Road, result: TurnResult) -> TurnResult:
    handoff = route(result.handoff, road.desk) if result.handoff else None
    return replace(result, handoff=handoff, replies=tell_customer(result.replies, handoff))


def _failed(claim: Claim) -> TurnResult:
    """Doubt goes to people: keep the tracker as it was and ask for a person."""
    handoff = HandoffRequest(reason=BOT_FAILED, priority=Priority.HIGH, summary="The bot could not answer.")
    return TurnResult(tracker=claim.tracker or {}, events=(), replies=(), handoff=handoff)


async def _commit(road: Road, connection: AsyncConnection, claim: Claim, result: TurnResult) -> Answered:
    last = claim.messages[-1]
    status = Status.QUEUED if result.handoff else Status.BOT
    first_seq, more = await turns.finish_turn(
        connection,
        claim.lease,
        answered_seq=last.seq,
        replies=len(result.replies),
        status=status.value,
    )
    await messages.settle(
        connection, [message.id for message in claim.messages], settled_by(result), turn_id=last.id
    )
    reply_ids: list[int] = []
    if result.replies:
        reply_ids = await turns.insert_replies(
            connection, claim, result.replies, first_seq=first_seq, turn_id=last.id
        )
    await turns.save_tracker(
        connection, claim.lease.conversation_id, result.tracker, result.events, turn_id=last.id
    )
    if result.handoff:
        await _hand_off(road, connection, claim.lease.conversation_id, result.handoff)
    await _propose(connection, claim.messages, result)
    return Answered(
        turn_id=last.id, reply_ids=tuple(reply_ids), handed_off=result.handoff is not None, more=more
    )


def settled_by(result: TurnResult) -> Settled:
    """Tell what a turn makes of its messages: a promised person's answer is still awaited."""
    if result.handoff:
        return Settled.WAITING
    return Settled.BOT if result.replies else Settled.NOT_NEEDED


async def _hand_off(
    road: Road, connection: AsyncConnection, conversation_id: int, handoff: HandoffRequest
) -> None:
    deadline_at = deadline_of(handoff, road.desk, road.now())
    await handoffs.open_handoff(connection, conversation_id, handoff, deadline_at=deadline_at)
    await timers.set_timer(connection, conversation_id, DEADLINE_TIMER, deadline_at)


async def _propose(connection: AsyncConnection, taken: tuple[Message, ...], result: TurnResult) -> None:
    """Show trainers what was not understood. A pressed button was not written by anybody."""
    for message, understanding in zip(taken, result.understandings, strict=False):
        if understanding and understanding.fallback and message.kind is Kind.TEXT and message.content.text:
            await proposals.propose(connection, message, ProposalReason.UNSURE, understanding.ranking)


async def _announce(road: Road, claim: Claim, answered: Answered) -> None:
    conversation_id = claim.lease.conversation_id
    if answered.more:
        await road.bus.work.put(Stream.ANSWER, conversation_id)
    if answered.reply_ids and not claim.pull:
        await road.bus.work.put(Stream.DELIVER, conversation_id)
    await road.bus.live.publish("answered", conversation_id, turn_id=answered.turn_id)
    if answered.reply_ids:
        await road.bus.live.publish(
            "message", conversation_id, message_id=answered.reply_ids[-1], author="bot"
        )
    if answered.handed_off:
        await road.bus.live.publish("status", conversation_id, status=Status.QUEUED.value)
