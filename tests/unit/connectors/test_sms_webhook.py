"""Our address at Twilio: where incoming messages go, and who sets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.connector import AccountConfig
from bot.errors import SettingsError
from connectors.sms.connector import SmsConnector
from connectors.sms.webhook import Leads, Setting, pick_number
from tests.fakes.twilio import ACCOUNT_SID, NUMBER, SERVICE_SID, TOKEN, FakeTwilio, Fault, run_fake_twilio

HOOK = "https://chat.example/webhooks/sms/main"
DEMO = "https://demo.twilio.com/welcome/sms/reply"
OTHER = "https://crm.example/in?key=a-secret-of-theirs"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTwilio]:
    async with run_fake_twilio() as opened:
        yield opened


def build(fake: FakeTwilio, **options: str) -> SmsConnector:
    known = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "from": NUMBER, "api_url": fake.url}
    return SmsConnector(AccountConfig(channel="sms", name="main", options={**known, **options}))


async def start(fake: FakeTwilio, hook_url: str | None = HOOK, **options: str) -> None:
    """Start and close, as `visavis channels connect` does."""
    connector = build(fake, **options)
    await connector.start(hook_url)
    await connector.close()


def writes(fake: FakeTwilio) -> list[str]:
    return [call for call in fake.transcript if call.startswith("POST")]


@pytest.mark.parametrize("found", ["", DEMO, DEMO + "/", "http://demo.twilio.com/welcome/sms/"])
async def test_number_that_leads_nowhere_is_led_here(fake: FakeTwilio, found: str) -> None:
    fake.hook_url, fake.hook_method = found, "GET"
    await start(fake)
    assert (fake.hook_url, fake.hook_method) == (HOOK, "POST")
    await start(fake)
    assert len(writes(fake)) == 1  # what is right is not set again


@pytest.mark.parametrize("found", ["", DEMO])
async def test_service_that_leads_nowhere_is_led_here(fake: FakeTwilio, found: str) -> None:
    fake.service["inbound_request_url"] = found or None
    await start(fake, messaging_service=SERVICE_SID)
    assert fake.service["inbound_request_url"] == HOOK
    assert fake.service["inbound_method"] == "POST"
    assert fake.hook_url == ""  # the number's own is not asked


async def test_address_of_ours_by_get_becomes_one_by_post(fake: FakeTwilio) -> None:
    fake.hook_url, fake.hook_method = HOOK, "GET"
    fake.service |= {"inbound_request_url": HOOK, "inbound_method": "GET"}
    await start(fake)
    await start(fake, messaging_service=SERVICE_SID)
    assert (fake.hook_url, fake.hook_method) == (HOOK, "POST")
    assert fake.service["inbound_method"] == "POST"


async def test_address_of_somebody_else_is_left_alone(fake: FakeTwilio) -> None:
    fake.hook_url, fake.service["inbound_request_url"] = OTHER, OTHER
    with capture_logs() as lines:
        await start(fake)
        await start(fake, messaging_service=SERVICE_SID)
    assert writes(fake) == []
    assert [line["found"] for line in lines] == ["crm.example"] * 2
    assert "secret" not in str(lines)


async def test_address_of_ours_of_before_is_replaced_and_nobody_elses(fake: FakeTwilio) -> None:
    before = "https://old.example/webhooks/sms/main"
    others = ("https://older.example/webhooks/sms/main", "https://old.example/webhooks/sms/other", OTHER)
    connector = build(fake)
    connector.know_earlier([before, others[1]])
    for other in others:  # never ours, another account's, another program's
        fake.hook_url = other
        await connector.start(HOOK)
        assert writes(fake) == []
    fake.hook_url = before
    (bad,) = (finding for finding in await connector.examine(HOOK) if not finding.well)
    assert "of before (old.example)" in bad.text
    assert bad.at_start
    with capture_logs() as lines:
        await connector.start(HOOK)
    await connector.close()
    assert (fake.hook_url, len(writes(fake))) == (HOOK, 1)
    assert lines[0]["found"] == "old.example"


async def test_service_is_led_from_an_address_of_before(fake: FakeTwilio) -> None:
    before = "https://old.example/webhooks/sms/main"
    fake.service["inbound_request_url"] = before
    connector = build(fake, messaging_service=SERVICE_SID)
    connector.know_earlier([before])
    await connector.start(HOOK)
    await connector.close()
    assert fake.service["inbound_request_url"] == HOOK


async def test_application_and_service_that_leaves_it_to_its_numbers_are_left_alone(fake: FakeTwilio) -> None:
    fake.hook_app = "AP" + "0" * 32
    fake.service["use_inbound_webhook_on_number"] = True
    await start(fake)
    await start(fake, messaging_service=SERVICE_SID)
    await start(fake, **{"from": "ACME"})
    assert writes(fake) == []


async def test_without_a_public_address_nothing_is_asked(fake: FakeTwilio) -> None:
    await start(fake, None)
    assert fake.transcript == []


async def test_refused_credentials_stop_the_account_and_are_not_shown(fake: FakeTwilio) -> None:
    connector = build(fake, auth_token="another-token")
    with pytest.raises(SettingsError, match="auth_token") as refused:
        await connector.start(HOOK)
    await connector.close()
    assert "another-token" not in str(refused.value)


async def test_twilio_that_is_away_at_start_is_asked_again(fake: FakeTwilio) -> None:
    fake.faults.extend([Fault.GATEWAY, Fault.UNAVAILABLE, None, Fault.ERROR])
    connector = build(fake)
    connector.webhook.pause = timedelta()
    with capture_logs() as lines:
        await connector.start(HOOK)
        async with asyncio.timeout(20):
            while fake.hook_url != HOOK:  # noqa: ASYNC110 - a test's patience
                await asyncio.sleep(0.01)
        await connector.close()
    assert lines[0]["log_level"] == "warning"
    assert TOKEN not in str(lines)


async def test_service_that_does_not_exist_is_said_and_fails_no_start(fake: FakeTwilio) -> None:
    with capture_logs() as lines:
        await start(fake, messaging_service="MG" + "9" * 32)
    assert [line["code"] for line in lines] == ["20404"]


async def test_address_that_twilio_cannot_call_is_said_and_fails_no_start(fake: FakeTwilio) -> None:
    with capture_logs() as lines:
        await start(fake, "http://localhost:8080/webhooks/sms/main")
    assert fake.hook_url == ""
    assert ["PUBLIC_URL" in line["reason"] for line in lines] == [True]


async def test_end_of_the_account_ends_the_trying(fake: FakeTwilio) -> None:
    await fake.leave()
    await start(fake)  # the pause to the next try is not waited for


async def test_examination_tells_what_a_start_mends_from_what_it_does_not(fake: FakeTwilio) -> None:
    connector = build(fake)
    for found, method, app, at_start, words in (
        ("", "POST", "", True, "no address"),
        (DEMO, "POST", "", True, "its own demo"),
        (HOOK, "GET", "", True, "by GET"),
        (OTHER, "POST", "", False, "another address"),
        (HOOK, "POST", "AP1", False, "an application"),
    ):
        fake.hook_url, fake.hook_method, fake.hook_app = found, method, app
        (bad,) = (finding for finding in await connector.examine(HOOK) if not finding.well)
        assert words in bad.text
        assert bad.at_start is at_start
        assert "secret" not in bad.text
    await connector.close()


def test_only_the_number_itself_is_changed() -> None:
    found = {
        "incoming_phone_numbers": [{"phone_number": NUMBER + "9"}, {"phone_number": NUMBER, "sid": "PN1"}]
    }
    assert pick_number(found, NUMBER) == {"phone_number": NUMBER, "sid": "PN1"}
    assert pick_number(found, NUMBER[:-1]) is None
    assert pick_number(None, NUMBER) is None


@pytest.mark.parametrize("url", ["https://[", "https://demo.twilio.com.evil.example/", "https://x.example/"])
def test_what_is_not_surely_nobodys_is_somebodys(url: str) -> None:
    assert Setting(url=url, method="POST").find_lead(HOOK) is Leads.ELSEWHERE
