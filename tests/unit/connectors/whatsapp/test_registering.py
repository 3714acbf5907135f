"""Meta calls us once the service has started, and nobody's webhook is taken away for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import structlog
from aiohttp import web

from bot.connector import InboundEvent, InboundRequest
from bot.errors import BadSignature
from connectors.whatsapp.connector import WhatsappConnector
from tests.contracts.connectors.channel import NOW
from tests.fakes.serving import serve
from tests.fakes.whatsapp import FakeWhatsapp
from tests.unit.connectors.whatsapp.acts import build

ELSEWHERE = "https://old.example/webhooks/whatsapp/main"


@dataclass(slots=True)
class Hook:
    """Our address in front of one connector; the first `away` requests find nobody."""

    connector: WhatsappConnector
    url: str = ""
    away: int = 0
    events: list[InboundEvent] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Answer Meta's question, or take a delivery."""
        if self.away:
            self.away -= 1
            return web.Response(status=404)
        headers = {name.lower(): value for name, value in request.headers.items()}
        called = InboundRequest(
            body=await request.read(),
            method=request.method,
            query=dict(request.query),
            headers=headers,
            received_at=NOW,
        )
        try:
            answer = self.connector.handshake(called)
        except BadSignature:
            return web.Response(status=403)
        if answer is not None:
            return web.Response(body=answer.body, status=answer.status)
        self.connector.verify(called)
        self.events += self.connector.parse(called)
        return web.Response()


@asynccontextmanager
async def hooked(connector: WhatsappConnector) -> AsyncIterator[Hook]:
    """Serve our address; the connector tries again without a pause, and is closed at the end."""
    hook = Hook(connector)
    connector.first_pause = timedelta()
    app = web.Application()
    app.router.add_route("*", "/webhooks/whatsapp/main", hook.take)
    async with serve(app) as (address, _):
        hook.url = f"{address}/webhooks/whatsapp/main"
        try:
            yield hook
        finally:
            await connector.close()


def changes(fake: FakeWhatsapp) -> list[str]:
    """Return what was changed at Meta."""
    return [call.path for call in fake.transcript if call.method != "GET"]


def trying() -> list[str]:
    """Return the tasks that still try to register something."""
    return [each for task in asyncio.all_tasks() if "Subscriber" in (each := repr(task.get_coro()))]


@pytest.mark.parametrize("waba_id", [FakeWhatsapp().waba_id, ""])
async def test_message_reaches_us_after_a_start_where_nothing_was_registered(
    fake: FakeWhatsapp, waba_id: str
) -> None:
    fake.subscribed, fake.fields = False, []
    async with hooked(build(fake, waba_id=waba_id)) as hook:
        await hook.connector.start(hook.url)
        fake.say("16505551234", "hello")
        assert await fake.deliver(fake.told_at) == [200]
        assert [event.content.text for event in hook.events] == ["hello"]
        assert "smb_message_echoes" in fake.fields
        before = changes(fake)
        await hook.connector.close()
        await hook.connector.start(hook.url)
        assert changes(fake) == before  # a second start finds all done
        assert all(finding.well for finding in await hook.connector.examine(hook.url))


@pytest.mark.parametrize("level", ["number_hook", "account_hook", "hook_url"])
async def test_webhook_of_another_service_is_left_alone(fake: FakeWhatsapp, level: str) -> None:
    fake.subscribed = False
    setattr(fake, level, ELSEWHERE)
    async with hooked(build(fake)) as hook:
        await hook.connector.start(hook.url)
        findings = await hook.connector.examine(hook.url)
    assert changes(fake) == []
    assert [finding for finding in findings if "another address" in finding.text]
    assert not any(finding.at_start for finding in findings)


async def test_account_that_does_not_tell_us_is_subscribed(fake: FakeWhatsapp) -> None:
    fake.subscribed = False
    async with hooked(build(fake)) as hook:
        fake.hook_url = hook.url.replace("main", "other")  # an app has one address for all its numbers
        await hook.connector.start(hook.url)
    assert changes(fake) == [f"{fake.waba_id}/subscribed_apps"]
    assert fake.told_at == fake.hook_url


async def test_webhook_of_ours_that_lacks_fields_gets_them_and_keeps_its_own(fake: FakeWhatsapp) -> None:
    async with hooked(build(fake)) as hook:
        fake.hook_url, fake.fields = hook.url, ["messages", "account_alerts"]
        lacking = await hook.connector.examine(hook.url)
        assert [finding for finding in lacking if finding.at_start and "smb_message_echoes" in finding.text]
        await hook.connector.start(hook.url)
        assert fake.fields == ["messages", "account_alerts", "smb_message_echoes"]
        assert not [finding for finding in await hook.connector.examine(hook.url) if finding.at_start]
        before = changes(fake)
        await hook.connector.start(hook.url)
    assert changes(fake) == before


@pytest.mark.parametrize("level", ["hook_url", "account_hook"])
async def test_app_that_calls_where_we_were_before_is_led_here(fake: FakeWhatsapp, level: str) -> None:
    async with hooked(build(fake)) as hook:
        hook.connector.know_earlier([ELSEWHERE])
        setattr(fake, level, ELSEWHERE)
        findings = await hook.connector.examine(hook.url)
        await hook.connector.start(hook.url)
        assert bool([each for each in findings if each.at_start]) is (level == "hook_url")
        if level == "hook_url":
            assert fake.told_at == hook.url
            assert all(finding.well for finding in await hook.connector.examine(hook.url))
        else:  # an address above the app's is not ours to take away
            assert fake.account_hook == ELSEWHERE


async def test_webhook_of_another_account_of_ours_is_not_mended_by_this_one(fake: FakeWhatsapp) -> None:
    async with hooked(build(fake)) as hook:
        fake.hook_url, fake.fields = hook.url.replace("main", "other"), ["messages"]
        await hook.connector.start(hook.url)
    assert fake.fields == ["messages"]


async def test_address_that_the_account_has_for_us_is_kept(fake: FakeWhatsapp) -> None:
    fake.hook_url = ELSEWHERE
    async with hooked(build(fake)) as hook:
        fake.account_hook = hook.url
        await hook.connector.start(hook.url)
        assert fake.told_at == hook.url
    assert changes(fake) == []


async def test_address_that_does_not_answer_yet_is_registered_later(fake: FakeWhatsapp) -> None:
    fake.subscribed = False
    async with hooked(build(fake)) as hook:
        hook.away = 3
        with structlog.testing.capture_logs() as lines:
            await hook.connector.start(hook.url)
            await fake.until(lambda: fake.told_at == hook.url)
    assert lines[0]["log_level"] == "warning"
    assert hook.url in lines[0]["reason"]
    secrets = (fake.access_token, fake.app_secret, fake.verify_token)
    assert not [secret for secret in secrets if secret in repr(lines)]


async def test_trying_ends_when_the_account_is_closed(fake: FakeWhatsapp) -> None:
    async with hooked(build(fake)) as hook:
        hook.away = 1_000_000
        await hook.connector.start(hook.url)
        await fake.until(lambda: len(changes(fake)) > 1)
        assert trying()
        await hook.connector.close()
        assert not trying()


async def test_nothing_is_registered_for_an_account_that_nobody_names(fake: FakeWhatsapp) -> None:
    fake.scopes = ["whatsapp_business_management"]  # the token does not say its business account
    async with hooked(build(fake, waba_id="")) as hook:
        await hook.connector.start(hook.url)
        findings = await hook.connector.examine(hook.url)
    assert changes(fake) == []
    assert not any(finding.at_start for finding in findings)


@pytest.mark.parametrize("change", [{"app_secret": "of-another-app"}, {"verify_token": "another-word"}])
async def test_start_goes_on_where_meta_does_not_register_us(
    fake: FakeWhatsapp, change: dict[str, Any]
) -> None:
    connector = build(fake, **change)
    with structlog.testing.capture_logs() as lines:
        await connector.start("http://127.0.0.1:9/webhooks/whatsapp/main")
        await connector.close()
    assert lines[0]["log_level"] == "warning"
    assert not [word for word in change.values() if word in repr(lines)]


async def test_examining_says_what_a_start_mends(fake: FakeWhatsapp) -> None:
    fake.subscribed = False
    findings = await build(fake).examine(ELSEWHERE)
    wrong = [finding for finding in findings if not finding.well]
    assert len(wrong) == 3
    assert all(finding.at_start for finding in wrong), wrong
