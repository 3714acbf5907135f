"""Telegram knows one address of a bot: nobody loses theirs unasked, and whoever does notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest

from bot.connector import AccountConfig
from bot.errors import SettingsError
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.webhook import find_recent_error, show
from tests.fakes.telegram import FakeTelegram, Fault, Hook, run_fake_telegram

OURS = "http://127.0.0.1:1/hook"
THEIRS = "https://production.example/webhooks/telegram/secret-path"
LOOK = timedelta(milliseconds=1)  # first pause; looked at every 60 of them


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with run_fake_telegram() as opened:
        yield opened


@asynccontextmanager
async def started(
    fake: FakeTelegram, hook_url: str | None = OURS, **options: str
) -> AsyncIterator[TelegramConnector]:
    config = AccountConfig(
        channel="telegram", name="main", options={"token": fake.token, "api_url": fake.url, **options}
    )
    connector = TelegramConnector(config, pause=LOOK)
    try:
        await connector.start(hook_url)
        yield connector
    finally:
        await connector.close()


def methods(fake: FakeTelegram) -> list[str]:
    return [call.method for call in fake.transcript]


async def set_theirs(fake: FakeTelegram) -> None:
    """Let somebody else have set the webhook."""
    fake.hook = Hook(url=THEIRS, secret=None)


async def registered(fake: FakeTelegram) -> None:
    """Wait until a webhook is set."""
    await fake.until(lambda: fake.hook is not None)


async def looks(fake: FakeTelegram, times: int) -> None:
    """Wait until the webhook was looked at so many times more."""
    wanted = methods(fake).count("getWebhookInfo") + times
    await fake.until(lambda: methods(fake).count("getWebhookInfo") >= wanted)


async def test_polling_leaves_somebodys_webhook_alone_and_says_why(
    fake: FakeTelegram, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody tries this on a laptop with the token of production: production goes on."""
    fake.hook = Hook(url=THEIRS, secret=None)
    fake.say(7, "hello")
    async with started(fake, None) as connector, aclosing(connector.poll(None)) as mine:
        waiting = asyncio.ensure_future(anext(mine))
        await looks(fake, 3)
        assert fake.hook == Hook(url=THEIRS, secret=None)
        assert not {"deleteWebhook", "getUpdates"} & set(methods(fake))
        fake.hook = None  # and once its owner takes it away, we ask
        polled = await asyncio.wait_for(waiting, 20)
    assert [event.content.text for event in polled.events] == ["hello"]
    said = capsys.readouterr().out
    assert said.count("we take none") == 1  # not once a minute
    assert "production.example" in said
    assert "take_over_webhook" in said
    assert "secret-path" not in said


async def test_polling_takes_a_webhook_away_where_the_account_says_so(
    fake: FakeTelegram, capsys: pytest.CaptureFixture[str]
) -> None:
    await set_theirs(fake)
    fake.faults["deleteWebhook"].append(Fault.ERROR)
    fake.say(7, "hello")
    async with (
        started(fake, None, take_over_webhook="true") as connector,
        aclosing(connector.poll(None)) as mine,
    ):
        polled = await asyncio.wait_for(anext(mine), 20)
    assert not fake.hook
    assert [event.content.text for event in polled.events] == ["hello"]
    assert "production.example" in capsys.readouterr().out


async def test_webhook_is_registered_once_telegram_is_back(fake: FakeTelegram) -> None:
    fake.faults["setWebhook"].extend([Fault.GATEWAY, Fault.RESET, Fault.ERROR])
    async with started(fake):
        assert fake.hook is None
        await registered(fake)
    assert [each for each in methods(fake) if each != "getWebhookInfo"] == ["getMe", *["setWebhook"] * 4]


async def test_close_stops_registering_and_leaves_the_webhook(fake: FakeTelegram) -> None:
    async with started(fake):
        fake.faults["getWebhookInfo"].extend([Fault.ERROR] * 1000)
        await looks(fake, 1)
    calls = len(fake.transcript)
    await asyncio.sleep(0.1)
    assert len(fake.transcript) == calls
    assert fake.hook is not None


@pytest.mark.parametrize("hook", [None, Hook(url=THEIRS, secret=None)])
async def test_webhook_that_is_gone_is_noticed_and_registered_again(
    fake: FakeTelegram, capsys: pytest.CaptureFixture[str], hook: Hook | None
) -> None:
    """Nobody tells us: a bot that nobody calls looks just like one that nobody writes to."""
    async with started(fake):
        fake.hook = hook
        await fake.until(lambda: fake.hook is not None and fake.hook.url == OURS)
    said = capsys.readouterr().out
    assert "not ours any more" in said
    assert "secret-path" not in said


async def test_deliveries_that_fail_are_said_once_and_so_is_their_end(
    fake: FakeTelegram, capsys: pytest.CaptureFixture[str]
) -> None:
    async with started(fake):
        assert fake.hook is not None
        now = time.time()
        for seconds in range(3):
            fake.hook.last_error = (now + seconds, "Connection refused")
            await looks(fake, 2)
        fake.hook.last_error = (now, "Wrong response from the webhook: 502 Bad Gateway")
        await looks(fake, 2)
        fake.hook.last_error = (now - 3600, "Connection refused")
        await looks(fake, 2)
    said = capsys.readouterr().out
    assert said.count("Connection refused") == 1
    assert said.count("502 Bad Gateway") == 1
    assert said.count("works again") == 1


async def test_refusal_while_it_is_looked_after_is_said_and_does_not_end_it(
    fake: FakeTelegram, capsys: pytest.CaptureFixture[str]
) -> None:
    """The token was revoked, or the address became one Telegram cannot call: never in silence."""
    fake.faults["setWebhook"].append(Fault.ERROR)
    async with started(fake):
        token, fake.token = fake.token, "43:AAzzzzzzzzzzzzz"
        calls = len(fake.transcript)
        await fake.until(lambda: len(fake.transcript) > calls + 1)
        fake.token = token
        await registered(fake)
    said = capsys.readouterr().out
    assert said.count("telegram refuses the webhook") == 1
    assert "Unauthorized" in said


async def test_address_that_telegram_refuses_is_said_at_start(fake: FakeTelegram) -> None:
    with pytest.raises(SettingsError, match="HTTPS URL"):
        async with started(fake, "http://shop.example/hook"):
            pass


def test_only_what_happened_lately_is_a_problem_of_now() -> None:
    assert find_recent_error({"last_error_date": 1000, "last_error_message": "x"}, now=1200) == "x"
    assert find_recent_error({"last_error_date": 1000, "last_error_message": "x"}, now=1400) is None
    assert find_recent_error({"url": "x"}, now=1400) is None
    assert find_recent_error(None, now=1400) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.example/bot42:AAtoken", "x.example"),
        ("https://me:pass@x.example:8443/", "x.example:8443"),
        ("", "none"),
        ("http://[", "no address"),
    ],
)
def test_of_an_address_only_the_host_is_said(url: str, shown: str) -> None:
    assert show(url) == shown
