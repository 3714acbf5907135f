"""Text messages over the whole road: signed forms in, answers at the phone, receipts, repeats, a restart."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.connector import AccountConfig
from bot.domain.message import DeliveryState
from connectors.sms.connector import SmsConnector
from tests.fakes.twilio import ACCOUNT_SID, NUMBER, TOKEN, FakeTwilio, Fault, run_fake_twilio
from tests.integration.service.delivering import states_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.service.road import Road
    from tests.integration.connectors.conftest import Open

ANN, BOB = "+15551230007", "+15551230008"


def build(fake: FakeTwilio) -> SmsConnector:
    known = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "from": NUMBER, "api_url": fake.url}
    return SmsConnector(AccountConfig(channel="sms", name="main", options=known))


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.02)


async def until_state(road: Road, state: DeliveryState) -> None:
    async with asyncio.timeout(20):
        while await states_of(road, 1) != [("1: hello", state)]:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)


def texts(fake: FakeTwilio, phone: str) -> list[str]:
    return [sent["body"] for sent in fake.sent if sent["to"] == phone]


async def test_texts_are_answered_once_however_often_they_come(open_account: Open) -> None:
    async with run_fake_twilio() as fake, open_account(build(fake)) as fake.hook_url:
        said = [fake.say(ANN, "hello"), fake.say(BOB, "hi")]
        assert set(await fake.deliver(*said, copies=3, seed=1)) == {200}
        await until(lambda: len(fake.sent) == 2)
        await fake.deliver(fake.say(ANN, "again"), copies=2)
        await until(lambda: len(fake.sent) == 3)
        assert (texts(fake, ANN), texts(fake, BOB)) == (["1: hello", "2: again"], ["1: hi"])
        assert {sent["status_callback"] for sent in fake.sent} == {fake.hook_url}


@pytest.mark.parametrize("before", ["", "https://demo.twilio.com/welcome/sms/reply"])
async def test_number_that_leads_nowhere_is_led_here_by_itself(open_account: Open, before: str) -> None:
    async with run_fake_twilio() as fake:
        fake.hook_url = before
        async with open_account(build(fake)) as hook:
            assert fake.hook_url == hook
            assert await fake.deliver(fake.say(ANN, "hello")) == [200]
            await until(lambda: texts(fake, ANN) == ["1: hello"])


async def test_forged_form_is_refused(open_account: Open) -> None:
    async with run_fake_twilio() as fake, open_account(build(fake)) as fake.hook_url:
        form = fake.say(ANN, "hello")
        assert await fake.deliver(form, signed_for=fake.hook_url + "?another") == [401]
        assert await fake.deliver(form, signed_for="https://chat.example/webhooks/sms/main") == [401]
        await asyncio.sleep(0.2)
        assert fake.sent == []


async def test_receipt_settles_what_was_sent(open_account: Open, road: Road) -> None:
    async with run_fake_twilio() as fake, open_account(build(fake)) as fake.hook_url:
        await fake.deliver(fake.say(ANN, "hello"))
        await until_state(road, DeliveryState.SENT)
        reports = (fake.report(fake.sent[0], "queued"), fake.report(fake.sent[0], "undelivered", 30005))
        assert await fake.deliver(*reports, copies=2) == [200] * 4
    assert await states_of(road, 1) == [("1: hello", DeliveryState.FAILED)]


async def test_lost_answer_to_a_send_is_looked_up_and_never_repeated(open_account: Open, road: Road) -> None:
    async with run_fake_twilio() as fake, open_account(build(fake)) as fake.hook_url:
        fake.faults.append(Fault.RESET_AFTER)
        await fake.deliver(fake.say(ANN, "hello"))
        await until_state(road, DeliveryState.SENT)
        assert any("GET" in call for call in fake.transcript)
        await asyncio.sleep(0.3)  # and nothing more is sent
        assert texts(fake, ANN) == ["1: hello"]


async def test_restart_loses_and_repeats_nothing(open_account: Open) -> None:
    async with run_fake_twilio() as fake:
        form = fake.say(ANN, "hello")
        async with open_account(build(fake)) as fake.hook_url:
            await fake.deliver(form)
            await until(lambda: len(fake.sent) == 1)
        async with open_account(build(fake)) as fake.hook_url:
            await fake.deliver(form, fake.say(ANN, "again"))
            await until(lambda: len(fake.sent) == 2)
            assert texts(fake, ANN) == ["1: hello", "2: again"]
