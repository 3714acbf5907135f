"""`visavis channels doctor`: what is wrong with an account, and what was last heard of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.service.road import Road
from bot.service.signs import write_down
from bot.storage.database import Database
from bot.storage.signs import note_hook_url
from tests.fakes.twilio import TOKEN, FakeTwilio
from tests.integration.bootstrap.setting_up import answers, connect, run


@pytest.mark.usefixtures("project")
async def test_doctor_asks_each_account_and_fails_where_one_is_not_well(twilio: FakeTwilio) -> None:
    await connect(twilio, answers())
    well = await run("doctor", "sms")
    assert (well.exit_code, "✓" in well.output) == (0, True), well.output
    twilio.hook_url = "https://elsewhere.example/hook"
    astray = await run("doctor", "sms", "shop")
    assert astray.exit_code == 1
    assert "✗" in astray.output
    assert TOKEN not in astray.output


@pytest.mark.usefixtures("project")
async def test_doctor_says_what_came_in_and_what_was_refused(
    twilio: FakeTwilio, road: Road, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect(twilio, answers())
    never_run = await run("doctor")
    assert "The service has not run with this account yet" in " ".join(never_run.output.split())
    monkeypatch.setenv("DATABASE_URL", database_url)
    road.listening.refuse(
        "sms", "shop", datetime(2026, 11, 23, 13, 5, tzinfo=UTC), "X-Twilio-Signature is wrong"
    )
    await write_down(road)
    refused = await run("doctor")
    said = " ".join(refused.output.split())
    assert refused.exit_code == 1
    assert (
        "So far one request was refused, the last at 2026-11-23 13:05 UTC: X-Twilio-Signature is wrong."
        in said
    )
    assert "behind a proxy PUBLIC_URL" in said
    road.listening.hear("sms", "shop", datetime(2026, 11, 23, 13, 6, tzinfo=UTC))
    await write_down(road)
    well = await run("doctor")
    assert (well.exit_code, "last came in at 2026-11-23 13:06 UTC" in well.output) == (0, True), well.output


@pytest.mark.usefixtures("project")
async def test_doctor_without_a_database_that_answers_still_asks_the_platform(
    twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect(twilio, answers())
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    result = await run("doctor")
    assert result.exit_code == 0, result.output
    assert "Twilio accepts the credentials" in result.output
    assert "→ What came in last cannot be told: PostgreSQL does not answer" in " ".join(result.output.split())


@pytest.mark.usefixtures("project")
async def test_doctor_knows_an_address_of_before(
    twilio: FakeTwilio, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect(twilio, answers())
    twilio.hook_url = "https://old.example/webhooks/sms/shop"
    async with database.begin() as connection:
        await note_hook_url(connection, "sms", "shop", twilio.hook_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    said = " ".join((await run("doctor")).output.split())
    assert "our address of before (old.example): `visavis serve` sets ours" in said
    assert "PUBLIC_URL has changed: at its last start the service was at https://old.example." in said


async def test_doctor_says_which_variable_an_account_lacks(
    project: Path, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect(twilio, answers())
    (project / ".env").unlink()
    monkeypatch.delenv("SMS_SHOP_AUTH_TOKEN", raising=False)
    result = await run("doctor")
    assert result.exit_code == 1
    assert "SMS_SHOP_AUTH_TOKEN is not set" in " ".join(result.output.split())
