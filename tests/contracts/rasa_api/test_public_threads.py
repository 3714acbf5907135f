"""Calls on a conversation that everybody reads: what the bot says by them goes by its own rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.rasa_format.project import load_project
from bot.service.answer import answer
from bot.service.receive import receive
from bot.storage import cases
from bot.web.keys import SERVING
from tests.contracts.rasa_api.conftest import PROJECT, Api
from tests.conversations.talk import Words, build_engine
from tests.fakes.engine import PlainEngine
from tests.fakes.whole_app import whole_service
from tests.integration.service.cases import MOVED, account, posts, writes

if TYPE_CHECKING:
    from bot.service.road import Road

THERE = "channel=webchat&account=lyra&output_channel=latest"
SAID = "SELECT content ? 'private', content->>'text' FROM message WHERE author = 'bot' ORDER BY id"


@pytest.fixture
async def api(road: Road) -> AsyncIterator[Api]:
    """The API of a brand whose public posts can be answered in private."""
    connector = account()
    road = replace(road, passages={(connector.channel, connector.account.name): connector})
    engine = build_engine(load_project(PROJECT, {}).dialogue, words=Words({}))
    async with whole_service(road, PROJECT) as (url, app), aiohttp.ClientSession() as http:
        await app[SERVING].switch(engine, digest="0123456789abcdef" * 4)
        yield Api(url=url, app=app, http=http, road=road)


async def begin(api: Api) -> int:
    """Let Ann post, and the bot answer her in public; returns the thread."""
    conversation_id = (await receive(api.road, posts("hello"))).conversation_id
    assert conversation_id is not None
    await answer(api.road, PlainEngine(), conversation_id)
    return conversation_id


@pytest.mark.parametrize(
    ("call", "body"), [("trigger_intent", {"name": "order"}), ("execute", {"name": "order_form"})]
)
async def test_question_for_details_that_a_program_sets_off_is_asked_alone(
    api: Api, call: str, body: dict[str, Any]
) -> None:
    public_id = await begin(api)
    told = await api.post(f"/conversations/1:ann/{call}?{THERE}", body)
    assert told.status == 200
    assert told.body["tracker"]["active_loop"]["name"] == "order_form"
    *_, asked, word = await api.rows(SAID)
    assert (asked[0], word) == (True, (False, MOVED))
    async with api.road.database.read() as connection:
        link = await cases.find_open(connection, public_id)
    assert link is not None
    assert await api.rows(f"SELECT event_id FROM message WHERE id = {link.began_id}") == [("post-1",)]
    private = await receive(api.road, writes("here I am"))
    assert await api.rows("SELECT private_id FROM thread_link") == [(private.conversation_id,)]


async def test_replies_that_the_caller_reads_are_its_own(api: Api) -> None:
    await begin(api)
    told = await api.post(
        "/conversations/1:ann/trigger_intent?channel=webchat&account=lyra", {"name": "order"}
    )
    assert len(told.body["messages"]) > 0
    assert await api.rows("SELECT count(*) FROM thread_link") == [(0,)]
    assert not any(private for private, _ in await api.rows(SAID))


async def test_what_needs_no_details_stays_in_public(api: Api) -> None:
    await begin(api)
    await api.post(f"/conversations/1:ann/trigger_intent?{THERE}", {"name": "bye"})
    assert {private for private, _ in await api.rows(SAID)} == {False}
    assert await api.rows("SELECT count(*) FROM thread_link") == [(0,)]
