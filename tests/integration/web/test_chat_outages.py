"""What becomes of open chats when something breaks: they are told to come back, never left mute."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSCloseCode, web
from typing_extensions import override

from bot.storage.database import open_database
from bot.storage.files import FileStore
from bot.web import chat
from bot.web.keys import CONNECTORS
from connectors.webchat.connector import WebchatConnector
from tests.fakes.chat_service import PARTNER, make_chat_app
from tests.fakes.serving import serve
from tests.fakes.visitor import Browser

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.service.road import Road


class Stumbling(WebchatConnector):
    """Cannot render: a defect of ours, met while telling."""

    @override
    def render(self, message: Message, recipient_id: str) -> tuple[JsonObject, ...]:
        raise ValueError("a defect")


async def enter(http: ClientSession, url: str) -> ClientWebSocketResponse:
    browser = Browser(http=http, url=f"{url}/chat/lyra")
    socket = await http.ws_connect(f"{browser.url}/ws")
    await socket.send_json({"type": "hello", "token": await browser.get_token(), "after": 0})
    await socket.receive_json(timeout=20)
    return socket


class Asleep(web.WebSocketResponse):
    """A phone that sleeps: its buffers are full, so a good-bye cannot even be written."""

    asked = 0

    @override
    async def close(self, *, code: int = 1000, message: bytes = b"", drain: bool = True) -> bool:
        self.asked += 1
        await asyncio.sleep(3600)
        return True


async def test_a_restart_does_not_wait_for_phones_that_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "GOODBYE", 0.1)
    sockets, sleeping = chat.Sockets(), [Asleep() for _ in range(5)]
    with ExitStack() as stack:
        for number, each in enumerate(sleeping):
            stack.enter_context(sockets.hold(f"visitor {number}", each))
        async with asyncio.timeout(20):
            await sockets.close()
    assert [each.asked for each in sleeping] == [1] * 5


async def test_a_restart_says_goodbye_to_everybody(road: Road) -> None:
    async with ClientSession() as http:
        async with asyncio.timeout(30), serve(make_chat_app(road)) as (url, _):
            opened = [await enter(http, url) for _ in range(5)]
        assert [(await socket.receive(timeout=20)).data for socket in opened] == [1012] * 5


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


async def test_page_of_another_site_can_read_that_a_file_could_not_be_kept(
    road: Road, tmp_path: Path
) -> None:
    (tmp_path / "full").write_text("no folder: nothing can be kept here")
    app = make_chat_app(road, FileStore(tmp_path / "full"))
    async with ClientSession() as http, serve(app) as (url, _):
        browser = Browser(http=http, url=f"{url}/chat/lyra")
        headers = {"Authorization": f"Bearer {await browser.get_token()}", "Origin": PARTNER}
        async with http.post(f"{browser.url}/files", data=b"Dear all", headers=headers) as answer:
            said = await answer.json()
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (503, PARTNER)
            assert said["text"].startswith("Our storage does not answer. Nothing is lost")
