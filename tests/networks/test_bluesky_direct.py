"""Direct messages on Bluesky: through the real server of accounts, to a chat's server of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.connector import ErrorClass, ReplyMode, SendState
from bot.domain.conversation import Surface
from connectors.bluesky.connector import BlueskyConnector
from tests.fakes.bluesky import FakeBluesky
from tests.networks.acts import build_bluesky, polling, take
from tests.networks.atproto import Network
from tests.networks.chat import run_chat
from tests.networks.people import Person
from tests.unit.connectors.asked import reply_to

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("bluesky")]

LOG = "chat.bsky.convo.getLog"


@pytest.fixture
async def chat(network: Network, brand: Person) -> AsyncIterator[FakeBluesky]:
    async with run_chat(network.chat, brand) as opened:
        yield opened


@pytest.fixture
async def opening(brand: Person) -> AsyncIterator[BlueskyConnector]:
    """A connector whose password opens direct messages."""
    connector = await build_bluesky(brand, privileged=True)
    await connector.start(None)
    yield connector
    await connector.close()


def name(person: Person) -> str:
    """Return what the chat of the tests calls somebody."""
    return person.did.rpartition(":")[2]


async def test_message_is_read_accepted_and_answered(
    ann: Person, opening: BlueskyConnector, chat: FakeBluesky
) -> None:
    async with polling(opening) as reading:
        await chat.until(lambda: LOG in chat.calls)
        chat.write(name(ann), "Psst")
        (event,) = await take(reading, 1)
        assert (event.surface, event.sender.native_id) == (Surface.DIRECT, ann.did)
        await opening.acknowledge(event)
        assert chat.accepted == {event.conversation_key}
        result = await opening.send(reply_to(event, "Yes?"))
        assert result.state is SendState.SENT
        assert [said["text"] for said in chat.said] == ["Yes?"]
        assert await opening.look_up(reply_to(event, "Yes?")) is not None
        calls = len(chat.calls)
        await chat.until(lambda: chat.calls[calls:].count(LOG) > 1)
        assert len(reading.events) == 1  # our own word is nobody's


async def test_public_post_is_answered_in_private(
    brand: Person, ann: Person, opening: BlueskyConnector, chat: FakeBluesky
) -> None:
    async with polling(opening) as reading:
        await ann.mention(brand, "My order 4711 is late")
        (event,) = await take(reading, 1)
        result = await opening.send(reply_to(event, "Tell us more here.", mode=ReplyMode.PRIVATE))
        assert result.state is SendState.SENT
        assert result.delivered_to == f"convo-{name(ann)}"
        assert [said["text"] for said in chat.said] == ["Tell us more here."]
        assert await brand.list_posts() == []


async def test_who_takes_no_messages_is_not_written_to(
    brand: Person, ann: Person, opening: BlueskyConnector, chat: FakeBluesky
) -> None:
    chat.closed.add(ann.did)
    async with polling(opening) as reading:
        await ann.mention(brand, "My order 4711 is late")
        (event,) = await take(reading, 1)
        result = await opening.send(reply_to(event, "Tell us more here.", mode=ReplyMode.PRIVATE))
        assert result.error is not None
        assert result.error.error_class is ErrorClass.POLICY
        assert chat.said == []


async def test_password_that_does_not_open_messages_leaves_posts_alone(
    brand: Person, ann: Person, connector: BlueskyConnector, chat: FakeBluesky
) -> None:
    async with polling(connector) as reading:
        await ann.mention(brand, "Hello?")
        (event,) = await take(reading, 1)
        result = await connector.send(reply_to(event, "Hello.", mode=ReplyMode.PRIVATE))
        assert result.error is not None
        assert result.error.error_class is ErrorClass.AUTH
        assert (await connector.send(reply_to(event, "Hello."))).state is SendState.SENT
        assert chat.calls == []  # the real server let none through


async def test_chat_that_is_away_holds_back_no_posts(brand: Person, ann: Person, network: Network) -> None:
    connector = await build_bluesky(brand, privileged=True)
    await connector.start(None)
    try:
        async with polling(connector) as reading:
            await ann.mention(brand, "Hello?")
            (event,) = await take(reading, 1)
            private = await connector.send(reply_to(event, "Hello.", mode=ReplyMode.PRIVATE))
            assert private.state is SendState.REJECTED
            async with run_chat(network.chat, brand) as chat, asyncio.timeout(60):
                while LOG not in chat.calls:  # noqa: ASYNC110 - a test's patience
                    await asyncio.sleep(0.05)
                chat.write(name(ann), "Psst")
                await take(reading, 2)
    finally:
        await connector.close()
    assert reading.said[1] == "Psst"
