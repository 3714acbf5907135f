"""Tokens of X that rotate, files, links, and what examining an account finds."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from bot.connector import (
    AccountConfig,
    ErrorClass,
    SendState,
)
from bot.domain.message import Attachment
from bot.errors import MediaGone
from connectors.x.connector import XConnector
from tests.contracts.connectors.x import OPTIONS
from tests.fakes.x import FakeX
from tests.fakes.x_checks import CLIENT, CLIENT_SECRET
from tests.fakes.x_events import ME, SECRET
from tests.unit.connectors.x.acts import reply, started


def rotating(folder: Path, **more: str) -> dict[str, str]:
    options = {
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "refresh_token": "refresh-1",
        "user_id": ME,
    }
    return {**options, "consumer_secret": SECRET, "token_file": str(folder / "kept" / "x.json"), **more}


async def test_tokens_rotate_and_are_kept_for_us_alone(fake: FakeX, tmp_path: Path) -> None:
    options = rotating(tmp_path)
    async with started(fake, options) as connector:
        assert (await connector.send(reply("one"))).state is SendState.SENT
        fake.access = "expired"
        assert (await connector.send(reply("two"))).state is SendState.SENT
    assert fake.refresh == "refresh-3"
    async with started(fake, options) as connector:
        assert (await connector.send(reply("three"))).state is SendState.SENT
    assert fake.refresh == "refresh-3"
    kept = await asyncio.to_thread(Path(options["token_file"]).stat)
    assert stat.S_IMODE(kept.st_mode) == 0o600


async def test_processes_that_share_the_file_exchange_once(fake: FakeX, tmp_path: Path) -> None:
    options = rotating(tmp_path)
    async with started(fake, options) as one, started(fake, options) as two:
        results = await asyncio.gather(one.send(reply("one")), two.send(reply("two")))
    assert [result.state for result in results] == [SendState.SENT, SendState.SENT]
    assert fake.refresh == "refresh-2"


async def test_token_that_cannot_be_renewed_is_said_once_and_shown_nowhere(
    fake: FakeX, tmp_path: Path
) -> None:
    fake.refresh = "refresh-9"
    async with started(fake, rotating(tmp_path)) as connector:
        result = await connector.send(reply())
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.AUTH)
    assert "refresh-1" not in repr(result)


async def test_x_that_is_away_while_tokens_are_renewed_is_tried_again(fake: FakeX, tmp_path: Path) -> None:
    async with started(fake, rotating(tmp_path)) as connector:
        await fake.leave()
        result = await connector.send(reply())
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.TRANSIENT)


async def test_new_refresh_token_in_the_options_takes_the_place_of_what_was_kept(
    fake: FakeX, tmp_path: Path
) -> None:
    async with started(fake, rotating(tmp_path)) as connector:
        await connector.send(reply("one"))
    fake.refresh, fake.access = "refresh-20", None
    async with started(fake, rotating(tmp_path, refresh_token="refresh-20")) as connector:
        assert (await connector.send(reply("two"))).state is SendState.SENT


async def test_refused_signature_is_no_use_to_repeat(fake: FakeX) -> None:
    async with started(fake, {**OPTIONS, "access_token_secret": "another"}) as connector:
        result = await connector.send(reply())
    assert result.error is not None
    assert result.error.error_class is ErrorClass.AUTH
    assert len(fake.transcript) == 1


async def test_files_of_direct_messages_are_asked_for_in_the_accounts_name() -> None:
    connector = XConnector(AccountConfig(channel="x", name="main", options=OPTIONS))
    private = await connector.locate(
        Attachment(kind="image", ref="https://ton.x.com/1.1/ton/data/dm/1/1/A.jpg")
    )
    assert private.headers["Authorization"].startswith("OAuth ")
    public = await connector.locate(Attachment(kind="image", ref="https://pbs.twimg.com/media/A.jpg"))
    assert not public.headers
    for ref in ("https://evil.example/A.jpg", "http://ton.x.com/A.jpg", "https://eviltwimg.com/A", "x"):
        with pytest.raises(MediaGone):
            await connector.locate(Attachment(kind="image", ref=ref))


async def test_authors_are_led_to_a_private_place_by_a_link() -> None:
    connector = XConnector(AccountConfig(channel="x", name="main", options=OPTIONS))
    assert connector.make_private_link({}) == f"https://x.com/messages/compose?recipient_id={ME}"


HOOK = "https://shop.example/webhooks/x/main"


async def examine(fake: FakeX, hook: str | None = HOOK) -> list[tuple[bool, str]]:
    async with started(fake) as connector:
        return [(finding.well, finding.text) for finding in await connector.examine(hook)]


async def test_examining_says_what_is_missing_step_by_step(fake: FakeX) -> None:
    assert [well for well, _ in await examine(fake)] == [True, False]
    fake.webhooks.append({"id": "1", "url": HOOK, "valid": False})
    assert "challenge" in (await examine(fake))[-1][1]
    fake.webhooks[0]["valid"] = True
    assert "post.mention.create" in (await examine(fake))[-1][1]
    for name in ("post.mention.create", "post.reply.create", "dm.received"):
        fake.subscriptions.append({"event_type": name, "filter": {"user_id": ME}})
    assert all(well for well, _ in await examine(fake))
    assert "75 seconds" in (await examine(fake, None))[-1][1]


async def test_examining_tells_wrong_tokens(fake: FakeX) -> None:
    async with started(fake, {**OPTIONS, "access_token_secret": "another"}) as connector:
        findings = await connector.examine(HOOK)
    assert not findings[0].well
    assert "another" not in repr(findings)
    async with started(fake, {**OPTIONS, "user_id": "5"}) as connector:
        assert "user id 100" in (await connector.examine(HOOK))[0].text
