"""The account has X call us: registered, believed in, subscribed; what is somebody else's stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web

from bot.bootstrap.channel_setup import examine_account, register_account
from bot.connector import AccountConfig, InboundRequest
from bot.settings import Settings
from connectors.x.connector import XConnector
from connectors.x.webhook import EVENTS, WANTED
from tests.contracts.connectors.x import OPTIONS
from tests.fakes.serving import serve
from tests.fakes.x import FakeX
from tests.fakes.x_api import Fault
from tests.fakes.x_events import ME, SECRET

ELSEWHERE = {"id": "5", "url": "https://other.example/x", "valid": True}


@dataclass(slots=True, kw_only=True)
class Site:
    """Where X finds the account: `answers` False is a server that is not up yet."""

    connector: XConnector
    hook: str = ""
    answers: bool = True

    async def take(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        asked = InboundRequest(method="GET", body=b"", query=query, received_at=datetime.now(UTC))
        answer = self.connector.handshake(asked) if self.answers else None
        if answer is None:
            return web.Response(status=502)
        return web.Response(body=answer.body, content_type=answer.content_type)


@asynccontextmanager
async def site(fake: FakeX, **options: str) -> AsyncIterator[Site]:
    """Serve the address of an account that is not started yet."""
    config = AccountConfig(channel="x", name="main", options={**OPTIONS, "api_url": fake.url, **options})
    made = Site(connector=XConnector(config, pause=timedelta(milliseconds=1)))
    app = web.Application()
    app.router.add_get("/webhooks/x/main", made.take)
    async with serve(app) as (address, _):
        made.hook = f"{address}/webhooks/x/main"
        try:
            yield made
        finally:
            await made.connector.close()


def list_told(fake: FakeX) -> list[str]:
    """Return the events that the account is subscribed to."""
    return sorted(each["event_type"] for each in fake.subscriptions if each["filter"] == {"user_id": ME})


def list_changes(fake: FakeX) -> list[tuple[str, str]]:
    """Return what was asked of X that changes something there."""
    return [(method, path) for method, path, _ in fake.transcript if method != "GET" and "oauth2" not in path]


async def test_start_registers_our_address_and_subscribes_the_account(fake: FakeX) -> None:
    async with site(fake) as ours:
        assert [found.at_start for found in await ours.connector.examine(ours.hook)] == [False, True]
        await ours.connector.start(ours.hook)
        assert [hook["url"] for hook in fake.webhooks] == [ours.hook]
        assert list_told(fake) == sorted(EVENTS)
        assert {each["webhook_id"] for each in fake.subscriptions} == {fake.webhooks[0]["id"]}
        assert all(found.well for found in await ours.connector.examine(ours.hook))
        fake.transcript.clear()
        await ours.connector.start(ours.hook)
    assert list_changes(fake) == []


async def test_other_services_of_the_app_are_left_as_they_are(fake: FakeX) -> None:
    fake.webhooks.append(dict(ELSEWHERE))
    async with site(fake) as ours:
        with structlog.testing.capture_logs() as lines:
            await ours.connector.start(ours.hook)
        finding = (await ours.connector.examine(ours.hook))[-1]
    assert list_changes(fake) == []
    assert (fake.webhooks, fake.subscriptions) == ([ELSEWHERE], [])
    assert [line["log_level"] for line in lines] == ["warning"]
    assert (finding.well, finding.at_start) == (False, False)


async def test_missing_subscriptions_are_added_beside_others(fake: FakeX) -> None:
    async with site(fake) as ours:
        fake.webhooks.extend([dict(ELSEWHERE), {"id": "9", "url": ours.hook, "valid": True}])
        kept: list[dict[str, Any]] = [
            {"event_type": "dm.received", "filter": {"user_id": ME}, "webhook_id": "9"},
            {"event_type": "post.mention.create", "filter": {"user_id": "200"}, "webhook_id": "5"},
        ]
        fake.subscriptions.extend(kept)
        await ours.connector.start(ours.hook)
    assert fake.subscriptions[:2] == kept
    assert list_told(fake) == sorted(EVENTS)
    assert {each["webhook_id"] for each in fake.subscriptions[2:]} == {"9"}
    assert len(fake.webhooks) == 2


async def test_address_that_x_believes_in_no_more_proves_itself_again(fake: FakeX) -> None:
    async with site(fake) as ours:
        fake.webhooks.append({"id": "9", "url": ours.hook, "valid": False})
        assert (await ours.connector.examine(ours.hook))[-1].at_start
        await ours.connector.start(ours.hook)
    assert fake.webhooks[0]["valid"]
    assert ("PUT", "/2/webhooks/9") in list_changes(fake)
    assert list_told(fake) == sorted(EVENTS)


async def test_server_that_is_not_up_yet_is_registered_as_soon_as_it_is(fake: FakeX) -> None:
    async with site(fake) as ours:
        ours.answers = False
        with structlog.testing.capture_logs() as lines:
            await ours.connector.start(ours.hook)
            assert fake.webhooks == []
            ours.answers = True
            await fake.until(lambda: list_told(fake) == sorted(EVENTS))
    assert "prove itself" in lines[0]["reason"]
    assert SECRET not in repr(lines)


async def test_x_that_is_overloaded_is_asked_again(fake: FakeX) -> None:
    fake.faults.extend([Fault.OVERLOADED, Fault.RESET, Fault.RESET_AFTER])
    async with site(fake) as ours:
        await ours.connector.start(ours.hook)
        await fake.until(lambda: list_told(fake) == sorted(EVENTS))
    assert len(fake.webhooks) == 1


async def test_refused_app_is_said_and_not_asked_again(fake: FakeX) -> None:
    async with site(fake, consumer_key="another-key") as ours:
        with structlog.testing.capture_logs() as lines:
            await ours.connector.start(ours.hook)
    assert [(line["log_level"], line["tried_again"]) for line in lines] == [("warning", False)]
    assert "another-key" not in repr(lines)


async def test_refused_extra_event_is_a_line_in_the_log(fake: FakeX) -> None:
    fake.untold.add("chat.received")
    async with site(fake) as ours:
        with structlog.testing.capture_logs() as lines:
            await ours.connector.start(ours.hook)
    assert [(line["log_level"], line["event_type"]) for line in lines] == [("info", "chat.received")]
    assert set(WANTED) < set(list_told(fake))


async def test_refused_wanted_event_is_warned_of_and_the_rest_is_told(fake: FakeX) -> None:
    fake.untold.add("dm.received")
    async with site(fake) as ours:
        with structlog.testing.capture_logs() as lines:
            await ours.connector.start(ours.hook)
        finding = (await ours.connector.examine(ours.hook))[-1]
    assert [line["log_level"] for line in lines] == ["info", "warning"]
    assert list_told(fake) == sorted(set(EVENTS) - {"dm.received"})
    assert "dm.received" in finding.text


async def test_accounts_of_one_app_share_its_only_webhook(fake: FakeX) -> None:
    fake.webhooks_max = 1
    async with site(fake) as ours:
        sibling = ours.hook.replace("/main", "/lyra")
        fake.webhooks.append({"id": "9", "url": sibling, "valid": True})
        await ours.connector.start(ours.hook)
        assert all(found.well for found in await ours.connector.examine(ours.hook))
    assert list_told(fake) == sorted(EVENTS)
    assert [hook["url"] for hook in fake.webhooks] == [sibling]


@pytest.mark.parametrize("options", [{"consumer_key": ""}, None])
async def test_without_keys_or_an_address_nothing_is_asked(
    fake: FakeX, options: dict[str, str] | None
) -> None:
    async with site(fake, **(options or {})) as ours:
        await ours.connector.start(ours.hook if options else None)
    assert fake.transcript == []


async def test_closing_ends_the_tries(fake: FakeX) -> None:
    async with site(fake) as ours:
        ours.answers = False
        await ours.connector.start(ours.hook)
        await ours.connector.close()
        ours.answers = True
        await ours.connector.close()  # harmless twice
    assert fake.webhooks == []


@pytest.mark.parametrize("up", [True, False])
async def test_connecting_registers_in_one_try_where_the_service_answers(
    fake: FakeX, tmp_path: Path, *, up: bool
) -> None:
    async with site(fake) as ours:
        ours.answers = up
        settings = Settings(project=tmp_path, public_url=ours.hook.partition("/webhooks")[0])
        assert (await examine_account(settings, ours.connector.account)).well_once_started
        assert await register_account(settings, ours.connector.account) == ""
        after = await examine_account(settings, ours.connector.account)
    assert after.well is up
    assert after.well_once_started
    assert list_told(fake) == (sorted(EVENTS) if up else [])
