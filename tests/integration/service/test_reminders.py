"""Reminders: kept with the turn, due once, and only where the bot may speak."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from bot.domain.conversation import Status
from bot.domain.message import Author, Kind, Settled
from bot.domain.trigger import Trigger
from bot.engines.engine import Turn, TurnResult
from bot.service.answer import answer
from bot.service.give_back import give_back
from bot.service.receive import receive
from bot.service.remind import TOO_LATE
from bot.service.resolve import resolve
from bot.service.road import Road
from bot.service.run_timers import run_timers
from bot.service.take import take
from bot.storage import conversations, ledger, messages, triggers
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

MINUTE = timedelta(minutes=1)


@dataclass
class RemindingEngine(PlainEngine):
    """Returns, for each text, the events that its test asks for."""

    does: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @override
    async def respond(self, turn: Turn) -> TurnResult:
        result = await super().respond(turn)
        return replace(result, events=(*result.events, *self.does.get(self.heard[-1], ())))


def later(road: Road, after: timedelta) -> Road:
    """Return the road as much later, as far as its own clock goes."""
    return replace(road, now=lambda: road.now() + after)


def remind(road: Road, intent: str = "call_back", after: timedelta = MINUTE, **more: Any) -> dict[str, Any]:
    due_at = (road.now() + after).isoformat()
    return {
        "event": "reminder",
        "intent": intent,
        "date_time": due_at,
        "entities": None,
        "name": None,
        **more,
    }


async def say(road: Road, engine: PlainEngine, text: str) -> int:
    received = await receive(road, says(text))
    assert received.conversation_id is not None
    await answer(road, engine, received.conversation_id)
    return received.conversation_id


async def said_by_bot(road: Road, conversation_id: int) -> list[str]:
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, conversation_id)
    return [message.content.text for message in stored if message.author is Author.BOT]


async def test_a_reminder_is_answered_when_it_is_due_and_once(road: Road) -> None:
    engine = RemindingEngine(does={"later": [remind(road, entities={"city": "Riga"}, name="r")]})
    talked = await say(road, engine, "later")
    assert await run_timers(later(road, MINUTE / 2)) == 0
    due = later(road, 2 * MINUTE)
    assert sum(await asyncio.gather(*(run_timers(due) for _ in range(3)))) == 1
    seen: list[Turn] = []
    engine.before = seen.append
    answers = await asyncio.gather(*(answer(road, engine, talked) for _ in range(3)))
    assert sum(each is not None for each in answers) == 1
    assert await said_by_bot(road, talked) == ["1: later", "2: EXTERNAL: call_back"]
    [turn] = seen
    assert (turn.messages, turn.trigger and turn.trigger.name) == ((), "r")
    assert turn.trigger is not None
    assert turn.trigger.entities == ({"entity": "city", "value": "Riga"},)
    assert await run_timers(due) == 0


async def test_a_trigger_is_no_message_of_the_contact(road: Road) -> None:
    engine = RemindingEngine(does={"later": [remind(road)]})
    talked = await say(road, engine, "later")
    await run_timers(later(road, 2 * MINUTE))
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, talked)
        for_customers = await messages.list_messages(connection, talked, customer_view=True)
        days = await ledger.list_ledger(connection, since=road.now().date() - timedelta(days=1))
    assert (stored[-1].kind, stored[-1].author, stored[-1].settled) == (
        Kind.TRIGGER,
        Author.SYSTEM,
        Settled.WAITING,
    )
    assert all(message.kind is not Kind.TRIGGER for message in for_customers)
    assert [(day.received, day.waiting, day.adds_up) for day in days] == [(1, 0, True)]


async def test_words_and_a_trigger_that_wait_together_are_answered_in_their_order(road: Road) -> None:
    engine = RemindingEngine(does={"later": [remind(road, kill_on_user_msg=False)]})
    talked = await say(road, engine, "later")
    await receive(road, says("one"))
    await run_timers(later(road, 2 * MINUTE))
    await receive(road, says("two"))
    while (answered := await answer(road, engine, talked)) and answered.more:
        pass
    assert engine.heard == ["later", "one", "EXTERNAL: call_back", "two"]


@pytest.mark.parametrize(
    ("said", "more", "triggered"),
    [
        ("hello", {}, 0),
        ("hello", {"kill_on_user_msg": False}, 1),
        ("STOP!", {"kill_on_user_msg": False}, 0),
        ("do not stop", {"kill_on_user_msg": False}, 1),
    ],
)
async def test_words_of_the_contact_end_a_reminder_unless_it_does_not_mind_and_stop_ends_it_always(
    road: Road, said: str, more: dict[str, Any], triggered: int
) -> None:
    engine = RemindingEngine(does={"later": [remind(road, **more)]})
    await say(road, engine, "later")
    await say(road, engine, said)
    assert await run_timers(later(road, 2 * MINUTE)) == triggered


@pytest.mark.parametrize(
    ("event", "left"),
    [
        ({"event": "restart"}, []),
        ({"event": "cancel_reminder"}, []),
        ({"event": "cancel_reminder", "name": "first"}, ["b"]),
        ({"event": "cancel_reminder", "intent": "b"}, ["a"]),
        ({"event": "cancel_reminder", "entities": [{"entity": "x", "value": 1}]}, ["a"]),
        ({"event": "cancel_reminder", "name": "first", "intent": "b"}, ["a", "b"]),
        ({"event": "user", "metadata": {"is_external": True}}, ["a"]),
    ],
)
async def test_a_later_turn_drops_what_it_names(road: Road, event: dict[str, Any], left: list[str]) -> None:
    entities = [{"entity": "x", "value": 1}]
    set_both = [
        remind(road, "a", name="first", kill_on_user_msg=False),
        remind(road, "b", after=2 * MINUTE, entities=entities, kill_on_user_msg=True),
    ]
    engine = RemindingEngine(does={"later": set_both, "EXTERNAL: now": [event]})
    talked = await say(road, engine, "later")
    async with road.database.begin() as connection:
        await triggers.append_trigger(connection, talked, Trigger(intent="now"))
    await answer(road, engine, talked)
    async with road.database.read() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT data ->> 'intent' FROM timer WHERE done_at IS NULL ORDER BY due_at"
        )
        assert list(rows.scalars()) == left


async def test_one_of_the_same_name_replaces_that_of_an_earlier_turn(road: Road) -> None:
    engine = RemindingEngine(
        does={
            "later": [remind(road, "a", name="r", kill_on_user_msg=False)],
            "no, later": [remind(road, "b", name="r", after=3 * MINUTE)],
        }
    )
    talked = await say(road, engine, "later")
    await say(road, engine, "no, later")
    assert await run_timers(later(road, 2 * MINUTE)) == 0
    assert await run_timers(later(road, 4 * MINUTE)) == 1
    await answer(road, engine, talked)
    assert engine.heard[-1] == "EXTERNAL: b"


async def test_while_a_person_has_the_conversation_staff_are_told_and_the_customer_is_not(road: Road) -> None:
    engine = RemindingEngine(does={"later": [remind(road)]})
    talked = await say(road, engine, "later")
    mara = await add_agent(road, "Mara")
    await take(road, talked, mara)
    assert await run_timers(later(road, 2 * MINUTE)) == 0
    async with road.database.read() as connection:
        stored = await messages.list_messages(connection, talked)
        for_customers = await messages.list_messages(connection, talked, customer_view=True)
    assert "A reminder was due (call_back)" in stored[-1].content.text
    assert stored[-1].id not in [message.id for message in for_customers]
    await give_back(road, talked, mara)
    assert await run_timers(later(road, 3 * MINUTE)) == 0
    assert await said_by_bot(road, talked) == ["1: later"]


async def test_a_reminder_set_before_a_person_closed_the_matter_is_dropped(road: Road) -> None:
    engine = RemindingEngine(does={"later": [remind(road)]})
    talked = await say(road, engine, "later")
    await resolve(road, talked, await add_agent(road, "Mara"))
    assert await run_timers(later(road, 2 * MINUTE)) == 0
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, talked)
    assert found is not None
    assert found.status is Status.RESOLVED
    assert await said_by_bot(road, talked) == ["1: later"]


async def test_a_person_who_takes_the_conversation_before_the_answer_silences_the_trigger(road: Road) -> None:
    engine = RemindingEngine(does={"later": [remind(road)]})
    talked = await say(road, engine, "later")
    await run_timers(later(road, 2 * MINUTE))
    mara = await add_agent(road, "Mara")
    await take(road, talked, mara)
    assert await answer(road, engine, talked) is None
    await give_back(road, talked, mara)
    assert await answer(road, engine, talked) is None
    assert await said_by_bot(road, talked) == ["1: later"]


async def test_after_a_long_outage_yesterdays_reminder_is_not_sent(road: Road) -> None:
    engine = RemindingEngine(does={"later": [remind(road)]})
    await say(road, engine, "later")
    assert await run_timers(later(road, TOO_LATE + 2 * MINUTE)) == 0


@pytest.mark.parametrize("act", [take, give_back, resolve])
async def test_acts_of_staff_and_due_reminders_do_not_block_each_other(
    road: Road, act: Callable[..., Awaitable[None]]
) -> None:
    engine = RemindingEngine(does={"a person later": [remind(road)]})
    talked = await say(road, engine, "a person later")
    mara = await add_agent(road, "Mara")
    due = later(road, 2 * MINUTE)
    await asyncio.gather(*(run_timers(due) for _ in range(4)), act(road, talked, mara))
    assert await run_timers(due) == 0
