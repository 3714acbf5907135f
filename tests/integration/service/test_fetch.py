"""Callers who fetch their answers: each reads its own, and what came too late with the next call."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.connector import Delivery
from bot.domain.pipeline import DeskSpec
from bot.embedded import start_postgres
from bot.service.answer import answer
from bot.service.fetch import FetchLog, fetch
from bot.service.receive import Received, receive
from bot.service.road import Road
from bot.service.run_timers import run_timers
from bot.storage.database import Database, open_database
from bot.storage.pulled import Pulled
from bot.storage.schema import upgrade_schema
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from pathlib import Path

    from bot.bus.bus import Bus

PATIENCE = timedelta(seconds=0.2)
LONG = timedelta(minutes=1)  # no answer comes too late for it


async def call(road: Road, text: str, event_id: str) -> Received:
    """Take a message as a REST call does."""
    return await receive(
        road, says(text, channel="rest", event_id=event_id, reply_context={"delivery": Delivery.PULL.value})
    )


async def wait_for_answer(road: Road, received: Received, *, limit: timedelta = PATIENCE) -> Pulled:
    return await fetch(road, received, limit=limit)


async def answer_now(road: Road, received: Received) -> None:
    assert received.conversation_id is not None
    await answer(road, PlainEngine(), received.conversation_id)


def words(pulled: Pulled) -> tuple[list[str], list[str]]:
    """Return what is new to the caller: (what came too late for an earlier call, its own answer)."""
    return [each.content.text for each in pulled.earlier], [each.content.text for each in pulled.replies]


async def test_an_answer_that_came_too_late_comes_with_the_next_call_and_only_once(road: Road) -> None:
    log = FetchLog(road)
    first = await call(road, "one", "1")
    assert words(await wait_for_answer(road, first)) == ([], [])
    await answer_now(road, first)
    second = await call(road, "two", "2")
    await answer_now(road, second)
    late = await wait_for_answer(road, second)
    assert words(late) == (["1: one"], ["2: two"])
    log.add([message.id for message in (*late.earlier, *late.replies)])
    await log.close()
    third = await call(road, "three", "3")
    await answer_now(road, third)
    assert words(await wait_for_answer(road, third)) == ([], ["3: three"])


async def test_what_a_reminder_made_the_bot_say_comes_with_the_next_call_and_only_once(road: Road) -> None:
    log = FetchLog(road)
    first = await call(road, "remind me", "1")
    await answer_now(road, first)
    log.add([message.id for message in (await wait_for_answer(road, first, limit=LONG)).replies])
    await run_timers(replace(road, now=lambda: road.now() + timedelta(minutes=2)))
    await answer_now(road, first)
    second = await call(road, "two", "2")
    await answer_now(road, second)
    told = await wait_for_answer(road, second, limit=LONG)
    assert words(told) == (["2: EXTERNAL: call_back"], ["3: two"])
    log.add([message.id for message in (*told.earlier, *told.replies)])
    await log.close()
    third = await call(road, "three", "3")
    await answer_now(road, third)
    assert words(await wait_for_answer(road, third)) == ([], ["4: three"])


async def test_a_late_answer_is_not_told_again_before_it_is_written_down(road: Road) -> None:
    log = FetchLog(road)
    first = await call(road, "one", "1")
    await wait_for_answer(road, first)
    await answer_now(road, first)
    repeated = await wait_for_answer(road, first)  # the caller tries again, with the same key
    log.add([message.id for message in repeated.replies])
    second = await call(road, "two", "2")
    await answer_now(road, second)
    assert words(log.without_told(await wait_for_answer(road, second))) == ([], ["2: two"])
    await log.close()


async def test_calls_side_by_side_read_their_own_answers_only(road: Road) -> None:
    first, second = await call(road, "one", "1"), await call(road, "two", "2")
    await answer_now(road, first)
    await answer_now(road, second)
    assert words(await wait_for_answer(road, second, limit=LONG)) == ([], ["2: two"])
    assert words(await wait_for_answer(road, first, limit=LONG)) == ([], ["1: one"])


async def test_what_was_read_is_written_down_once_the_database_is_back(tmp_path: Path, bus: Bus) -> None:
    postgres = start_postgres(tmp_path)
    database = open_database(postgres.url)
    road = Road(database=database, bus=bus, now=lambda: datetime.now(UTC), desk=DeskSpec())
    log = FetchLog(road)
    try:
        await upgrade_schema(database)
        received = await call(road, "one", "1")
        await answer_now(road, received)
        pulled = await wait_for_answer(road, received)
        postgres.stop()
        log.add([message.id for message in pulled.replies])
        await asyncio.sleep(0.3)
        postgres = start_postgres(tmp_path, port=postgres.port)
        async with asyncio.timeout(20):
            while await get_states(database) != ["sent"]:  # noqa: ASYNC110 - a test's patience
                await asyncio.sleep(0.05)
    finally:
        await log.close()
        await database.close()
        postgres.stop()


async def get_states(database: Database) -> list[str]:
    """Return what became of the replies."""
    async with database.direct() as connection:  # it drops connections that died with the server
        return [row.state for row in (await connection.execute(text("SELECT state FROM outbox"), {})).all()]
