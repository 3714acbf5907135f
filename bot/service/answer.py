"""Answer: claim a conversation, let the engine respond, commit the turn while the claim still holds.

Nothing slow happens inside a transaction: the engine works between the two commits. Whoever dies
in between leaves a lease that runs out, and the turn is answered by another worker.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.desk.alarm import weigh_handoff
from bot.desk.deadlines import DEADLINE_TIMER, deadline_of
from bot.desk.promise import require_entry, require_taker, route, tell_customer
from bot.desk.unsupported import Course
from bot.domain.conversation import Status, Surface
from bot.domain.handoff import HandoffRequest, Priority
from bot.domain.message import Author, Kind, Settled
from bot.domain.reminder import ReminderChanges, read_reminders
from bot.engines.engine import Turn, TurnResult
from bot.errors import StorageUnavailable, VisavisError
from bot.service.hand_back import hand_back
from bot.service.leave_alone import leave_alone, settle_unanswered
from bot.service.link_threads import keep_together
from bot.service.metrics import TURN_SECONDS, TURNS
from bot.service.move_to_private import move_to_private, spot_of
from bot.service.unsupported import ask_person, judge_unsupported
from bot.storage import event_log, triggers, turn_commit, turns
from bot.storage.pulled import Pulled

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.domain.understanding import Understanding
    from bot.engines.engine import Engine, EventLog
    from bot.service.road import Road
    from bot.storage.cases import NewLink
    from bot.storage.turns import Claim, Right

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3  # a message that kills its worker this often goes to a person unread by the engine
BOT_FAILED = "bot_failed"  # the reason of a handoff because the engine, or an action, broke


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A committed turn. `more`: further messages of the conversation wait.

    `pulled`: what it says to a caller who fetches; None where nobody does.
    """

    turn_id: int
    reply_ids: tuple[int, ...]
    handed_off: bool
    more: bool
    pulled: Pulled | None


async def answer(road: Road, engine: Engine, conversation_id: int) -> Answered | None:
    """Answer what waits in a conversation; None when nothing does, or somebody else has it.

    Raises `LeaseLost` when the conversation moved on meanwhile, `StorageUnavailable` when the turn
    cannot be written now: nothing was stored then.
    """
    async with road.database.direct() as connection:
        claim = await turns.claim_turn(connection, conversation_id, lease=road.lease)
        if claim is None:
            return None
        if not claim.messages:
            await turns.finish_empty(connection, claim)
            return None
    return await _answer(road, engine, claim)


async def answer_claimed(road: Road, engine: Engine, right: Right) -> Answered | None:
    """Answer a conversation whose turn was claimed when its message was stored. As `answer`."""
    if isinstance(right, turns.Claim):
        return await _answer(road, engine, right, begun_here=True)
    try:
        async with road.database.direct() as connection:
            claim = await turns.load_turn(connection, right)
            if not claim.messages:  # withdrawn, or settled by a person, at the same moment
                await turns.finish_empty(connection, claim)
                return None
    except StorageUnavailable:
        await hand_back(road, right.lease)
        raise
    return await _answer(road, engine, claim, begun_here=True)


async def _answer(road: Road, engine: Engine, claim: Claim, *, begun_here: bool = False) -> Answered:
    taken = _take_next(claim)
    claim = claim if len(taken) == len(claim.messages) else replace(claim, messages=taken)
    left = await leave_alone(road, engine, claim) if claim.surface is Surface.PUBLIC else None
    course = await judge_unsupported(road, claim) if left is None else None
    if course is Course.LEAVE:
        left, _ = await settle_unanswered(road, claim)
    if left is not None:
        return Answered(turn_id=claim.messages[-1].id, reply_ids=(), handed_off=False, more=left, pulled=None)
    began = perf_counter()
    heard = ask_person(claim) if course is Course.ASK_PERSON else await _respond(road, engine, claim)
    result = keep_contract(road, heard)
    try:
        result, link = await move_to_private(road, spot_of(claim), result)
        stored = await _commit(road, claim, result, link)
    except StorageUnavailable:
        await hand_back(road, claim.lease)
        raise
    if link is not None:
        road.awaited.forget()
    TURN_SECONDS.observe(perf_counter() - began)
    TURNS.labels(_outcome(result)).inc()
    answered = Answered(
        turn_id=claim.messages[-1].id,
        reply_ids=stored.reply_ids,
        handed_off=result.handoff is not None,
        more=stored.more,
        pulled=_read_pulled(claim, result, stored),
    )
    _announce(road, claim, answered, soon=not (begun_here and claim.pull))  # such a caller has it already
    if result.handoff:
        await keep_together(road, spot_of(claim))
    return answered


def _read_pulled(claim: Claim, result: TurnResult, stored: turn_commit.Stored) -> Pulled | None:
    if stored.unread is None:
        return None
    return Pulled(
        turn_id=claim.messages[-1].id,
        status=_status_after(result),
        replies=stored.replies,
        earlier=(),
        unread=stored.unread,
    )


def _status_after(result: TurnResult) -> Status:
    return Status.QUEUED if result.handoff else Status.BOT


def _take_next(claim: Claim) -> tuple[Message, ...]:
    """Return what is answered now, of what waits.

    A caller waits for the answer to each of its own messages; a burst is answered together, as far as
    the next trigger, which has a turn to itself.
    """
    found = [number for number, message in enumerate(claim.messages) if message.kind is Kind.TRIGGER]
    most = 1 if claim.pull or found[:1] == [0] else found[0] if found else None
    return claim.messages[:most]


async def _respond(road: Road, engine: Engine, claim: Claim) -> TurnResult:
    trigger = triggers.read_trigger(claim.messages[0])
    turn = Turn(
        sender_id=claim.key,
        channel=claim.channel,
        messages=() if trigger else claim.messages,
        tracker=claim.tracker,
        now=road.now(),
        resumed=claim.resumed,
        metadata=claim.messages[-1].metadata,
        trigger=trigger,
        log=read_log(road, claim.lease.conversation_id),
    )
    if claim.attempts > MAX_ATTEMPTS:
        log.error("Turn given up after repeated attempts", conversation_id=claim.lease.conversation_id)
        return _failed(claim)
    try:
        async with asyncio.timeout(road.turn_limit.total_seconds()):
            result = await engine.respond(turn)
            unheard = result.paused and trigger is None
            handoff = require_taker(result.handoff, result.events, unheard=unheard)
            return result if handoff is result.handoff else replace(result, handoff=handoff)
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


def read_log(road: Road, conversation_id: int) -> EventLog:
    """Return how a turn reads what was logged before it, if one of its actions looks back."""

    async def read(most: int) -> list[JsonObject]:
        async with road.database.direct() as connection:
            return await event_log.load_newest_events(connection, conversation_id, most)

    return read


def _outcome(result: TurnResult) -> str:
    if result.handoff is None:
        return "answered"
    return "failed" if result.handoff.reason == BOT_FAILED else "handed_off"


def keep_contract(road: Road, result: TurnResult) -> TurnResult:
    """Return the result with the entry that its words promise, and the words that its entry asks for."""
    asked = require_entry(result.handoff, result.events, road.desk)
    if asked is None:
        return result
    handoff = weigh_handoff(route(asked, road.desk), result.understandings)
    replies = tell_customer(result.replies, handoff, result.events, road.desk)
    return replace(result, handoff=handoff, replies=replies)


def _failed(claim: Claim) -> TurnResult:
    """Doubt goes to people: keep the tracker as it was and ask for a person."""
    handoff = HandoffRequest(reason=BOT_FAILED, priority=Priority.HIGH, summary="The bot could not answer.")
    return TurnResult(tracker=claim.tracker or {}, events=(), replies=(), handoff=handoff)


async def _commit(road: Road, claim: Claim, result: TurnResult, link: NewLink | None) -> turn_commit.Stored:
    outcome = turn_commit.Outcome(
        taken=claim.messages,
        settled=_settled_by(claim, result),
        status=_status_after(result),
        replies=result.replies,
        tracker=result.tracker,
        events=result.events,
        handoff=make_entry(road, result.handoff) if result.handoff else None,
        unsure=tuple(find_unsure(claim.messages, result)),
        reminders=read_turn_reminders(road, claim.lease.conversation_id, result),
        link=link,
    )
    stored = None
    if turn_commit.is_plain(outcome):
        turn = (claim.lease, outcome)
        stored = await road.database.together(
            turn_commit.commit_plain_turns, turn, key=claim.lease.conversation_id
        )
    if stored is None:
        async with road.database.direct() as connection:
            stored = await turn_commit.commit_turn(connection, claim.lease, outcome)
    return stored


def make_entry(road: Road, handoff: HandoffRequest) -> turn_commit.Entry:
    """Return the place in the human queue of a handoff that begins now."""
    deadline_at = deadline_of(handoff, road.desk, road.now())
    return turn_commit.Entry(request=handoff, deadline_at=deadline_at, timer=DEADLINE_TIMER)


def read_turn_reminders(road: Road, conversation_id: int, result: TurnResult) -> ReminderChanges:
    """Return what a turn does to reminders; what cannot be kept is told to whoever reads the log."""
    changes = read_reminders(result.events, road.now())
    for why in changes.refused:
        log.warning("Reminder not kept", conversation_id=conversation_id, why=why)
    return changes


def _settled_by(claim: Claim, result: TurnResult) -> Settled:
    """Tell what a turn makes of its messages: a promised person's answer is awaited, unless nobody spoke."""
    if result.handoff:
        heard = claim.messages[0].kind is not Kind.TRIGGER
        return Settled.WAITING if heard else Settled.NOT_NEEDED
    return Settled.BOT if result.replies else Settled.NOT_NEEDED


def find_unsure(taken: tuple[Message, ...], result: TurnResult) -> list[tuple[Message, Understanding]]:
    """Return what trainers should see because it was not understood. Nobody wrote a pressed button."""
    return [
        (_with_words_of(understanding, message), understanding)
        for message, understanding in zip(taken, result.understandings, strict=False)
        if understanding and understanding.fallback and message.kind is Kind.TEXT and message.content.text
    ]


def _with_words_of(understanding: Understanding, message: Message) -> Message:
    """Put in what was understood: a burst is understood whole, and that stands with its last message."""
    if understanding.text in ("", message.content.text.strip()):
        return message
    return replace(message, content=replace(message.content, text=understanding.text))


def _announce(road: Road, claim: Claim, answered: Answered, *, soon: bool) -> None:
    happened: list[tuple[str, JsonObject]] = [("answered", {"turn_id": answered.turn_id})]
    if answered.reply_ids:
        happened.append(("message", {"message_id": answered.reply_ids[-1], "author": Author.BOT.value}))
    if answered.handed_off:
        happened.append(("status", {"status": Status.QUEUED.value}))
    wake = [Stream.ANSWER] if answered.more else []
    if answered.reply_ids and not claim.pull:
        wake.append(Stream.DELIVER)
    road.bus.announce(claim.lease.conversation_id, happened, wake=wake, soon=soon)
