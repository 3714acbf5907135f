"""Files that people send to a bot, the link into private, and what examining a bot finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.connector import AccountConfig
from bot.connector.fetching import fetch_media
from bot.domain.message import Attachment
from bot.errors import MediaGone, MediaRefused, MediaUnavailable
from connectors.telegram.connector import TelegramConnector
from tests.fakes.telegram import MOST_BYTES, NAME, FakeTelegram, Fault, Hook, run_fake_telegram

HOOK = "https://chat.example.com/webhooks/telegram/main"
PHOTO = Attachment(kind="photo", ref="AgAC")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with run_fake_telegram() as opened:
        yield opened


def build(fake: FakeTelegram, token: str | None = None) -> TelegramConnector:
    options = {"token": token or fake.token, "api_url": fake.url}
    config = AccountConfig(channel="telegram", name="main", options=options)
    return TelegramConnector(config)


@pytest.fixture
async def connector(fake: FakeTelegram) -> AsyncIterator[TelegramConnector]:
    opened = build(fake)
    await opened.start(None)
    yield opened
    await opened.close()


async def test_file_is_fetched_and_its_address_keeps_the_token(
    fake: FakeTelegram, connector: TelegramConnector
) -> None:
    fake.files["AgAC"] = b"a picture"
    address = await connector.locate(PHOTO)
    assert await fetch_media(replace(address, allow_internal=True), most=100) == b"a picture"
    assert fake.token not in repr(address)


async def test_file_that_cannot_be_had_says_why(fake: FakeTelegram, connector: TelegramConnector) -> None:
    with pytest.raises(MediaGone, match="wrong file_id"):
        await connector.locate(PHOTO)
    fake.files["AgAC"] = b"x" * (MOST_BYTES + 1)
    with pytest.raises(MediaRefused, match="20 MB"):
        await connector.locate(PHOTO)
    fake.faults["getFile"].append(Fault.ERROR)
    with pytest.raises(MediaUnavailable):
        await connector.locate(PHOTO)


async def test_link_leads_into_a_private_chat_with_the_bot(connector: TelegramConnector) -> None:
    await connector.examine(None)
    assert connector.make_private_link({}) is None  # nobody has asked for the name yet
    await connector._api.learn_username()
    assert connector.make_private_link({}) == f"https://t.me/{NAME}?start=private"


async def test_examining_finds_whose_bot_it_is_and_who_is_called(fake: FakeTelegram) -> None:
    connector = build(fake)
    asked = await connector.examine(None)
    assert [each.well for each in asked] == [True, True]
    assert f"@{NAME}" in asked[0].text
    unset = await connector.examine(HOOK)
    assert (unset[1].well, "not set" in unset[1].text) == (False, True)
    fake.hook = Hook(url="https://elsewhere.example/secret-path", secret=None)
    for hook_url in (None, HOOK):
        astray = (await connector.examine(hook_url))[1]
        assert not astray.well
        assert "elsewhere.example" in astray.text
        assert "secret-path" not in astray.text
    fake.hook = Hook(url=HOOK, secret=None)
    assert all(each.well for each in await connector.examine(HOOK))
    await connector.close()


async def test_examining_with_a_wrong_token_says_so_and_not_the_token(fake: FakeTelegram) -> None:
    connector = build(fake, "42:AAwrongwrongwrong")
    (finding,) = await connector.examine(HOOK)
    assert not finding.well
    assert "BotFather" in finding.text
    assert "AAwrong" not in finding.text
    await connector.close()
