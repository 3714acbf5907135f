"""WhatsApp over the whole road: signed in, committed, answered once, and told what became of it."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from bot.connector import AccountConfig, Connector
from bot.domain.message import Author, DeliveryState
from bot.service.loops import run_courier, run_worker
from bot.storage import conversations
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, ROAD
from connectors.whatsapp.connector import WhatsappConnector
from tests.fakes.engine import PlainEngine
from tests.fakes.serving import serve
from tests.fakes.whatsapp import FakeWhatsapp, Fault, run_fake_whatsapp
from tests.integration.service.delivering import states_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.service.road import Road

ANN = "16505551234/US.13491208655302741918"
BOB = "US.20811208655302741918"
PHONE = "16505551234"


@asynccontextmanager
async def serving(road: Road, fake: FakeWhatsapp) -> AsyncIterator[str]:
    """Run two numbers of one app, with a worker and a courier; yields the address of the webhook."""
    accounts = {"main": fake.options, "other": {**fake.options, "phone_number_id": "42", "waba_id": "7"}}
    connectors: dict[tuple[str, str], Connector] = {
        ("whatsapp", name): WhatsappConnector(AccountConfig(channel="whatsapp", name=name, options=options))
        for name, options in accounts.items()
    }
    app = web.Application()
    answer_errors_in(app)
    app[ROAD], app[CONNECTORS] = road, connectors
    hooks.add_hook_routes(app)
    for connector in connectors.values():
        await connector.start(None)
    loops = [
        asyncio.create_task(run_worker(road, PlainEngine(), consumer="tests", slots=4)),
        asyncio.create_task(run_courier(road, connectors, consumer="tests", slots=4)),
    ]
    try:
        async with serve(app) as (address, _):
            yield f"{address}/webhooks/whatsapp/other"
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        for connector in connectors.values():
            await connector.close()


async def find_conversation(road: Road, key: str) -> int:
    async with road.database.read() as connection:
        found = await conversations.find_conversation_id(
            connection, road.account_ids["whatsapp", "main"], key
        )
    assert found is not None
    return found


async def until_state(road: Road, conversation_id: int, state: DeliveryState) -> None:
    async with asyncio.timeout(20):
        while (await states_of(road, conversation_id))[-1][1] is not state:  # noqa: ASYNC110 - patience
            await asyncio.sleep(0.02)


async def test_each_message_is_answered_once_however_often_it_is_told(road: Road) -> None:
    async with run_fake_whatsapp() as fake:
        async with serving(road, fake) as hook:
            assert await fake.verify_hook(hook)
            fake.say(ANN, "one")
            fake.say(BOB, "two")
            order = random.Random(7)  # noqa: S311 - an order, not a secret
            statuses = await fake.deliver(hook, copies=3, shuffle=order)
            assert set(statuses) == {200}
            await fake.until(lambda: len(fake.sent) == 2)
            assert {(sent.to, sent.text) for sent in fake.sent} == {(PHONE, "1: one"), (BOB, "1: two")}
        # Another process, on the same database: Meta repeats what it is not sure of for days.
        reborn = replace(road, account_ids={})
        async with serving(reborn, fake) as hook:
            fake.push_message(ANN, {"id": "wamid.HBgL00000001AA==", "type": "text", "text": {"body": "one"}})
            fake.say(ANN, "three")
            await fake.deliver(hook, batch=2)
            await fake.until(lambda: len(fake.sent) == 3)
            assert fake.sent[-1].text == "2: three"


async def test_number_without_a_webhook_is_answered_after_a_start(road: Road) -> None:
    async with run_fake_whatsapp() as fake, serving(road, fake) as hook:
        fake.subscribed = False
        account = AccountConfig(channel="whatsapp", name="main", options=fake.options)
        connector = WhatsappConnector(account)
        await connector.start(hook.replace("/other", "/main"))
        await connector.close()
        fake.say(ANN, "one")
        assert await fake.deliver(fake.told_at) == [200]
        await fake.until(lambda: len(fake.sent) == 1)


async def test_statuses_say_how_far_a_reply_came_and_settle_what_was_in_doubt(road: Road) -> None:
    async with run_fake_whatsapp() as fake, serving(road, fake) as hook:
        fake.faults.append(Fault.RESET_AFTER)
        fake.say(ANN, "one")
        await fake.deliver(hook)
        await fake.until(lambda: len(fake.sent) == 1)
        conversation_id = await find_conversation(road, PHONE)
        await until_state(road, conversation_id, DeliveryState.UNKNOWN)
        for status in ("read", "sent", "delivered"):
            fake.report(fake.sent[0], status)
            await fake.deliver(hook, copies=2)
        await until_state(road, conversation_id, DeliveryState.READ)
        assert len(fake.sent) == 1


async def test_word_of_staff_in_the_app_silences_the_bot(road: Road) -> None:
    async with run_fake_whatsapp() as fake, serving(road, fake) as hook:
        fake.say(ANN, "one")
        await fake.deliver(hook)
        await fake.until(lambda: len(fake.sent) == 1)
        fake.echo(PHONE, "I am looking into it.")
        await fake.deliver(hook, copies=2)
        fake.say(ANN, "thanks")
        fake.say(BOB, "two")
        await fake.deliver(hook)
        await fake.until(lambda: len(fake.sent) == 2)
        assert fake.sent[-1].to == BOB
        conversation_id = await find_conversation(road, PHONE)
        said = await states_of(road, conversation_id, Author.STAFF)
        assert [text for text, _ in said] == ["I am looking into it."]
