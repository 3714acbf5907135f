"""When accounts were last heard of is written down seldom, and costs no message a statement."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from bot.bootstrap.channel_signs import remember_hooks
from bot.connector import AccountConfig, Connector
from bot.errors import StorageUnavailable
from bot.service import signs as service_signs
from bot.service.signs import run_signs, write_down
from bot.settings import load_settings
from bot.storage.database import open_database
from bot.storage.signs import MOST_ADDRESSES, Signs, list_signs
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, PUBLIC_URL, ROAD
from connectors.sms.connector import SmsConnector
from connectors.telegram.connector import TelegramConnector
from tests.fakes.serving import serve
from tests.fakes.twilio import ACCOUNT_SID, NUMBER, TOKEN

if TYPE_CHECKING:
    from bot.service.road import Road

SECRET = "nobody-but-telegram-knows"
KEY = ("telegram", "shop")
UPDATE = {
    "update_id": 1,
    "message": {
        "message_id": 5,
        "date": 1_800_000_000,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ann"},
        "text": "hello",
    },
}


def make_telegram() -> TelegramConnector:
    options = {"token": "123456:AbCdEfGhIjKl", "secret": SECRET}
    return TelegramConnector(AccountConfig(channel=KEY[0], name=KEY[1], options=options))


async def read(road: Road, key: tuple[str, str] = KEY) -> Signs:
    async with road.database.read() as connection:
        return (await list_signs(connection)).get(key, Signs())


async def post(road: Road, *secrets: str) -> list[int]:
    """Post an update with each of these secrets."""
    app = web.Application()
    answer_errors_in(app)
    app[ROAD], app[CONNECTORS], app[PUBLIC_URL] = road, {KEY: make_telegram()}, None
    hooks.add_hook_routes(app)
    told = []
    async with serve(app) as (url, _), aiohttp.ClientSession() as http:
        for secret in secrets:
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "content-type": "application/json"}
            address = f"{url}/webhooks/telegram/shop"
            async with http.post(address, data=json.dumps(UPDATE), headers=headers) as answer:
                told.append(answer.status)
    return told


async def test_what_came_in_and_what_was_refused_is_told_with_why(road: Road) -> None:
    before = datetime.now(UTC)
    assert await post(road, "wrong", "wrong", SECRET, "wrong") == [401, 401, 200, 401]
    assert await read(road) == Signs(spoke=True)  # nothing is written on a message's way
    await write_down(road)
    found = await read(road)
    assert found.heard_at is not None
    assert found.refused_at is not None
    assert before <= found.heard_at <= found.refused_at
    assert found.refusals == 3
    assert found.refused_why is not None
    assert "secret token" in found.refused_why


async def test_refusals_are_counted_from_the_last_that_was_taken(road: Road) -> None:
    now = datetime.now(UTC)
    for seconds, refused in ((0, 5), (1, 4)):
        for _ in range(refused):
            road.listening.refuse(*KEY, now + timedelta(seconds=seconds), "wrong")
        await write_down(road)
    assert (await read(road)).refusals == 9
    road.listening.hear(*KEY, now + timedelta(seconds=2))
    await write_down(road)
    road.listening.refuse(*KEY, now + timedelta(seconds=3), "wrong")
    await write_down(road)
    found = await read(road)
    assert found.refusals == 1
    assert found.heard_at == now + timedelta(seconds=2)


async def test_what_cannot_be_written_down_is_written_later(road: Road) -> None:
    away = open_database("postgresql://nobody@127.0.0.1:1/nothing")
    now = datetime.now(UTC)
    road.listening.hear(*KEY, now)
    road.listening.refuse("slack", "main", now, "wrong")
    try:
        with pytest.raises(StorageUnavailable):
            await write_down(replace(road, database=away))
    finally:
        await away.close()
    await write_down(road)
    assert (await read(road)).heard_at == now
    assert (await read(road, ("slack", "main"))).refusals == 1


async def test_what_is_heard_is_written_now_and_then_and_a_process_that_ends_writes_down_what_it_heard(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    road.listening.hear(*KEY, now)
    monkeypatch.setattr(service_signs, "EVERY", 0.01)
    running = asyncio.create_task(run_signs(road))
    async with asyncio.timeout(20):
        while (await read(road)).heard_at != now:  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    monkeypatch.setattr(service_signs, "EVERY", 3600.0)
    running = asyncio.create_task(run_signs(road))
    await asyncio.sleep(0)  # it sleeps now
    road.listening.hear(*KEY, now + timedelta(seconds=1))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await read(road)).heard_at == now + timedelta(seconds=1)


async def test_where_platforms_are_told_to_call_is_remembered(road: Road) -> None:
    key = ("sms", "main")
    options = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "from": NUMBER}
    sms = SmsConnector(AccountConfig(channel="sms", name="main", options=options))
    connectors: dict[tuple[str, str], Connector] = {key: sms}
    for number in (*range(2 * MOST_ADDRESSES), MOST_ADDRESSES + 1):
        settings = load_settings(public_url=f"https://host{number}.example/")
        await remember_hooks(road.database, settings, connectors)
    found = (await read(road, key)).hook_urls
    assert len(found) == MOST_ADDRESSES
    assert found[-1] == f"https://host{MOST_ADDRESSES + 1}.example/webhooks/sms/main"
    assert len(set(found)) == MOST_ADDRESSES
    await remember_hooks(road.database, load_settings(public_url=None), connectors)
    assert (await read(road, key)).hook_urls == found
    assert sms.webhook.earlier == found
