"""A process is killed after every statement of a handoff, a person's reply, a give-back, a caller's fetch.

Whoever did it and was not told that it is done does it again; another process goes on with the rest.
Nothing is lost and nothing said twice, and no promise of a person stands without its entry.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy.engine import make_url

from bot.domain.message import Author, DeliveryState, Kind, Message
from bot.storage import messages
from bot.storage.database import Database, open_database
from tests.integration.road.acts import CALLS, REMINDED, WITH_A_PERSON, Act, Stage, Told, make_stage, play
from tests.integration.road.walk import CONVERSATION, LEASE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.bus.bus import Bus
    from bot.embedded import Child

_names = itertools.count()
_nursery = multiprocessing.get_context("forkserver")  # victims start in milliseconds: the imports are done
_nursery.set_forkserver_preload(["tests.integration.road.acts"])


class Platform:
    """Shows what it is sent to the customer, repeated or not."""

    def __init__(self) -> None:
        self.url, self.shown = "", list[str]()

    async def show(self, request: web.Request) -> web.Response:
        """Take one reply."""
        self.shown.append((await request.read()).decode())
        return web.Response()


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    """A platform over HTTP."""
    opened = Platform()
    app = web.Application()
    app.router.add_post("/", opened.show)
    async with TestServer(app) as server:
        opened.url = str(server.make_url("/"))
        yield opened


@asynccontextmanager
async def fresh_database(postgres: Child, template: str) -> AsyncIterator[tuple[str, Database]]:
    """A database with a member of staff in it, for one victim."""
    name = f"kills_{next(_names)}"
    url = make_url(postgres.url).set(database=name).render_as_string(hide_password=False)
    admin, database = open_database(postgres.url), open_database(url)
    async with admin.read() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    async with database.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO staff (email, name, password_hash, roles) "
            "VALUES ('mara@lyra.example', 'Mara', '', '{agent}')"
        )
    try:
        yield url, database
    finally:
        await database.close()
        async with admin.read() as connection:
            await connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


async def kill_in(urls: tuple[str, str, str], acts: str, deadly: int, point: int) -> tuple[bool, list[Told]]:
    """Let a victim play; returns whether it was killed, and for each act it did what a caller read."""
    ours, theirs = _nursery.Pipe(duplex=False)
    victim = _nursery.Process(target=play, args=(theirs, urls, acts, deadly, point))
    await asyncio.to_thread(victim.start)
    theirs.close()
    await asyncio.to_thread(victim.join)
    assert victim.exitcode in (0, -signal.SIGKILL)
    done: list[Told] = []
    while True:
        try:
            done.append(ours.recv())
        except EOFError:
            ours.close()
            return victim.exitcode != 0, done


async def go_on(stage: Stage, acts: Sequence[Act]) -> None:
    """Do what is left, after the leases of the dead ran out."""
    await asyncio.sleep(LEASE.total_seconds() * 1.1)
    await stage.work()
    for act in acts:
        await act(stage)
    for _ in range(12):
        await stage.work()
        if await _is_quiet(stage):
            return
        await asyncio.sleep(LEASE.total_seconds() / 4)
    pytest.fail("work was left lying")


async def _is_quiet(stage: Stage) -> bool:
    return not await _ask(
        stage.road.database,
        "SELECT count(*) FROM conversation WHERE answer_due_at IS NOT NULL OR deliver_due_at IS NOT NULL",
    )


async def _ask(database: Database, query: str) -> object:
    async with database.read() as connection:
        return (await connection.exec_driver_sql(query)).scalar_one()


async def said_in(database: Database) -> list[Message]:
    """Return what stands in the conversation."""
    async with database.read() as connection:
        return await messages.list_messages(connection, CONVERSATION)


async def check_promise(database: Database) -> None:
    """No promise without an entry, no entry without telling the customer, at any moment."""
    promises = await _ask(database, "SELECT count(*) FROM message WHERE content ->> 'text' = '1: person'")
    assert promises == await _ask(database, "SELECT count(*) FROM handoff")
    assert promises == await _ask(database, "SELECT count(*) FROM timer")
    waiting = await _ask(database, "SELECT count(*) FROM conversation WHERE status IN ('queued', 'held')")
    assert waiting == await _ask(database, "SELECT count(*) FROM handoff WHERE closed_at IS NULL")


def check_delivered(said: list[Message], shown: list[str]) -> None:
    """Everything reached the customer once and in order, except one send that was under way at the death."""
    sent = [(each.content.text, each.delivery) for each in said if each.delivery]
    unknown = [text for text, state in sent if state is DeliveryState.UNKNOWN]
    assert {state for _, state in sent} <= {DeliveryState.SENT, DeliveryState.UNKNOWN}
    assert len(unknown) <= 1
    arrived = [text for text, state in sent if state is DeliveryState.SENT or text in shown]
    assert shown == arrived


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "deadly", [pytest.param(1, id="handoff"), pytest.param(2, id="reply"), pytest.param(5, id="give back")]
)
async def test_killed_after_any_statement_between_bot_and_person(
    postgres: Child, template: str, valkey: Child, bus: Bus, platform: Platform, *, deadly: int
) -> None:
    for point in itertools.count(1):
        platform.shown.clear()
        async with fresh_database(postgres, template) as (url, database):
            killed, done = await kill_in((url, valkey.url, platform.url), "person", deadly, point)
            await check_promise(database)
            await go_on(make_stage(database, bus, platform.url), WITH_A_PERSON[len(done) :])
            await check_promise(database)
            said = await said_in(database)
            assert [each.content.text for each in said if each.author is not Author.SYSTEM] == [
                "person",
                "1: person",
                "Here I am.",
                "thanks",
                "2: thanks",
            ]
            assert [each.author for each in said].count(Author.SYSTEM) == 2  # one joins, the bot is back
            assert await _ask(database, "SELECT status FROM conversation") == "bot"
            check_delivered(said, platform.shown)
        if not killed:
            assert point > 2, "the act does nothing that could be interrupted"
            return


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "deadly",
    [pytest.param(0, id="in time"), pytest.param(1, id="late"), pytest.param(2, id="with the next")],
)
async def test_killed_after_any_statement_of_a_callers_fetch(
    postgres: Child, template: str, valkey: Child, bus: Bus, *, deadly: int
) -> None:
    for point in itertools.count(1):
        async with fresh_database(postgres, template) as (url, database):
            killed, done = await kill_in((url, valkey.url, ""), "calls", deadly, point)
            stage = make_stage(database, bus, "")
            # Whose call broke off calls again, with the same key, and so do the next ones.
            await go_on(stage, CALLS[len(done) :])
            told = [*done, *stage.told]
            replies = [text for each in told for text in each.replies]
            earlier = [text for each in told for text in each.earlier]
            answers = [f"{number}: call {number}" for number in range(1, len(CALLS) + 1)]
            said = await said_in(database)
            assert [each.content.text for each in said if each.author is Author.BOT] == answers
            # Nothing is lost: each call read its own answer, the late one came with a later call.
            assert set(answers) == {*replies, *earlier}
            # As the answer to a call each was told once; again it comes only as what came earlier.
            assert len(replies) == len(set(replies))
        if not killed:
            return


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "deadly", [pytest.param(1, id="set"), pytest.param(2, id="due"), pytest.param(3, id="answered")]
)
async def test_killed_after_any_statement_of_a_reminder(
    postgres: Child, template: str, valkey: Child, bus: Bus, platform: Platform, *, deadly: int
) -> None:
    for point in itertools.count(1):
        platform.shown.clear()
        async with fresh_database(postgres, template) as (url, database):
            killed, done = await kill_in((url, valkey.url, platform.url), "reminded", deadly, point)
            await go_on(make_stage(database, bus, platform.url), REMINDED[len(done) :])
            said = await said_in(database)
            assert [each.content.text for each in said if each.author is Author.BOT] == [
                "1: remind me",
                "2: EXTERNAL: call_back",
            ]
            assert [each.kind for each in said].count(Kind.TRIGGER) == 1
            assert await _ask(database, "SELECT count(*) FROM timer") == 1
            check_delivered(said, platform.shown)
        if not killed:
            assert point > 1
            return
