"""Slack over the whole road: signed events in, answers in the workspace, retries, buttons, a restart."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from bot.connector import AccountConfig
from connectors.slack.connector import SlackConnector
from tests.contracts.connectors.slack_frames import (
    ROOM,
    changed,
    direct,
    envelope,
    make_ts,
    mention,
    pressed,
    reacted,
    said_in_room,
)
from tests.fakes.slack import BOT_USER, SIGNING_SECRET, TOKEN, FakeSlack, run_fake_slack, sign_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.connectors.conftest import Open


def build(fake: FakeSlack) -> SlackConnector:
    fake.channels |= {"DU7", "DU8", ROOM}
    known = {"token": TOKEN, "signing_secret": SIGNING_SECRET, "api_url": fake.url}
    return SlackConnector(AccountConfig(channel="slack", name="main", options=known))


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.02)


def texts(fake: FakeSlack, channel: str) -> list[str]:
    return [sent["text"] for sent in fake.sent if sent["channel"] == channel]


async def test_people_are_answered_once_however_often_slack_tries(open_account: Open) -> None:
    async with run_fake_slack() as fake, open_account(build(fake)) as fake.hook_url:
        events = [
            envelope(direct("hello"), mark="Ev1"),
            envelope(direct("hi", sender="U8"), mark="Ev2"),
            envelope(mention("where is it?"), mark="Ev3"),
            envelope(said_in_room(f"<@{BOT_USER}> where is it?"), mark="Ev4"),  # the same, told twice
            envelope(said_in_room("nice weather", number=5), mark="Ev5"),
            envelope(changed(direct("hello"), "hello!"), mark="Ev6"),
            envelope(reacted(direct("hello")), mark="Ev7"),
        ]
        assert set(await fake.deliver(*events, copies=3, seed=2)) == {200}
        await until(lambda: len(fake.sent) == 3)
        await asyncio.sleep(0.2)
        assert [texts(fake, where) for where in ("DU7", "DU8")] == [["1: hello"], ["1: hi"]]
        assert [(sent["text"], sent["thread_ts"]) for sent in fake.sent if sent["channel"] == ROOM] == [
            ("1: where is it?", make_ts(1))
        ]


async def test_talk_in_a_thread_goes_on_after_a_restart(open_account: Open) -> None:
    async with run_fake_slack() as fake:
        async with open_account(build(fake)) as fake.hook_url:
            await fake.deliver(envelope(mention("where is it?"), mark="Ev1"))
            await until(lambda: len(fake.sent) == 1)
        text = f"<@{BOT_USER}> where is it?"
        fake.said.append({"channel": ROOM, "thread_ts": make_ts(1), "user": "U7", "text": text})
        async with open_account(build(fake)) as fake.hook_url:
            more = {"thread_ts": make_ts(1), "parent_user_id": "U7"}
            answers = [
                said_in_room("12345", number=n, sender=who, **more) for n, who in ((2, "U7"), (3, "U8"))
            ]
            await fake.deliver(*(envelope(each, mark=f"Ev{each['user']}") for each in answers), copies=2)
            await until(lambda: len(fake.sent) == 2)
            await asyncio.sleep(0.2)
            assert texts(fake, ROOM) == ["1: where is it?", "2: 12345"]


async def test_pressed_button_is_answered_with_nothing_and_then_with_a_message(open_account: Open) -> None:
    async with run_fake_slack() as fake, open_account(build(fake)) as fake.hook_url:
        await fake.deliver(envelope(direct("hello")))
        await until(lambda: len(fake.sent) == 1)
        for _ in range(2):
            assert await fake.press(pressed("DU7", fake.sent[0]["ts"])) == (200, "")
        await until(lambda: len(fake.sent) == 2 and len(fake.updated) > 0)
        assert texts(fake, "DU7") == ["1: hello", "2: /track"]


async def test_slack_is_answered_at_once_where_it_asks_and_only_if_it_is_slack(open_account: Open) -> None:
    async with run_fake_slack() as fake, open_account(build(fake)) as hook, aiohttp.ClientSession() as http:
        body, headers = sign_body(b'{"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"}')
        async with http.post(hook, data=body, headers=headers) as answer:
            assert (answer.status, await answer.text()) == (200, "3eZbrw1aB")
        body, headers = sign_body(b"command=%2Forder&text=12&user_id=U7")
        async with http.post(hook, data=body, headers=headers) as answer:
            assert (await answer.json())["response_type"] == "ephemeral"
        async with http.post(hook, data=body + b"&x=y", headers=headers) as answer:
            assert answer.status == 401
