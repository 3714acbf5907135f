"""A worker is killed at every commit of the road; another one goes on. One message, one answer, in order."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.message import Author, DeliveryState
from bot.embedded import Child
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage import messages, outbox, turns
from tests.fakes.engine import PlainEngine
from tests.integration.road.walk import LEASE, TEXTS, http_connector, inbound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

COMMITS = 14  # of an undisturbed walk; `test_the_walk_has_this_many_commits` holds it to that
DISPATCHED = {10, 12}  # after these commits a send is under way: whether it arrived, nobody can know


@pytest.fixture
def urls(database_url: str, valkey: Child, platform: tuple[str, list[str]]) -> tuple[str, str, str]:
    """Database, Redis, platform."""
    return database_url, valkey.url, platform[0]


@pytest.fixture
async def platform() -> AsyncIterator[tuple[str, list[str]]]:
    """A platform's address, and what it showed to the customer."""
    shown: list[str] = []

    async def show(request: web.Request) -> web.Response:
        shown.append((await request.read()).decode())
        return web.Response()

    app = web.Application()
    app.router.add_post("/", show)
    async with TestServer(app) as server:
        yield str(server.make_url("/")), shown


async def _run_victim(urls: tuple[str, str, str], point: int, when: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.road.victim",
        *(*urls, str(point), when),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def _go_on(road: Road, receiver: str, acknowledged: str) -> None:
    """Do what the platform and the rest of the service do after a death."""
    for number in range(len(TEXTS)):
        if f"ack {number}" not in acknowledged:
            await receive(road, inbound(number))  # not acknowledged: the platform sends it again
    connectors = {("webchat", "lyra"): http_connector(receiver)}
    for _ in range(12):
        await asyncio.sleep(LEASE.total_seconds() / 2)
        async with road.database.read() as connection:
            unanswered = await turns.list_unanswered(connection, grace=timedelta())
            undelivered = await outbox.list_undelivered(connection, grace=timedelta())
        for conversation_id in unanswered:
            await answer(road, PlainEngine(), conversation_id)
        for conversation_id in undelivered:
            await deliver(road, connectors, conversation_id)
        if not unanswered and not undelivered and await _is_quiet(road):
            return
    pytest.fail("work was left lying")


async def _is_quiet(road: Road) -> bool:
    async with road.database.read() as connection:
        open_work = await connection.exec_driver_sql(
            "SELECT count(*) FROM conversation WHERE answer_due_at IS NOT NULL OR deliver_due_at IS NOT NULL"
        )
        return bool(open_work.scalar_one() == 0)


async def test_the_walk_has_this_many_commits(
    urls: tuple[str, str, str], platform: tuple[str, list[str]]
) -> None:
    status, output = await _run_victim(urls, COMMITS, "before")
    assert (status, "finished" in output) == (-signal.SIGKILL, False)
    assert platform[1] == ["1: first", "2: second"]
    status, output = await _run_victim(urls, COMMITS + 1, "before")
    assert (status, "finished" in output) == (0, True)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", range(1, COMMITS + 1))
async def test_killed_at_a_commit(
    urls: tuple[str, str, str],
    platform: tuple[str, list[str]],
    road: Road,
    *,
    point: int,
    when: str,
) -> None:
    receiver, shown = platform
    status, acknowledged = await _run_victim(urls, point, when)
    assert status == -signal.SIGKILL
    await _go_on(replace(road, lease=LEASE), receiver, acknowledged)
    async with road.database.read() as connection:
        # A rolled-back birth leaves a gap in the ids.
        found = await connection.exec_driver_sql("SELECT id FROM conversation")
        stored = await messages.list_messages(connection, found.scalar_one())
    said = [message.content.text for message in stored if message.author is Author.CONTACT]
    replies = [message for message in stored if message.author is Author.BOT]
    assert said == ["first", "second"]
    answers = [reply.content.text for reply in replies]
    assert answers in (["1: first", "2: second"], ["1: first\nsecond"])
    states = {reply.content.text: reply.delivery for reply in replies}
    if when == "after" and point in DISPATCHED:
        # The courier died with the send under way: not repeated, shown to staff as unknown.
        assert list(states.values()).count(DeliveryState.UNKNOWN) == 1
        assert len(shown) == len(set(shown))
        assert all(text in shown for text, state in states.items() if state is DeliveryState.SENT)
    elif DeliveryState.UNKNOWN in states.values():
        assert point - 1 in DISPATCHED  # it died before it could write down that the send went through
        assert shown == answers
    else:
        assert shown == answers
        assert set(states.values()) == {DeliveryState.SENT}
