from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bus.keys import Stream
from bot.domain.conversation import Status
from bot.domain.message import Author, DeliveryState, Settled
from bot.engines.engine import Turn
from bot.errors import LeaseLost, StorageUnavailable
from bot.service.answer import MAX_ATTEMPTS, answer
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.take import take
from bot.storage import conversations, handoffs, leases, messages, proposals, turn_commit, turns
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says
from tests.integration.service.people import add_agent


async def _open(road: Road, *texts: str, pull: bool = False) -> int:
    context = {"delivery": "pull"} if pull else {}
    received, *_ = [await receive(road, says(text, reply_context=context)) for text in texts]
    assert received.conversation_id is not None
    return received.conversation_id


async def _said(road: Road, conversation_id: int) -> list[str]:
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    return [message.content.text for message in stored if message.author is Author.BOT]


async def test_answer_commits_replies_events_tracker_and_outbox_together(road: Road) -> None:
    conversation_id = await _open(road, "hello")
    answered = await answer(road, PlainEngine(), conversation_id)
    assert answered is not None
    assert not answered.handed_off
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
        events = await connection.exec_driver_sql("SELECT events -> 0 ->> 'text' FROM turn")
        tracker = await connection.exec_driver_sql("SELECT state ->> 'turns' FROM tracker")
        assert events.scalars().all() == ["hello"]
        assert tracker.scalar_one() == "1"
    assert [(each.content.text, each.settled, each.delivery) for each in stored] == [
        ("hello", Settled.BOT, None),
        ("1: hello", None, DeliveryState.PENDING),
    ]
    assert await answer(road, PlainEngine(), conversation_id) is None


async def test_answer_takes_a_burst_together(road: Road) -> None:
    engine = PlainEngine()
    conversation_id = await _open(road, "hi", "where is", "my order")
    await answer(road, engine, conversation_id)
    assert engine.heard == ["hi\nwhere is\nmy order"]
    assert await _said(road, conversation_id) == ["1: hi\nwhere is\nmy order"]


async def test_answer_gives_each_pulling_call_its_own_turn(road: Road) -> None:
    conversation_id = await _open(road, "one", "two", pull=True)
    first = await answer(road, PlainEngine(), conversation_id)
    assert first is not None
    assert first.more
    await answer(road, PlainEngine(), conversation_id)
    assert await _said(road, conversation_id) == ["1: one", "2: two"]


async def test_two_workers_at_once_give_one_answer(road: Road) -> None:
    conversation_id = await _open(road, "slow question")
    outcomes = await asyncio.gather(*(answer(road, PlainEngine(), conversation_id) for _ in range(4)))
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert await _said(road, conversation_id) == ["1: slow question"]


async def test_a_worker_that_lost_its_lease_cannot_commit(road: Road) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def hold(_turn: Turn) -> None:
        begun.set()
        await goes_on.wait()

    hasty = replace(road, lease=timedelta())  # it runs out at once
    conversation_id = await _open(road, "slow question")
    first = asyncio.create_task(answer(hasty, PlainEngine(before=hold), conversation_id))
    await asyncio.wait_for(begun.wait(), 20)
    second = await answer(road, PlainEngine(), conversation_id)
    goes_on.set()
    with pytest.raises(LeaseLost):
        await first
    assert second is not None
    assert await _said(road, conversation_id) == ["1: slow question"]


async def test_after_a_restart_nobody_waits_for_the_leases_of_the_dead(road: Road) -> None:
    conversation_id = await _open(road, "hello")
    async with road.database.direct() as connection:
        dead = await turns.claim_turn(connection, conversation_id, lease=timedelta(hours=1))
        assert dead
        assert await answer(road, PlainEngine(), conversation_id) is None
        await leases.end_leases(connection)
    assert await answer(road, PlainEngine(), conversation_id)
    outcome = turn_commit.Outcome(
        taken=dead.messages, settled=Settled.BOT, status=Status.BOT, replies=(), tracker={}, events=()
    )
    async with road.database.direct() as connection:
        with pytest.raises(LeaseLost):
            await turn_commit.commit_turn(connection, dead.lease, outcome)
    assert await _said(road, conversation_id) == ["1: hello"]


async def test_a_message_during_the_turn_is_answered_in_the_next(road: Road) -> None:
    async def interrupt(turn: Turn) -> None:
        if turn.messages[-1].content.text == "one":
            await receive(road, says("two"))

    engine = PlainEngine(before=interrupt)
    conversation_id = await _open(road, "one")
    await road.bus.redis.flushall()
    first = await answer(road, engine, conversation_id)
    assert first is not None
    assert first.more
    assert await road.bus.work.take(Stream.ANSWER, "test", most=10) == []  # makes the group
    assert await road.bus.work.take(Stream.ANSWER, "test", most=10) == [conversation_id]
    await answer(road, engine, conversation_id)
    assert await _said(road, conversation_id) == ["1: one", "2: two"]


async def test_a_person_who_takes_it_during_the_turn_silences_the_bot(road: Road) -> None:
    staff = await add_agent(road, "Mara Lind")

    async def step_in(turn: Turn) -> None:
        await take(road, turn.messages[0].conversation_id, staff)

    conversation_id = await _open(road, "hello")
    with pytest.raises(LeaseLost):
        await answer(road, PlainEngine(before=step_in), conversation_id)
    assert await _said(road, conversation_id) == []


async def test_handoff_is_promised_and_recorded_in_one_commit(road: Road) -> None:
    conversation_id = await _open(road, "a person please")
    answered = await answer(road, PlainEngine(), conversation_id)
    assert answered is not None
    assert answered.handed_off
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
        (handoff,) = await handoffs.list_handoffs(connection, conversation_id)
        stored = await messages.list_messages(connection, conversation_id)
    assert found is not None
    assert found.status is Status.QUEUED
    assert handoff.reason == "asked_for_person"
    assert handoff.deadline_at - handoff.created_at > timedelta(minutes=29)
    assert stored[0].settled is Settled.WAITING
    await receive(road, says("hello?"))
    assert await answer(road, PlainEngine(), conversation_id) is None


@pytest.mark.parametrize("text", ["person quiet", "fail"])
async def test_no_handoff_without_telling_the_customer(road: Road, text: str) -> None:
    conversation_id = await _open(road, text)
    await answer(road, PlainEngine(), conversation_id)
    (promise,) = await _said(road, conversation_id)
    assert "person" in promise


async def test_no_promise_without_an_entry(road: Road) -> None:
    """A rule may say `utter_handoff` without any action that hands off."""
    conversation_id = await _open(road, "promise")
    answered = await answer(road, PlainEngine(), conversation_id)
    assert answered is not None
    assert answered.handed_off
    async with road.database.read() as connection:
        (handoff,) = await handoffs.list_handoffs(connection, conversation_id)
    assert handoff.reason == "promised"


async def test_a_turn_that_kills_workers_goes_to_a_person(road: Road) -> None:
    conversation_id = await _open(road, "poison")
    for _ in range(MAX_ATTEMPTS):
        async with road.database.begin() as connection:  # a worker claims, and dies
            claim = await turns.claim_turn(connection, conversation_id, lease=timedelta())
        assert claim is not None
    engine = PlainEngine()
    answered = await answer(road, engine, conversation_id)
    assert answered is not None
    assert answered.handed_off
    assert engine.heard == []


async def test_what_was_not_understood_is_proposed_once_and_counted(road: Road) -> None:
    for _ in range(2):
        conversation_id = await _open(road, "huh  WHAT")
        await answer(road, PlainEngine(), conversation_id)
    conversation_id = await _open(road, "clear")
    await answer(road, PlainEngine(), conversation_id)
    async with road.database.read() as connection:
        (proposal,) = await proposals.list_proposals(connection)
    assert (proposal.text, proposal.times) == ("huh  WHAT", 2)


_REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$
"""
_FULL_DISK = """
    CREATE TRIGGER full_disk BEFORE INSERT ON message FOR EACH ROW
    WHEN (NEW.author = 'bot') EXECUTE FUNCTION refuse()
"""


async def test_a_full_disk_is_not_the_messages_fault(road: Road) -> None:
    received = await receive(road, says("hello"))
    assert received.conversation_id is not None
    async with road.database.begin() as connection:
        for statement in (_REFUSE, _FULL_DISK):
            await connection.exec_driver_sql(statement)
    for _ in range(MAX_ATTEMPTS + 2):
        with pytest.raises(StorageUnavailable, match="disk is full"):
            await answer(road, PlainEngine(), received.conversation_id)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("DROP TRIGGER full_disk ON message")
    answered = await answer(road, PlainEngine(), received.conversation_id)
    assert answered is not None
    assert not answered.handed_off
