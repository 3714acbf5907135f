"""Messages that a platform does not pass on: answered once, or shown to whoever has the conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.connector import AccountConfig, Connector
from bot.dialogue.spec import DialogueSpec
from bot.domain.conversation import Status
from bot.domain.message import Kind, Settled
from bot.engines.unsupported import CANNOT_SEE
from bot.service.take import take
from bot.storage import ledger, queue
from bot.storage.queue import QueueView
from connectors.instagram.connector import InstagramConnector
from connectors.messenger.connector import MessengerConnector
from connectors.telegram.connector import TelegramConnector
from connectors.whatsapp.connector import WhatsappConnector
from tests.conversations.talk import Words, build_engine
from tests.fakes.graph import FakeGraph, run_fake_graph
from tests.fakes.graph_events import INSTAGRAM, PAGE, body, element, said
from tests.fakes.telegram import run_fake_telegram
from tests.fakes.whatsapp import run_fake_whatsapp
from tests.integration.connectors.conftest import opened
from tests.integration.service.delivering import let_pass
from tests.integration.service.people import add_agent
from tests.unit.dialogue.specs import spec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from bot.service.road import Road

PHONE, PERSON = "16505551234", "7001"
POLL = {"type": "unsupported", "unsupported": {"type": "poll_creation"}, "errors": [{"code": 131051}]}
GAME = {
    "title": "Dice",
    "description": "d",
    "photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody on a platform. `send` makes them send something that is not passed on."""

    send: Callable[[], Awaitable[object]]
    write: Callable[[str], Awaitable[object]]
    texts: Callable[[], list[str]]
    channel: str


def shop() -> DialogueSpec:
    """A brand that knows nothing of messages which cannot be read."""
    return spec()


@asynccontextmanager
async def on_whatsapp(road: Road) -> AsyncIterator[Customer]:
    async with run_fake_whatsapp() as fake:
        account = AccountConfig(channel="whatsapp", name="main", options=fake.options)
        async with opened(road, WhatsappConnector(account), build_engine(shop(), words=WORDS)) as hook:

            async def send() -> None:
                fake.push_message(PHONE, POLL)
                await fake.deliver(hook, copies=2)

            async def write(text: str) -> None:
                fake.say(PHONE, text)
                await fake.deliver(hook)

            yield Customer(
                send=send, write=write, texts=lambda: [each.text for each in fake.sent], channel="whatsapp"
            )


@asynccontextmanager
async def on_meta(road: Road, fake: FakeGraph, connector: Connector, kind: str) -> AsyncIterator[Customer]:
    async with opened(road, connector, build_engine(shop(), words=WORDS)) as hook:
        mids = iter(range(100))

        async def tell(part: Any) -> None:
            fake.heard[PERSON] = datetime.now(UTC)
            told = {**part, "timestamp": int(time.time() * 1000)}
            await fake.deliver(hook, body(kind, fake.own_id, messaging=[told]), copies=2)

        async def send() -> None:
            message = {"mid": f"u_{next(mids)}", "is_unsupported": True}
            await tell(element(fake.own_id, PERSON, message=message))

        async def write(text: str) -> None:
            await tell(said(fake.own_id, PERSON, text, mid=f"w_{next(mids)}"))

        yield Customer(send=send, write=write, texts=fake.texts, channel=connector.channel)


def make_meta(fake: FakeGraph, kind: type[Connector], own: str) -> Connector:
    options = {
        own: fake.own_id,
        "token": fake.token,
        "app_secret": fake.app_secret,
        "verify_token": fake.verify_token,
        "app_id": fake.app_id,
        "api_url": fake.url,
    }
    return kind(AccountConfig(channel=kind.channel, name="main", options=options))


@asynccontextmanager
async def on_messenger(road: Road) -> AsyncIterator[Customer]:
    async with run_fake_graph() as fake:
        connector = make_meta(fake, MessengerConnector, "page_id")
        async with on_meta(road, fake, connector, PAGE) as customer:
            yield customer


@asynccontextmanager
async def on_instagram(road: Road) -> AsyncIterator[Customer]:
    async with run_fake_graph(own_id="17841", node_id="17841", text_max=1000, in_bytes=True) as fake:
        connector = make_meta(fake, InstagramConnector, "instagram_id")
        async with on_meta(road, fake, connector, INSTAGRAM) as customer:
            yield customer


@asynccontextmanager
async def on_telegram(road: Road) -> AsyncIterator[Customer]:
    async with run_fake_telegram() as fake:
        options = {"token": fake.token, "api_url": fake.url}
        connector = TelegramConnector(AccountConfig(channel="telegram", name="main", options=options))
        async with opened(road, connector, build_engine(shop(), words=WORDS)):

            async def send() -> None:
                fake.push_message(7, game=GAME)
                await fake.deliver(copies=2)

            async def write(text: str) -> None:
                fake.say(7, text)
                await fake.deliver()

            yield Customer(
                send=send,
                write=write,
                texts=lambda: [each["text"] for each in fake.sent],
                channel="telegram",
            )


WORDS = Words({"hi": "greet"})
PLATFORMS = (on_whatsapp, on_messenger, on_instagram, on_telegram)


@pytest.fixture(params=PLATFORMS, ids=lambda each: each.__name__)
async def customer(road: Road, request: pytest.FixtureRequest) -> AsyncIterator[Customer]:
    """Somebody on each of the platforms."""
    open_platform: Callable[[Road], AbstractAsyncContextManager[Customer]] = request.param
    async with open_platform(road) as opened_customer:
        yield opened_customer


async def read(road: Road, statement: str) -> list[tuple[Any, ...]]:
    async with road.database.read() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(statement)]


async def until_idle(road: Road) -> None:
    """Wait until the bot has nothing to answer or to send."""
    busy = (
        "SELECT 1 FROM conversation WHERE status = 'bot' AND answer_due_at IS NOT NULL "
        "UNION ALL SELECT 1 FROM outbox WHERE state IN ('pending', 'sending')"
    )
    async with asyncio.timeout(20):
        while await read(road, busy):  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.02)


async def settled(road: Road) -> list[str]:
    return [
        each
        for (each,) in await read(road, "SELECT settled FROM message WHERE author = 'contact' ORDER BY seq")
    ]


async def test_a_burst_is_answered_once(road: Road, customer: Customer) -> None:
    for _ in range(3):
        await customer.send()
        await until_idle(road)
    assert customer.texts() == [CANNOT_SEE]
    assert await settled(road) == ["bot", "not_needed", "not_needed"]
    await customer.write("hi")
    await until_idle(road)
    await customer.send()
    await until_idle(road)
    assert customer.texts() == [CANNOT_SEE, "hello", CANNOT_SEE]
    async with road.database.read() as connection:
        days = await ledger.list_ledger(connection, since=road.now().date() - timedelta(days=1))
    assert all(day.adds_up for day in days)
    assert sum(day.received for day in days) == 5  # on two days where this runs at midnight


async def test_whoever_goes_on_like_that_gets_a_person(road: Road, customer: Customer) -> None:
    await customer.send()
    await until_idle(road)
    ((conversation_id,),) = await read(road, "SELECT id FROM conversation")
    await let_pass(road, conversation_id, timedelta(minutes=6))
    await customer.send()
    await until_idle(road)
    async with road.database.read() as connection:
        (row,) = await queue.list_queue(connection, view=QueueView.WAITING)
    assert row.handoff is not None
    assert (row.status, row.handoff.reason) == (Status.QUEUED, "cannot_be_read")
    assert row.waiting_since is not None
    assert len(customer.texts()) == 2  # that a person comes is said as well


async def test_it_waits_for_whoever_has_the_conversation(road: Road, customer: Customer) -> None:
    await customer.write("hi")
    await until_idle(road)
    ((conversation_id,),) = await read(road, "SELECT id FROM conversation")
    mara = await add_agent(road, "Mara")
    await take(road, conversation_id, mara)
    await customer.send()
    await until_idle(road)
    assert customer.texts() == ["hello"]
    found = await read(road, "SELECT kind, settled FROM message WHERE author = 'contact' ORDER BY seq")
    assert found[-1] == (Kind.UNSUPPORTED, Settled.WAITING)
    async with road.database.read() as connection:
        (row,) = await queue.list_queue(connection, view=QueueView.MINE, staff_id=mara.id)
    assert row.waiting_since is not None
