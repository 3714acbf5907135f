"""What becomes of open chats when something breaks: they are told to come back, never left mute."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSCloseCode
from typing_extensions import override

from bot.storage.database import open_database
from bot.web import chat
from bot.web.keys import CONNECTORS
from connectors.webchat.connector import WebchatConnector
from tests.fakes.chat_service import make_chat_app
from tests.fakes.serving import serve
from tests.fakes.visitor import Browser

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.service.road import Road

SLEEPING = 5


class Stumbling(WebchatConnector):
    """Cannot render: a defect of ours, met while telling."""

    @override
    def render(self, message: Message, recipient_id: str) -> tuple[JsonObject, ...]:
        raise ValueError("a defect")


async def enter(http: ClientSession, url: str) -> ClientWebSocketResponse:
    browser = Browser(http=http, url=f"{url}/chat/lyra")
    socket = await http.ws_connect(f"{browser.url}/ws")
    await socket.send_json({"type": "hello", "token": await browser.get_token(), "after": 0})
    await socket.receive_json(timeout=5)
    return socket


async def test_a_restart_does_not_wait_for_phones_that_sleep(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody of them answers the good-bye: one after the other that took ten seconds each."""
    monkeypatch.setattr(chat, "GOODBYE", 0.5)
    async with ClientSession() as http:
        async with asyncio.timeout(8), serve(make_chat_app(road)) as (url, _):
            sockets = [await enter(http, url) for _ in range(SLEEPING)]
        assert [(await socket.receive(timeout=5)).data for socket in sockets] == [1012] * SLEEPING


async def test_a_chat_without_a_database_is_asked_to_come_back(road: Road) -> None:
    away = open_database("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        async with (
            ClientSession() as http,
            serve(make_chat_app(replace(road, database=away))) as (url, _),
        ):
            browser = Browser(http=http, url=f"{url}/chat/lyra")
            token = await browser.get_token()
            async with browser.connect() as line:
                await line.send(type="hello", token=token, after=0)
                assert await line.hear_close() == WSCloseCode.TRY_AGAIN_LATER
    finally:
        await away.close()


async def test_a_socket_that_can_tell_nothing_more_is_closed(road: Road) -> None:
    app = make_chat_app(road)
    known = app[CONNECTORS]
    lyra = known["webchat", "lyra"]
    app[CONNECTORS] = {**known, ("webchat", "lyra"): Stumbling(lyra.account)}
    async with ClientSession() as http, serve(app) as (url, _):
        browser = Browser(http=http, url=f"{url}/chat/lyra")
        token = await browser.get_token()
        async with browser.enter(token) as (line, _):
            await line.send(type="message", id="c1", text="hello")
            assert await line.hear_close() == WSCloseCode.INTERNAL_ERROR
