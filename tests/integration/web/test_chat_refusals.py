"""The chat's door: who is let in, and what becomes of frames that make no sense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from bot.service import read_as_customer
from bot.web.chat import MAX_TABS
from bot.web.chat_hello import BAD_TOKEN
from bot.web.chat_socket import MESSAGES
from bot.web.visitors import LIFETIME, make_token
from tests.fakes.chat_service import KEY, PARTNER, make_chat_app
from tests.fakes.serving import serve
from tests.fakes.visitor import Browser

if TYPE_CHECKING:
    from bot.service.road import Road

NOW = datetime.now(UTC)
BAD_TOKENS = {
    "empty": "",
    "no token": "hello",
    "another key": make_token(b"x" * 32, "lyra", now=NOW),
    "another account": make_token(KEY, "vega", now=NOW),
    "expired": make_token(KEY, "lyra", now=NOW - LIFETIME - timedelta(hours=1)),
    "no ascii": "vïsitor.1.ä",
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
async def test_a_token_that_is_not_ours_is_refused(browser: Browser, token: str) -> None:
    async with browser.connect() as line:
        await line.send(type="hello", token=token, after=0)
        assert (await line.hear("error"))["code"] == "bad_signature"
        assert await line.hear_close() == BAD_TOKEN


async def test_a_token_past_half_its_life_is_renewed_for_the_same_visitor(browser: Browser) -> None:
    old = make_token(KEY, "lyra", now=NOW - LIFETIME * 0.6)
    async with browser.enter(old) as (_, welcome):
        assert welcome["token"].partition(".")[0] == old.partition(".")[0]
    async with browser.enter(welcome["token"]) as (_, welcome):
        assert welcome["token"] is None


@pytest.mark.parametrize(
    "hello",
    ['{"type":"message","id":"1","text":"hi"}', "hello", '{"type":"hello","token":"x","after":"1"}', "[]"],
)
async def test_a_socket_that_does_not_begin_with_hello_is_closed(browser: Browser, hello: str) -> None:
    async with browser.connect() as line:
        await line.socket.send_str(hello)
        assert (await line.hear("error"))["code"] == "bad_payload"
        assert await line.hear_close() == 1008


BAD_FRAMES = {
    "not json": "hello",
    "a list": "[1]",
    "no type": "{}",
    "unknown type": '{"type":"dance"}',
    "a type that is no text": '{"type":["message"]}',
    "no text": '{"type":"message","id":"1"}',
    "empty text": '{"type":"message","id":"1","text":""}',
    "wrong text": '{"type":"message","id":"1","text":7}',
    "null byte": '{"type":"message","id":"1","text":"a\\u0000b"}',
    "half a character": '{"type":"message","id":"1","text":"\\ud83d"}',
    "wrong id": '{"type":"message","id":{"a":1},"text":"hi"}',
    "too long": '{"type":"message","id":"1","text":"' + "x" * 100_000 + '"}',
    "wrong read": '{"type":"read","message_id":-1}',
    "true is no id": '{"type":"history","before":true}',
    "not a number": '{"type":"history","before":NaN}',
    "deep": '{"type":' + "[" * 500 + "]" * 500 + "}",
    "hello again": '{"type":"hello","token":"x","after":0}',
}


@pytest.mark.parametrize("frame", BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
async def test_a_frame_that_makes_no_sense_is_refused_and_disturbs_nothing(
    road: Road, browser: Browser, frame: str
) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        await line.socket.send_str(frame)
        error = await line.hear("error")
        assert error["code"] == "bad_payload"
        assert error["text"]
        assert await read_as_customer.find_conversation(road, "lyra", token.partition(".")[0]) is None
        assert (await line.say("still here"))["message_id"] > 0


async def test_bytes_are_refused(browser: Browser) -> None:
    async with browser.enter(await browser.get_token()) as (line, _):
        await line.socket.send_bytes(b"\x00\xff")
        assert (await line.hear("error"))["code"] == "bad_payload"
        assert (await line.say("still here"))["message_id"] > 0


async def test_who_writes_too_fast_is_asked_to_wait_and_loses_nothing(road: Road, browser: Browser) -> None:
    token = await browser.get_token()
    async with browser.enter(token) as (line, _):
        for number in range(MESSAGES * 2):
            await line.send(type="message", id=f"c{number}", text="hi")
        error = await line.hear("error")
        assert (error["code"], error["text"] != "") == ("slow_down", True)
        assert 0 < error["retry_after"] <= 10
        await line.send(type="ping")
        await line.hear("pong")
        acknowledged = [frame["id"] for frame in line.skipped if frame["type"] == "ack"]
        assert error["id"] not in acknowledged
        assert MESSAGES <= len(acknowledged) < MESSAGES * 2
    conversation_id = await read_as_customer.find_conversation(road, "lyra", token.partition(".")[0])
    assert conversation_id is not None
    page = await read_as_customer.read_before(road, conversation_id)
    assert [message.metadata["client_id"] for message in page.messages] == acknowledged


async def test_a_visitor_has_a_bounded_number_of_windows(browser: Browser) -> None:
    token = await browser.get_token()
    lines = [await browser.http.ws_connect(f"{browser.url}/ws") for _ in range(MAX_TABS + 1)]
    for line in lines:
        await line.send_json({"type": "hello", "token": token, "after": 0})
    answers = [await line.receive(timeout=20) for line in lines]
    refused = [answer for answer in answers if answer.data == 1013]
    assert len(refused) == 1
    for line in lines:
        await line.close()


async def test_other_sites_need_to_be_listed(service: str) -> None:
    async with ClientSession(headers={"Origin": "https://elsewhere.example"}) as http:
        async with http.post(f"{service}/chat/lyra/session") as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers
        with pytest.raises(WSServerHandshakeError, match="403"):
            await http.ws_connect(f"{service}/chat/lyra/ws")
        async with http.post(f"{service}/chat/vega/session") as response:
            assert response.status == 200  # vega lists them all


@pytest.mark.parametrize("origin", [PARTNER, None])
async def test_listed_sites_and_our_own_pages_get_a_token(service: str, origin: str | None) -> None:
    own = origin or service
    async with (
        ClientSession(headers={"Origin": own}) as http,
        http.post(f"{service}/chat/lyra/session") as response,
    ):
        assert response.status == 200
        assert response.headers["Access-Control-Allow-Origin"] == own
        assert response.headers["Vary"] == "Origin"


async def test_an_unknown_account_is_not_here(service: str) -> None:
    async with ClientSession() as http:
        async with http.post(f"{service}/chat/nobody/session") as response:
            assert response.status == 404
        async with http.get(f"{service}/chat/nobody/ws") as response:
            assert response.status == 404
        async with http.get(f"{service}/chat/nobody") as response:
            assert response.status == 404


async def test_a_service_that_stops_says_goodbye(road: Road) -> None:
    async with ClientSession() as http:
        async with serve(make_chat_app(road)) as (url, _):
            browser = Browser(http=http, url=f"{url}/chat/lyra")
            socket = await http.ws_connect(f"{browser.url}/ws")
            await socket.send_json({"type": "hello", "token": await browser.get_token(), "after": 0})
            await socket.receive_json(timeout=20)
        assert (await socket.receive(timeout=20)).data == 1012


async def test_the_pages_go_out_with_a_policy_that_needs_nothing_inline(service: str) -> None:
    async with ClientSession() as http:
        async with http.get(f"{service}/chat") as response:
            page = await response.text()
            assert response.url.path == "/chat/lyra"
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert "<style" not in page
        assert " style=" not in page
        async with http.get(f"{service}/chat/vega") as response:
            assert "vega" in await response.text()
        async with http.get(f"{service}/widget.js") as response:
            assert response.headers["Content-Type"].startswith("text/javascript")
            assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
