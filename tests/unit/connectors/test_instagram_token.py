"""An Instagram account's own token is renewed in time, by one process, and shown nowhere."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connectors.instagram.api import InstagramApi, make_api
from connectors.instagram.connector import InstagramConnector
from connectors.instagram.renewal import Renewal
from tests.contracts.connectors.instagram import OPTIONS
from tests.fakes.instagram_token import FakeTokens, run_fake_tokens
from tests.unit.connectors.test_instagram import build

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTokens]:
    async with run_fake_tokens() as running:
        yield running


@dataclass
class Process:
    """One process of the service, with a clock of its own."""

    fake: FakeTokens
    path: Path
    token: str = "token-1"
    now: datetime = NOW
    api: InstagramApi = field(init=False)
    renewal: Renewal = field(init=False)

    def __post_init__(self) -> None:
        options = {**OPTIONS, "api_url": self.fake.url, "token": self.token}
        self.api = make_api(options, timeout=timedelta(seconds=10))
        self.renewal = Renewal(self.api, account="main", path=str(self.path), now=lambda: self.now)

    async def look(self, *, after: timedelta = timedelta()) -> str:
        """Look after the token some time later; returns which one is used then."""
        self.now += after
        await self.api.open()
        try:
            await self.renewal.look()
        finally:
            await self.api.close()
        return self.api.token

    async def describe(self) -> tuple[bool, str]:
        found = await self.renewal.examine()
        return found.well, found.text


@pytest.fixture
def process(fake: FakeTokens, tmp_path: Path) -> Process:
    return Process(fake, tmp_path / "instagram.json")


async def test_token_is_renewed_at_once_and_then_a_month_before_its_end(
    fake: FakeTokens, process: Process
) -> None:
    assert await process.look() == "token-2"
    assert await process.describe() == (
        True,
        "The token ends on 2026-07-31, and is renewed a month before that.",
    )
    assert [await process.look(after=DAY) for _ in range(29)][-1] == "token-2"
    assert await process.look(after=DAY) == "token-3"
    assert fake.asked == 2


async def test_renewed_token_outlives_a_restart_for_us_alone(fake: FakeTokens, process: Process) -> None:
    await process.look()
    again = Process(fake, process.path, now=NOW + DAY)
    assert await again.look() == "token-2"
    assert fake.asked == 1
    kept = await asyncio.to_thread(process.path.stat)
    assert stat.S_IMODE(kept.st_mode) == 0o600


async def test_processes_that_share_the_file_renew_once(fake: FakeTokens, process: Process) -> None:
    others = [Process(fake, process.path) for _ in range(4)]
    assert set(await asyncio.gather(*(each.look() for each in (process, *others)))) == {"token-2"}
    assert fake.asked == 1


async def test_another_token_in_the_options_takes_the_place_of_what_was_kept(
    fake: FakeTokens, process: Process
) -> None:
    await process.look()
    fake.good.append("token-of-the-operator")
    theirs = Process(fake, process.path, token="token-of-the-operator")
    assert (await theirs.renewal.use_kept(), theirs.api.token) == (None, "token-of-the-operator")
    assert await theirs.look() == "token-4"


async def test_token_that_is_too_young_is_tried_again_and_worries_nobody(
    fake: FakeTokens, process: Process
) -> None:
    fake.young.add("token-1")
    with capture_logs() as logs:
        assert await process.look() == "token-1"
    assert [each for each in logs if each["log_level"] == "warning"] == []
    assert (await process.describe())[0]
    fake.young.clear()
    assert await process.look(after=timedelta(hours=1)) == "token-1"
    assert await process.look(after=timedelta(hours=6)) == "token-2"


async def test_failure_calls_attention_a_month_before_the_end_without_the_token(
    fake: FakeTokens, process: Process
) -> None:
    await process.look()
    fake.good.clear()
    with capture_logs() as logs:
        assert await process.look(after=31 * DAY) == "token-2"
    (warned,) = logs
    assert (warned["log_level"], warned["days_left"]) == ("warning", 29)
    well, text = await process.describe()
    assert not well
    assert text.startswith("The token ends on 2026-07-31, in 29 days, and it was not renewed: ")
    assert not any(secret in str(logs) + text for secret in ("token-1", "token-2"))


async def test_platform_that_is_away_is_asked_again_after_hours_with_the_same_token(
    process: Process,
) -> None:
    await process.look()
    process.api.base_url = "http://127.0.0.1:9/v25.0"
    assert await process.look(after=31 * DAY) == "token-2"
    process.api.base_url = f"{process.fake.url}/v25.0"
    assert await process.look(after=timedelta(hours=5)) == "token-2"
    assert await process.look(after=timedelta(hours=2)) == "token-3"


async def test_file_that_cannot_be_written_lets_no_token_be_lost(fake: FakeTokens, tmp_path: Path) -> None:
    occupied = tmp_path / "a file"
    await asyncio.to_thread(occupied.write_text, "")
    process = Process(fake, occupied / "instagram.json")
    with capture_logs() as logs:
        assert await process.look() == "token-1"
    assert fake.asked == 0
    assert logs[-1]["log_level"] == "warning"


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"token": 5}', '{"token": "t", "since": "soon"}'])
async def test_file_of_nonsense_counts_as_none(process: Process, kept: str) -> None:
    await asyncio.to_thread(process.path.write_text, kept)
    assert await process.look() == "token-2"


async def test_account_calls_with_the_renewed_token_and_the_doctor_tells_its_end(
    fake: FakeTokens, tmp_path: Path
) -> None:
    options = {"api_url": fake.url, "token": "token-1", "token_file": str(tmp_path / "ig.json")}
    first = build(options)
    await first.start(None)
    async with asyncio.timeout(20):
        await fake.renewed.wait()
    await first.close()
    second = build(options)
    findings = await second.examine(None)
    assert set(fake.used) == {"token-2"}
    assert findings[-1].text.startswith("The token ends on 20")
    assert "token-2" not in repr(findings)


async def test_doctor_says_what_to_set_where_nothing_renews(fake: FakeTokens) -> None:
    findings = await build({"api_url": fake.url, "token": "token-1"}).examine(None)
    assert not findings[-1].well
    assert "Set `token_file`" in findings[-1].text


async def test_token_of_a_page_is_left_alone(fake: FakeTokens) -> None:
    options = {**OPTIONS, "page_id": "5"}
    assert InstagramConnector.check_options({**options, "token_file": "x"}) == [
        "`token_file` is for an account's own token: a page's is not renewed"
    ]
    findings = await build({"page_id": "5", "api_url": fake.url, "token": "token-1"}).examine(None)
    assert not any("ends" in each.text for each in findings)
