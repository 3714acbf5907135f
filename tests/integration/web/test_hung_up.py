"""Callers of the REST API that do not wait for their answer."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from tests.fakes.whole_app import whole_service

if TYPE_CHECKING:
    from bot.service.road import Road

PROJECT = Path(__file__).resolve().parents[3]
PATH = "/webhooks/rest/webhook"


async def hang_up(road: Road, url: str, message: str) -> None:
    """Send a message and close the connection when it is stored, before it is answered."""
    address = urlsplit(url)
    body = json.dumps({"sender": "ann", "message": message}).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(head + body)
    await writer.drain()
    await until(road, "SELECT count(*) FROM message")
    writer.close()


async def until(road: Road, count: str) -> None:
    """Return when there is one."""
    async with asyncio.timeout(20):
        while await ask_database(road, count) == 0:  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.02)


async def ask_database(road: Road, count: str) -> object:
    async with road.database.read() as connection:
        return (await connection.exec_driver_sql(count)).scalar_one()


async def test_what_a_caller_did_not_wait_for_comes_with_the_next_call_once(road: Road) -> None:
    async with whole_service(road, PROJECT) as (url, _), aiohttp.ClientSession() as http:

        async def ask(message: str) -> list[str]:
            async with http.post(f"{url}{PATH}", json={"sender": "ann", "message": message}) as response:
                return [item["text"] for item in await response.json()]

        await hang_up(road, url, "slow question")
        # It is answered after half a second, and nobody reads that.
        await until(road, "SELECT count(*) FROM outbox WHERE error_class = 'hung_up'")
        assert await ask("hello") == ["1: slow question", "2: hello"]
        assert await ask("again") == ["3: again"]
