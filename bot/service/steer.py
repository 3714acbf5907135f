"""Steer: a program changes a conversation, or has the bot speak in it, as Rasa's HTTP API allows.

It is a turn like any other: claimed under the conversation's lease, committed at once, fenced against
whoever took the conversation meanwhile. What the contact said comes first, and where a person has the
conversation the bot says nothing, whatever a program wants.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.domain.conversation import BOT_MAY_SPEAK, Status
from bot.domain.message import Author, Settled
from bot.engines.engine import Turn
from bot.errors import Conflict, EngineError, LeaseLost
from bot.service.answer import keep_contract, make_entry, read_log, read_turn_reminders
from bot.service.give_back import announce_given_back, release
from bot.service.link_threads import keep_together
from bot.service.move_to_private import Spot, move_to_private
from bot.storage import cases, leases, steering, turn_commit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta

    from bot.connector import InboundEvent
    from bot.domain.json import JsonObject
    from bot.domain.message import Content
    from bot.engines.engine import TurnResult
    from bot.engines.serving import ServingEngine
    from bot.engines.steering import Steerable
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.steering import Grip, Standing

    Act = Callable[[Steerable, Turn, Grip], Awaitable[TurnResult]]

log = structlog.get_logger(__name__)

_LOOK = 0.05  # seconds between two looks whether the conversation is free
_ANYBODY = frozenset(Status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a program wants. `act` has the engine do it.

    `bot_only`: nothing is done where a person has the conversation. `collected`: whoever calls reads the
    replies; otherwise they go where the contact is. `releases`: the bot is to have the conversation
    again. `anew`: the events take the place of all before them. `reminds`: reminders among them count.
    `said` is what the contact said by it.
    """

    act: Act
    bot_only: bool = False
    collected: bool = True
    releases: bool = False
    anew: bool = False
    reminds: bool = True
    said: InboundEvent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """What became of it. `done` is False where a person has the conversation and nothing was done.

    `replies` are for the caller, with their ids in `reply_ids`; both are empty where replies go to the
    contact. `pull`: they are always for the caller, for the contact's own side fetches them.
    """

    standing: Standing
    done: bool
    pull: bool
    replies: tuple[Content, ...] = ()
    reply_ids: tuple[int, ...] = ()


async def steer(
    road: Road, serving: ServingEngine, conversation_id: int, wish: Wish, *, patience: timedelta
) -> Steered:
    """Do what a program wishes, once what the contact said before is answered.

    Raises `Conflict` when that takes longer than `patience`, or a person took the conversation meanwhile;
    `EngineError` with nothing stored; `ModelMissing`, `StorageUnavailable`.
    """
    grip = await _take_grip(road, conversation_id, patience)
    try:
        if wish.bot_only and grip.standing.status not in BOT_MAY_SPEAK:
            await _let_go(road, grip)
            return Steered(standing=grip.standing, done=False, pull=grip.pull)
        _check_release(grip, wish)
        result = await _act(road, serving, grip, wish)
        collected = _is_collected(grip, wish, result)
        spot, link = _spot_of(grip), None
        if not collected:
            result, link = await move_to_private(road, spot, result)
        outcome = replace(_make_outcome(road, grip, wish, result), collected=collected, link=link)
        steered = await _commit(road, grip, wish, outcome)
    except LeaseLost as error:
        raise Conflict("somebody else took this conversation meanwhile; nothing was changed") from error
    except BaseException:
        await _let_go(road, grip)
        raise
    if link is not None:
        road.awaited.forget()
    if outcome.handoff:
        await keep_together(road, spot)
    return steered


async def _take_grip(road: Road, conversation_id: int, patience: timedelta) -> Grip:
    ends = asyncio.get_running_loop().time() + patience.total_seconds()
    while True:
        async with road.database.direct() as connection:
            grip = await steering.claim_grip(connection, conversation_id, lease=road.lease)
        if grip is not None:
            return grip
        if asyncio.get_running_loop().time() >= ends:
            raise Conflict("the bot is still answering what was said in this conversation; try again")
        await asyncio.sleep(_LOOK)


async def _let_go(road: Road, grip: Grip) -> None:
    async with road.database.direct() as connection:
        await leases.hand_back(connection, grip.lease)
    road.bus.announce(grip.lease.conversation_id, [], wake=[Stream.ANSWER])  # what came in meanwhile


def _check_release(grip: Grip, wish: Wish) -> None:
    standing = grip.standing
    if wish.releases and standing.status in (Status.HELD, Status.SNOOZED):
        who = standing.staff_name or "a person"
        raise Conflict(f"{who} has this conversation and gives it back at the desk; nothing was changed")


async def _act(road: Road, serving: ServingEngine, grip: Grip, wish: Wish) -> TurnResult:
    turn = Turn(
        sender_id=grip.standing.key,
        channel=grip.standing.channel,
        messages=(),
        tracker=grip.standing.tracker,
        now=road.now(),
        resumed=grip.resumed,
        log=read_log(road, grip.standing.conversation_id),
    )
    try:
        async with asyncio.timeout(road.turn_limit.total_seconds()), serving.steered() as engine:
            result = await wish.act(engine, turn, grip)
    except TimeoutError as error:
        raise EngineError(f"it took longer than {road.turn_limit.total_seconds():g} s") from error
    return keep_contract(road, result) if result.replies or result.handoff else result


def _spot_of(grip: Grip) -> Spot:
    standing = grip.standing
    return Spot(
        conversation_id=standing.conversation_id,
        channel=standing.channel,
        account=standing.account,
        surface=standing.surface,
    )


def _is_collected(grip: Grip, wish: Wish, result: TurnResult) -> bool:
    """Tell whether whoever called reads the replies. That a person will answer is told to the contact."""
    return (wish.collected and not result.handoff) or grip.pull


async def _commit(road: Road, grip: Grip, wish: Wish, outcome: turn_commit.Outcome) -> Steered:
    conversation_id = grip.lease.conversation_id
    released = wish.releases and grip.standing.status is Status.QUEUED
    waits: tuple[int, ...] = ()
    async with road.database.begin() as connection:
        if released:
            await cases.lock_case(connection, conversation_id)
        if wish.said is not None:
            await _store_said(connection, grip, wish.said)
        stored = await turn_commit.commit_turn(connection, grip.lease, outcome)
        if released:
            waits = await release(connection, conversation_id)
            await steering.forget_resumed(connection, conversation_id)
    _announce(road, grip, outcome, stored)
    if released:
        await announce_given_back(road, conversation_id, waits=waits)
    return Steered(
        standing=grip.standing,
        done=True,
        pull=grip.pull,
        replies=tuple(outcome.replies) if outcome.collected else (),
        reply_ids=stored.reply_ids if outcome.collected else (),
    )


def _make_outcome(road: Road, grip: Grip, wish: Wish, result: TurnResult) -> turn_commit.Outcome:
    outcome = turn_commit.Outcome(
        taken=(),
        settled=Settled.NOT_NEEDED,
        status=_status_after(wish, result),
        replies=result.replies,
        tracker=result.tracker,
        events=(steering.REPLACED, *result.events) if wish.anew else result.events,
        handoff=make_entry(road, result.handoff) if result.handoff else None,
        unasked=turn_commit.Unasked(
            turn_id=grip.turn_id,
            inbound_seq=grip.inbound_seq,
            holders=BOT_MAY_SPEAK if wish.bot_only or result.replies else _ANYBODY,
        ),
    )
    if not wish.reminds:
        return outcome
    return replace(outcome, reminders=read_turn_reminders(road, grip.lease.conversation_id, result))


def _status_after(wish: Wish, result: TurnResult) -> Status | None:
    if result.handoff:
        return Status.QUEUED
    return Status.BOT if wish.bot_only or result.replies else None


async def _store_said(connection: Connection, grip: Grip, event: InboundEvent) -> None:
    if await steering.insert_said(connection, grip, event) is None:
        raise LeaseLost("the conversation moved on while its message was taken in")


def _announce(road: Road, grip: Grip, outcome: turn_commit.Outcome, stored: turn_commit.Stored) -> None:
    happened: list[tuple[str, JsonObject]] = []
    if stored.reply_ids:
        happened.append(("message", {"message_id": stored.reply_ids[-1], "author": Author.BOT.value}))
    if outcome.handoff:
        happened.append(("status", {"status": Status.QUEUED.value}))
    wake = [Stream.ANSWER] if stored.more else []
    if stored.reply_ids and not outcome.collected:
        wake.append(Stream.DELIVER)
    road.bus.announce(grip.lease.conversation_id, happened, wake=wake)
