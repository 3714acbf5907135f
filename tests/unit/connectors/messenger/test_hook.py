"""The app's webhook is set by a start where the app has none, and never taken from anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog
from aiohttp import web

from bot.connector import InboundRequest
from bot.connector.meta.account import MetaAccount
from tests.fakes.graph import FakeGraph
from tests.fakes.serving import serve
from tests.unit.connectors.messenger.acts import build

ELSEWHERE = "https://old.example/webhooks/messenger/main"


@asynccontextmanager
async def hooked(page: MetaAccount, *, away: int = 0) -> AsyncIterator[str]:
    """Serve a page's webhook, away for the first calls; yield its address."""
    left = away

    async def answer(request: web.Request) -> web.Response:
        nonlocal left
        left -= 1
        if left >= 0:
            return web.Response(status=502)
        asked = InboundRequest(
            method="GET", query=dict(request.query), body=b"", received_at=datetime.now(UTC)
        )
        found = page.handshake(asked)
        return web.Response(status=found.status, body=found.body) if found else web.Response(status=403)

    app = web.Application()
    app.router.add_get("/webhooks/messenger/main", answer)
    try:
        async with serve(app) as (address, _):
            yield f"{address}/webhooks/messenger/main"
    finally:
        await page.close()


async def test_webhook_is_set_where_the_app_has_none(fake: FakeGraph) -> None:
    page = build(fake)
    async with hooked(page) as url:
        findings = await page.examine(url)
        assert findings[2].at_start
        await page.start(url)
        assert fake.hook_url == url
        assert {"messages", "feed", "message_echoes"} <= set(fake.app_fields)
        assert all(finding.well for finding in await page.examine(url))


async def test_webhook_that_leads_elsewhere_is_left_alone(fake: FakeGraph) -> None:
    fake.hook_url = ELSEWHERE
    page = build(fake)
    async with hooked(page) as url:
        await page.start(url)
        finding = (await page.examine(url))[2]
    assert fake.hook_url == ELSEWHERE
    assert not finding.well
    assert not finding.at_start


async def test_webhook_of_ours_that_lacks_fields_gets_them_and_keeps_its_own(fake: FakeGraph) -> None:
    page = build(fake)
    async with hooked(page) as url:
        fake.hook_url, fake.app_fields = url, ["messages", "leadgen"]
        finding = (await page.examine(url))[2]
        assert (finding.well, finding.at_start) == (False, True)
        assert "message_echoes" in finding.text
        await page.start(url)
        assert {"messages", "leadgen", "feed", "message_echoes"} <= set(fake.app_fields)
        before = len(fake.app_fields)
        assert (await page.examine(url))[2].well
        await page.subscribe()
        assert len(fake.app_fields) == before


async def test_webhook_that_is_not_this_accounts_or_is_off_is_not_mended(fake: FakeGraph) -> None:
    page = build(fake)
    async with hooked(page) as url:
        for hook_url, active in ((ELSEWHERE, True), (url.replace("main", "other"), True), (url, False)):
            fake.hook_url, fake.hook_active, fake.app_fields = hook_url, active, ["messages"]
            await page.start(url)
            assert (fake.hook_url, fake.app_fields) == (hook_url, ["messages"])


async def test_webhook_that_leads_to_where_this_account_was_before_is_led_here(fake: FakeGraph) -> None:
    page = build(fake)
    page.know_earlier([ELSEWHERE])
    async with hooked(page) as url:
        for other in (ELSEWHERE.replace("old", "other"), ELSEWHERE.replace("main", "other")):
            fake.hook_url = other
            await page.start(url)
            assert fake.hook_url == other
        fake.hook_url = ELSEWHERE
        finding = (await page.examine(url))[2]
        assert (finding.well, finding.at_start) == (False, True)
        assert "of before" in finding.text
        await page.start(url)
        assert fake.hook_url == url
        assert (await page.examine(url))[2].well


async def test_webhook_is_set_once_we_answer(fake: FakeGraph) -> None:
    page = build(fake)
    page.subscriber.pause = timedelta()
    async with hooked(page, away=3) as url:
        with structlog.testing.capture_logs() as lines:
            await page.start(url)
            await fake.until(lambda: fake.hook_url == url)
    assert lines[0]["log_level"] == "warning"
    assert url in lines[0]["reason"]


async def test_start_goes_on_where_meta_does_not_set_it(fake: FakeGraph) -> None:
    page = build(fake, app_secret="of-another-app-altogether")
    async with hooked(page) as url:
        with structlog.testing.capture_logs() as lines:
            await page.start(url)
    assert fake.hook_url == ""
    assert fake.subscribed
    assert lines[0]["log_level"] == "warning"
    assert "app_secret" in lines[0]["reason"]
    assert "another-app" not in repr(lines)


async def test_without_the_number_of_the_app_it_is_set_by_hand(fake: FakeGraph) -> None:
    page = build(fake, app_id="")
    async with hooked(page) as url:
        await page.start(url)
        findings = await page.examine(url)
    assert fake.hook_url == ""
    assert not any(finding.at_start for finding in findings)
