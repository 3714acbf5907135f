"""Receive: what happened on a platform is committed, once and in its place, before anybody says 200."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.connector import Delivery, InboundEvent
from bot.domain.conversation import Status
from bot.domain.message import Kind
from bot.service.apply_change import apply_change
from bot.service.find_person import find_person
from bot.service.hear_echo import hear_echo
from bot.service.hear_edit import find_first_word
from bot.service.know_echo import find_own_echo
from bot.service.link_threads import find_case_of, join_arriving, show_beside, wake_case
from bot.service.metrics import RECEIVED
from bot.service.note_receipt import note_receipt
from bot.service.storable import check_storable
from bot.storage import accounts, cases, conversations, inbound, leases, media, messages
from bot.storage.arrivals import Arrival
from bot.storage.erased_ids import was_erased
from bot.storage.first_messages import begin_many, begin_with_inbound

if TYPE_CHECKING:
    import asyncio

    from bot.domain.json import JsonObject
    from bot.service.answer import Answered
    from bot.service.link_threads import Case
    from bot.service.road import Road
    from bot.storage.arrivals import Stored
    from bot.storage.database import Connection

log = structlog.get_logger(__name__)

_ABOUT_OTHERS = frozenset({Kind.RECEIPT, Kind.ECHO, Kind.EDIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Where an event went. A `duplicate` tells where it went the first time.

    Both ids are None for an unsupported event that belongs to no conversation, and a duplicate of somebody
    erased. `turn`: this process is answering it; the task never raises, and brings None where it failed.
    """

    message_id: int | None
    conversation_id: int | None
    duplicate: bool = False
    status: Status | None = None
    turn: asyncio.Task[Answered | None] | None = None


class _AlreadyHere(Exception):
    """The event was stored before. Takes the transaction back; never leaves this file."""


class _Raced(Exception):
    """Another transaction opens the same conversation, or erases it. Like `_AlreadyHere`."""


async def receive(road: Road, event: InboundEvent) -> Received:
    """Commit one event and wake whoever must act on it. The same event again changes nothing.

    Raises `BadPayload` for what cannot be stored, `StorageUnavailable` when nothing can be.
    """
    check_storable(event)
    account_id = await get_account_id(road, event.channel, event.account)
    known = road.recently.find(account_id, event)
    if known is not None:
        message_id, conversation_id = known
        return Received(message_id=message_id, conversation_id=conversation_id, duplicate=True)
    if event.channel in road.many_ids:
        event = await find_person(road, account_id, event)
    return await _take(road, account_id, event)


async def _take(road: Road, account_id: int, event: InboundEvent) -> Received:
    if event.kind in _ABOUT_OTHERS:
        done = await _look_at_others(road, account_id, event)
        if done is not None:
            return done
    received = None
    case = await find_case_of(road, account_id, event) if event.awaits_answer else None
    if event.awaits_answer and case is None and not media.has_files(event.content):
        received = await _append(road, account_id, event)
    received = received or await _store(road, account_id, event, case)
    road.recently.note(account_id, event, (received.message_id, received.conversation_id))
    if not received.duplicate:
        _wake(road, event, received)
        await show_beside(road, event, received.conversation_id, received.status)
    return received


async def _look_at_others(road: Road, account_id: int, event: InboundEvent) -> Received | None:
    """Do what is to be done before an event about other messages is stored; None where it is to be stored."""
    if event.kind is Kind.RECEIPT:
        noted = await note_receipt(road, account_id, event)
        return Received(message_id=None, conversation_id=noted)
    if event.kind is Kind.ECHO:
        ours = await find_own_echo(road, account_id, event)
        return Received(message_id=None, conversation_id=ours, duplicate=True) if ours is not None else None
    first = await find_first_word(road, account_id, event)
    if first is not None:
        await _take(road, account_id, first)
    return None


async def _append(road: Road, account_id: int, event: InboundEvent) -> Received | None:
    """Take the short way of a message that is new; None when it is not, or its conversation is not open.

    What it takes is one statement, which is a commit of its own. A process that answers too, and has a hand
    free, takes the turn with the message and begins it at once.
    """
    pause = get_pause(road, event)
    arrival = Arrival(
        account_id=account_id,
        event=event,
        pull=is_pull(event),
        pause=pause,
        lease=road.lease if road.here.has_room() and not pause else None,
    )
    stored = await _append_arrival(road, arrival)
    if stored is None:
        return None
    turn = road.here.begin(stored.right) if stored.right else None
    if stored.right and turn is None:
        async with road.database.direct() as connection:
            await leases.hand_back(connection, stored.right.lease)
    return Received(
        message_id=stored.message_id,
        conversation_id=stored.conversation_id,
        status=stored.status,
        turn=turn,
    )


async def _append_arrival(road: Road, arrival: Arrival) -> Stored | None:
    """Store a message with those of other conversations that arrive at this moment, else alone."""
    key = arrival.account_id, arrival.event.conversation_key
    attempt = await road.database.together(inbound.append_free, arrival, key=key)
    if attempt and attempt.stored:
        return attempt.stored
    if attempt and not attempt.known:
        begun = await road.database.together(begin_many, arrival, key=key)
        if begun:
            return begun
    async with road.database.direct() as connection:
        stored = None
        if attempt is None or attempt.known:
            stored = await inbound.append_inbound(connection, arrival)
        return stored or await begin_with_inbound(connection, arrival)


async def _store(road: Road, account_id: int, event: InboundEvent, case: Case | None) -> Received:
    known = await _find_known(road, account_id, event)  # most of what comes here was told before
    if known is not None:
        return known
    try:
        async with road.database.begin() as connection:
            received = await _store_in(road, connection, account_id, event, case)
    except _Raced:
        return await _store(road, account_id, event, case)  # it is there now
    except _AlreadyHere:
        known = await _find_known(road, account_id, event)
        return known or Received(message_id=None, conversation_id=None, duplicate=True)
    if case and received.conversation_id is not None:
        await wake_case(road, case[0], received.conversation_id)
    return received


async def _find_known(road: Road, account_id: int, event: InboundEvent) -> Received | None:
    async with road.database.read() as connection:
        known = await messages.find_event(connection, account_id, event)
    if known is None:
        return None
    return Received(message_id=known[0], conversation_id=known[1], duplicate=True)


def is_pull(event: InboundEvent) -> bool:
    """Tell whether the contact's own side fetches the replies."""
    return event.reply_context.get("delivery") == Delivery.PULL.value


def get_pause(road: Road, event: InboundEvent) -> timedelta:
    """Return how long to wait for more words of the same person."""
    return road.bursts.get(event.channel, timedelta())


async def get_account_id(road: Road, channel: str, name: str) -> int:
    """Return the row of an account, looked up once per process."""
    known = road.account_ids.get((channel, name))
    if known is None:
        async with road.database.begin() as connection:
            known = await accounts.ensure_account(connection, channel, name)
        road.account_ids[channel, name] = known
    return known


async def _store_in(
    road: Road, connection: Connection, account_id: int, event: InboundEvent, case: Case | None
) -> Received:
    if not event.conversation_key:
        await messages.insert_stray(connection, account_id, event)
        return Received(message_id=None, conversation_id=None)
    if await was_erased(connection, account_id, event.event_id):
        raise _AlreadyHere
    conversation_id = await conversations.find_or_open(connection, account_id, event)
    if conversation_id is None:
        raise _Raced
    if case or event.kind is Kind.ECHO:
        await cases.lock_case(connection, conversation_id, *((case[0].public_id,) if case else ()))
    place = await inbound.advance_inbound(
        connection,
        conversation_id,
        answerable=event.awaits_answer,
        reply_context=event.reply_context,
        pull=is_pull(event),
        pause=get_pause(road, event),
    )
    if place is None:
        raise _Raced
    seq, status = place
    message_id = await messages.insert_inbound(
        connection,
        event,
        conversation_id=conversation_id,
        account_id=account_id,
        seq=seq,
    )
    if message_id is None:
        raise _AlreadyHere
    await media.note_files(connection, message_id, event.content)
    await apply_change(connection, account_id, conversation_id, event)
    status = await hear_echo(connection, conversation_id, event) or status
    if case:
        status = await join_arriving(connection, case, conversation_id, message_id) or status
    return Received(message_id=message_id, conversation_id=conversation_id, status=status)


def _wake(road: Road, event: InboundEvent, received: Received) -> None:
    RECEIVED.labels(event.channel).inc()
    if received.conversation_id is None:
        log.info("Unsupported event kept", channel=event.channel, account=event.account)
        return
    pause = get_pause(road, event)
    due = event.awaits_answer and received.status is Status.BOT and received.turn is None
    if due and pause:
        road.later(pause, Stream.ANSWER, received.conversation_id)
    author = messages.author_of(event.kind)
    happened: list[tuple[str, JsonObject]] = [
        ("message", {"message_id": received.message_id, "author": author.value})
    ]
    if event.kind is Kind.ECHO and received.status is not None:
        happened.append(("status", {"status": received.status.value}))
    road.bus.announce(
        received.conversation_id,
        happened,
        wake=[Stream.ANSWER] if due and not pause else [],
        soon=received.turn is None,  # its answer follows
    )
