"""Telegram by webhook and by polling, against the fake Bot API."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.connector import AccountConfig, ErrorClass, InboundEvent, InboundRequest, SendState
from bot.domain.message import Button, Content, Kind
from bot.errors import BadSignature, SettingsError
from connectors.telegram.connector import TelegramConnector
from tests.contracts.connectors.channel import make_reply
from tests.fakes.serving import serve
from tests.fakes.telegram import FakeTelegram, Fault, Hook, run_fake_telegram

LONG = "word " * 1500  # two messages


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with run_fake_telegram() as opened:
        yield opened


def build(fake: FakeTelegram, **options: str) -> TelegramConnector:
    config = AccountConfig(
        channel="telegram", name="main", options={"token": fake.token, "api_url": fake.url, **options}
    )
    return TelegramConnector(config, pause=timedelta(milliseconds=5))


@pytest.fixture
async def connector(fake: FakeTelegram) -> AsyncIterator[TelegramConnector]:
    opened = build(fake)
    await opened.start(None)
    yield opened
    await opened.close()


async def read(
    connector: TelegramConnector, cursor: str | None, count: int
) -> tuple[list[InboundEvent], str]:
    """Poll until `count` events are there."""
    events: list[InboundEvent] = []
    async with asyncio.timeout(20), aclosing(connector.poll(cursor)) as batches:
        async for polled in batches:
            events.extend(polled.events)
            cursor = polled.cursor
            if len(events) >= count:
                break
    assert cursor is not None
    return events, cursor


def methods(fake: FakeTelegram) -> list[str]:
    return [call.method for call in fake.transcript]


async def test_poll_goes_on_after_the_cursor(fake: FakeTelegram, connector: TelegramConnector) -> None:
    fake.say(7, "one")
    first, cursor = await read(connector, None, 1)
    fake.say(7, "two")
    second, _ = await read(connector, cursor, 1)
    assert [event.content.text for event in (*first, *second)] == ["one", "two"]


async def test_batch_that_was_not_committed_comes_again(
    fake: FakeTelegram, connector: TelegramConnector
) -> None:
    fake.say(7, "one")
    first, _ = await read(connector, None, 1)  # and the process dies before its commit
    again, _ = await read(connector, None, 1)
    assert [event.event_id for event in first] == [event.event_id for event in again]


async def test_malformed_update_does_not_lose_the_rest(
    fake: FakeTelegram, connector: TelegramConnector
) -> None:
    fake.say(7, "one")
    fake.push({"message": {"message_id": "five"}})
    fake.say(7, "two")
    events, _ = await read(connector, None, 3)
    assert [(event.kind, event.content.text) for event in events] == [
        (Kind.TEXT, "one"),
        (Kind.UNSUPPORTED, ""),
        (Kind.TEXT, "two"),
    ]


@pytest.mark.parametrize(
    "fault", [Fault.TOO_MANY, Fault.ERROR, Fault.GATEWAY, Fault.RESET, Fault.RESET_AFTER]
)
async def test_poll_survives(fake: FakeTelegram, connector: TelegramConnector, fault: Fault) -> None:
    fake.retry_after = 0
    for method in ("getMe", "getWebhookInfo", "getUpdates"):
        fake.faults[method].extend([fault, fault])
    fake.say(7, "hello")
    events, _ = await read(connector, None, 1)
    assert [event.content.text for event in events] == ["hello"]


async def test_poll_waits_while_somebody_else_reads(
    fake: FakeTelegram, connector: TelegramConnector, capsys: pytest.CaptureFixture[str]
) -> None:
    async with aclosing(connector.poll(None)) as mine:
        waiting = asyncio.ensure_future(anext(mine))
        await fake.until(lambda: "getUpdates" in methods(fake))
        fake.hook = Hook(url="https://other.example/", secret=None)
        await fake.until(lambda: 409 in [call.status for call in fake.transcript])
        assert fake.hook is not None  # it was set on purpose: we do not take it away again
        fake.hook = None
        fake.say(7, "hello")
        polled = await asyncio.wait_for(waiting, 20)
    assert [event.content.text for event in polled.events] == ["hello"]
    assert "webhook is active" in capsys.readouterr().out


async def test_refused_token_ends_polling_in_words(fake: FakeTelegram) -> None:
    connector = build(fake, token="43:AAzzzzzzzzzzzzz")
    await connector.start(None)
    with pytest.raises(SettingsError, match="token is refused"):
        await anext(connector.poll(None))
    with pytest.raises(SettingsError, match="Unauthorized"):
        await connector.start("http://127.0.0.1:1/hook")
    await connector.close()


async def test_webhook_brings_duplicates_out_of_order_and_each_is_known(fake: FakeTelegram) -> None:
    connector, events, failures = build(fake), [], [500, 503]

    async def hook(request: web.Request) -> web.Response:
        inbound = InboundRequest(
            body=await request.read(),
            headers={name.lower(): value for name, value in request.headers.items()},
            received_at=datetime.now(UTC),
        )
        connector.verify(inbound)
        if failures:
            return web.Response(status=failures.pop())
        events.extend(connector.parse(inbound))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    async with serve(app) as (address, _):
        await connector.start(f"{address}/hook")
        said = fake.say(7, "one")
        fake.edit(said, "won", at=1_750_000_100)
        fake.say(8, "two")
        statuses = await fake.deliver(copies=3, shuffle=random.Random(5))  # noqa: S311 - an order, not a secret
        await connector.close()
    assert statuses.count(200) == len(events) == 9
    assert len({(event.event_id, event.revision) for event in events}) == 3
    (target,) = {event.target_id for event in events if event.kind is Kind.EDIT}
    assert target in {event.event_id for event in events if event.kind is Kind.TEXT}


async def test_webhook_secret_comes_from_the_token_unless_given(fake: FakeTelegram) -> None:
    for options in ({}, {"secret": "my-own_secret"}):
        connector = build(fake, **options)
        await connector.start("http://127.0.0.1:1/hook")
        assert fake.hook is not None
        assert fake.hook.secret
        assert fake.hook.secret == options.get("secret", fake.hook.secret)
        assert fake.token not in fake.hook.secret
        request = InboundRequest(
            body=b"{}",
            headers={"x-telegram-bot-api-secret-token": fake.hook.secret},
            received_at=datetime.now(UTC),
        )
        connector.verify(request)
        with pytest.raises(BadSignature):
            build(fake, secret="another").verify(request)
        await connector.close()


async def test_later_part_that_fails_makes_a_partial_result_that_can_go_on(
    fake: FakeTelegram, connector: TelegramConnector
) -> None:
    fake.say(7, "hi")
    reply = make_reply("7", Content(text=LONG))
    fake.faults["sendMessage"].extend([None, Fault.TOO_MANY])
    partial = await connector.send(reply)
    assert (partial.state, len(partial.native_ids)) == (SendState.PARTIAL, 1)
    assert partial.error is not None
    assert partial.error.retry_after == timedelta(seconds=7)

    rest = await connector.send(replace(reply, delivered=partial.native_ids))
    assert (rest.state, len(rest.native_ids)) == (SendState.SENT, 2)
    assert rest.native_ids[0] == partial.native_ids[0]
    assert " ".join(sent["text"] for sent in fake.sent).split() == LONG.split()


async def test_later_part_in_doubt_makes_the_whole_doubtful(
    fake: FakeTelegram, connector: TelegramConnector
) -> None:
    fake.say(7, "hi")
    fake.faults["sendMessage"].extend([None, Fault.RESET_AFTER])
    result = await connector.send(make_reply("7", Content(text=LONG)))
    assert (result.state, len(result.native_ids)) == (SendState.UNKNOWN, 1)


async def test_gateway_leaves_it_in_doubt(fake: FakeTelegram, connector: TelegramConnector) -> None:
    fake.say(7, "hi")
    fake.faults["sendMessage"].append(Fault.GATEWAY)
    result = await connector.send(make_reply("7", Content(text="hello")))
    assert result.state is SendState.UNKNOWN


async def test_group_that_moved_is_followed(fake: FakeTelegram, connector: TelegramConnector) -> None:
    fake.say(7, "hi", chat=-100)
    fake.migrated[-5] = -100
    result = await connector.send(make_reply("-5:7", Content(text="hello")))
    assert result.state is SendState.SENT
    assert fake.sent[0]["chat"]["id"] == -100


@pytest.mark.parametrize(
    ("key", "content", "error_class"),
    [
        ("8", Content(text="hi"), ErrorClass.RECIPIENT_GONE),  # never wrote to us
        ("7", Content(text="hi", image="/etc/passwd"), ErrorClass.INVALID),
        ("7", Content(custom={"a": 1}), ErrorClass.INVALID),
        ("7", Content(), ErrorClass.INVALID),
        ("nobody", Content(text="hi"), ErrorClass.INVALID),
    ],
)
async def test_reply_that_cannot_be_sent_says_why(
    fake: FakeTelegram, connector: TelegramConnector, key: str, content: Content, error_class: ErrorClass
) -> None:
    fake.say(7, "hi")
    result = await connector.send(make_reply(key, content))
    assert result.state is SendState.REJECTED
    assert result.error is not None
    assert result.error.error_class is error_class
    assert fake.sent == []


async def test_whole_road_of_a_button(fake: FakeTelegram, connector: TelegramConnector) -> None:
    fake.say(7, "hi")
    buttons = (
        Button(title="Track it", payload="/track"),
        Button(title="Shop", payload="", url="https://s.example"),
    )
    content = Content(text="What now?", buttons=buttons, image="https://x.example/i.png")
    assert (await connector.send(make_reply("7", content))).state is SendState.SENT
    assert [sorted({"text", "photo"} & sent.keys()) for sent in fake.sent] == [["text"], ["photo"]]
    fake.press(7, fake.sent[0], "/track")
    events, _ = await read(connector, None, 2)
    pressed = events[-1]
    assert (pressed.kind, pressed.content.text) == (Kind.POSTBACK, "/track")
    assert pressed.metadata["title"] == "Track it"
    assert pressed.target_id == f"7:{fake.sent[0]['message_id']}"
    await connector.acknowledge(pressed)
    assert fake.answered == fake.pressed


async def test_typing_is_shown(fake: FakeTelegram, connector: TelegramConnector) -> None:
    fake.say(7, "hi")
    await connector.typing("7")
    call = fake.transcript[-1]
    assert (call.method, call.status, call.fields["action"]) == ("sendChatAction", 200, "typing")
