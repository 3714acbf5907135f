from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.message import Kind
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.staff_reply import staff_reply
from bot.storage.database import Connection, Database
from bot.storage.direct import _compile
from bot.storage.ledger import _LEDGER, list_ledger
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says
from tests.integration.service.people import add_agent


async def test_the_ledger_accounts_for_every_message(road: Road) -> None:
    engine = PlainEngine()
    mara = await add_agent(road, "Mara")
    for sender, words in (("a", "hello"), ("b", "quiet"), ("c", "a person please"), ("d", "person now")):
        received = await receive(road, says(words, sender=sender))
        assert received.conversation_id is not None
        await answer(road, engine, received.conversation_id)
        if sender == "c":
            await staff_reply(road, received.conversation_id, mara, "Here I am.", key="k")
    await receive(road, says("waiting", sender="e"))
    await receive(road, says("👍", sender="a", kind=Kind.REACTION))
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)  # all on one day, whenever this runs
    async with road.database.begin() as connection:
        await connection.execute(text("UPDATE message SET created_at = :noon"), {"noon": noon})
        (day,) = await list_ledger(connection, since=date(2020, 1, 1))
    assert (day.received, day.bot, day.staff, day.waiting, day.not_needed) == (5, 1, 1, 2, 1)
    assert day.adds_up
    assert day.day == noon.date()


async def fill(connection: Connection, first: datetime, step: timedelta, messages: int) -> None:
    """Write messages of one contact, `step` after `step`, each answered by the bot."""
    await connection.execute(text("INSERT INTO account (channel, name) VALUES ('rest', 'open')"))
    await connection.execute(text("INSERT INTO contact DEFAULT VALUES"))
    begun = """
        INSERT INTO conversation (account_id, key, contact_id, surface, last_message_at)
        SELECT a.id, 'k', c.id, 'direct', now() FROM account a, contact c
        """
    await connection.execute(text(begun))
    written = text(
        """
        INSERT INTO message (conversation_id, account_id, seq, author, kind, content, settled, created_at)
        SELECT c.id, c.account_id, n, CASE n % 2 WHEN 0 THEN 'bot' ELSE 'contact' END, 'text',
            jsonb_build_object('text', repeat('word ', 40)), CASE n % 2 WHEN 0 THEN NULL ELSE 'bot' END,
            CAST(:first AS timestamptz) + n * CAST(:step AS interval)
        FROM conversation c, generate_series(1, CAST(:messages AS int)) n
        """
    )
    await connection.execute(written, {"first": first, "step": step, "messages": messages})


async def test_the_ledger_of_a_day_does_not_read_the_whole_table(database: Database) -> None:
    """`/metrics` is read every few seconds: it must not cost what the years before cost."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with database.begin() as connection:
        await fill(connection, today - timedelta(days=100), timedelta(days=100) / 20_000, 20_000)
    async with database.read() as connection:
        await connection.exec_driver_sql("ANALYZE message")
        sql, _ = _compile(_LEDGER)
        await connection.exec_driver_sql(f"PREPARE ledger AS {sql}")
        plan = await connection.exec_driver_sql(f"EXPLAIN EXECUTE ledger ('{today:%Y-%m-%d}')")
        steps = "\n".join(plan.scalars())
    assert "ix_message_ledger" in steps
    assert "Seq Scan on message" not in steps


READ_IN_A_CHILD = """
import asyncio, sys
from datetime import date
from bot.storage.database import open_database
from bot.storage.ledger import list_ledger

async def main() -> None:
    database = open_database(sys.argv[1])
    async with database.read() as connection:
        for day in await list_ledger(connection, since=date(2024, 7, 1)):
            print(day.day, day.received)
    await database.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
async def test_a_day_begins_at_midnight_utc_wherever_the_process_runs(
    database: Database, database_url: str, zone: str
) -> None:
    async with database.begin() as connection:  # every half hour: four before midnight, four after
        await fill(connection, datetime(2024, 6, 30, 22, 0, tzinfo=UTC), timedelta(minutes=15), 16)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", READ_IN_A_CHILD, database_url),
        env={**os.environ, "TZ": zone, "PYTHONPATH": str(Path(__file__).parents[3])},  # noqa: TID251 - a child's
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await child.communicate()
    assert out.decode().split() == ["2024-07-01", "4"]
