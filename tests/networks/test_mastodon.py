"""The Mastodon channel in front of a server that others wrote.

What that server has not: federation, the name of a post's application (so no word of the brand's people), and
edits on the stream under the name that Mastodon documents.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.connector import ErrorClass, OutboundFile, ReplyMode, SendState
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from bot.errors import SettingsError
from connectors.mastodon.connector import MastodonConnector
from tests.networks.acts import build_mastodon, polling, take
from tests.networks.mastodon import ANN, BEN, BRAND, ROBOT, Server
from tests.unit.connectors.asked import Reading, reply_to

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("mastodon")]


@pytest.fixture
async def connector(server: Server) -> AsyncIterator[MastodonConnector]:
    async with connected(server) as opened:
        yield opened


@pytest.fixture
async def reading(connector: MastodonConnector) -> AsyncIterator[Reading]:
    """A poll of an account that is connected just now."""
    async with polling(connector) as found:
        yield found


@asynccontextmanager
async def connected(server: Server, **options: object) -> AsyncIterator[MastodonConnector]:
    """Open a connector of the brand's account."""
    opened = build_mastodon(server, **options)  # type: ignore[arg-type]
    await opened.start(None)
    try:
        yield opened
    finally:
        await opened.close()


async def test_mention_is_answered_in_its_thread(
    server: Server, connector: MastodonConnector, reading: Reading
) -> None:
    post = await server.post(ANN, "@lyra My parcel & <I>:\nhttps://shop.example/a?b=1&c=2\n\nWhere?")
    (event,) = await take(reading, 1)
    assert (event.event_id, event.kind, event.surface) == (post["id"], Kind.TEXT, Surface.PUBLIC)
    assert event.content.text == "My parcel & <I>:\nhttps://shop.example/a?b=1&c=2\n\nWhere?"
    assert (event.sender.native_id, event.sender.name) == (post["account"]["id"], "Ann Berg")
    assert event.conversation_key == f"{post['account']['id']}:{post['id']}"
    result = await connector.send(reply_to(event, "On its way. @ben@far.example knows."))
    assert result.state is SendState.SENT
    (sent,) = await server.list_posts()
    assert (sent["id"], sent["in_reply_to_id"]) == (result.native_ids[0], post["id"])
    assert [each["username"] for each in sent["mentions"]] == [ANN]
    assert [each["id"] for each in await server.list_mentions(ANN)] == [sent["id"]]
    assert await server.list_mentions(BEN) == []
    second = await server.post(ANN, "@lyra thanks", in_reply_to_id=sent["id"])
    _, answer = await take(reading, 2)
    assert (answer.event_id, answer.conversation_key) == (second["id"], event.conversation_key)
    assert answer.metadata["addressed"] == "reply"


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
async def test_reply_is_seen_by_no_more_people_than_the_post(
    server: Server, connector: MastodonConnector, reading: Reading, visibility: str
) -> None:
    await server.post(ANN, "@lyra Hello", visibility=visibility, spoiler_text="parcels")
    (event,) = await take(reading, 1)
    assert event.surface is (Surface.DIRECT if visibility == "direct" else Surface.PUBLIC)
    await connector.send(reply_to(event, "Hello."))
    (sent,) = await server.list_posts()
    assert (sent["visibility"], sent["spoiler_text"]) == (visibility, "parcels")


async def test_public_post_is_answered_in_private(
    server: Server, connector: MastodonConnector, reading: Reading
) -> None:
    post = await server.post(BEN, "@lyra My order 4711 is late")
    (event,) = await take(reading, 1)
    result = await connector.send(reply_to(event, "Tell us here.", mode=ReplyMode.PRIVATE))
    assert result.delivered_to == post["account"]["id"]
    (sent,) = await server.list_posts()
    assert (sent["visibility"], [each["acct"] for each in sent["mentions"]]) == (
        "direct",
        ["ben@far.example"],
    )
    await server.post(BEN, "@lyra Here", visibility="direct", in_reply_to_id=sent["id"])
    _, answer = await take(reading, 2)
    assert (answer.surface, answer.conversation_key) == (Surface.DIRECT, result.delivered_to)


async def test_machines_and_boosts_are_left_alone(server: Server, reading: Reading) -> None:
    ours = await server.post(BRAND, "We are open")
    await server.post(ROBOT, "@lyra beep")
    await server.call(ANN, "POST", f"statuses/{ours['id']}/favourite")
    await server.call(ANN, "POST", f"statuses/{ours['id']}/reblog")
    await server.post(ANN, "@lyra Hello")
    beep, hello = await take(reading, 2)
    assert (beep.kind, beep.conversation_key) == (Kind.UNSUPPORTED, "")
    assert (hello.kind, hello.content.text) == (Kind.TEXT, "Hello")


async def test_long_reply_is_a_thread_that_the_server_takes(
    server: Server, connector: MastodonConnector, reading: Reading
) -> None:
    post = await server.post(BEN, "@lyra Tell me all")
    (event,) = await take(reading, 1)
    said = " ".join(["Grüße 👩‍👩‍👧 https://shop.example/a"] * 40)
    result = await connector.send(reply_to(event, said))
    assert result.state is SendState.SENT
    sent = await server.list_posts()
    assert [each["id"] for each in sent] == list(result.native_ids)
    assert [each["in_reply_to_id"] for each in sent] == [post["id"], *result.native_ids[:-1]]
    assert len(sent) > 2


async def test_picture_arrives_with_its_words(
    server: Server, connector: MastodonConnector, reading: Reading
) -> None:
    await server.post(ANN, "@lyra Which one?")
    (event,) = await take(reading, 1)

    async def read() -> bytes:
        return b"\x89PNG a picture"

    file = OutboundFile(
        kind="image", mime="image/png", name="The blue one", size=14, url="https://x.example", read=read
    )
    await connector.send(reply_to(event, "This one", files=(file,)))
    (sent,) = await server.list_posts()
    (media,) = sent["media_attachments"]
    assert (media["type"], media["description"]) == ("image", "The blue one")
    async with server.http.get(media["url"]) as response:
        assert await response.read() == b"\x89PNG a picture"


async def test_stream_tells_before_the_next_look(server: Server) -> None:
    async with (
        connected(server, pause=timedelta(seconds=1)) as connector,  # the next look would be in a minute
        polling(connector) as reading,
    ):
        await server.post(ANN, "@lyra one")
        await take(reading, 1)
        post = await server.post(ANN, "@lyra two")
        await take(reading, 2)
        await server.call(ANN, "DELETE", f"statuses/{post['id']}")
        *_, gone = await take(reading, 3)
    assert (gone.kind, gone.target_id) == (Kind.DELETE, post["id"])
    assert reading.said[:2] == ["one", "two"]


async def test_what_came_while_nobody_asked_is_taken_once(
    server: Server, connector: MastodonConnector
) -> None:
    await server.post(ANN, "@lyra before")
    async with polling(connector) as first:
        await server.post(ANN, "@lyra one")
        await take(first, 1)
    for number in range(45):  # more than a page
        await server.post(ANN, f"@lyra {number}")
    async with polling(connector, first.cursor) as second:
        await server.post(ANN, "@lyra last")
        await take(second, 46)
    assert first.said == ["one"]
    assert second.said == [*map(str, range(45)), "last"]


async def test_reply_whose_answer_was_lost_is_made_once(server: Server) -> None:
    async with (
        connected(server, http_timeout=timedelta(seconds=5)) as hasty,
        connected(server) as connector,
        polling(connector) as reading,
    ):
        await server.post(ANN, "@lyra Hello?")
        (event,) = await take(reading, 1)
        known = await hasty.send(reply_to(event, "Warm up: limits are known now.", idempotency_key="r0"))
        assert known.state is SendState.SENT
        await server.fail({"type": "latency", "delay_ms": 8000})
        lost = await hasty.send(reply_to(event, "Hello."))
        assert lost.state is SendState.UNKNOWN
        again = await connector.send(reply_to(event, "Hello."))
        third = await connector.send(reply_to(event, "Hello."))
        assert again.state is third.state is SendState.SENT
        assert again.native_ids == third.native_ids
        broken_off = await connector.send(replace(reply_to(event, "Hello."), delivered=again.native_ids))
        assert broken_off.native_ids == again.native_ids
        other = await connector.send(reply_to(event, "Hello.", idempotency_key="r2"))
        assert other.native_ids != again.native_ids


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ({"type": "status", "status": 503}, (SendState.REJECTED, ErrorClass.TRANSIENT)),
        ({"type": "status", "status": 403}, (SendState.REJECTED, ErrorClass.AUTH)),
        ({"type": "status", "status": 404}, (SendState.REJECTED, ErrorClass.RECIPIENT_GONE)),
        ({"type": "ratelimit"}, (SendState.REJECTED, ErrorClass.RATE_LIMITED)),
        ({"type": "status", "status": 502}, (SendState.UNKNOWN, ErrorClass.TRANSIENT)),
        ({"type": "malformed"}, (SendState.UNKNOWN, ErrorClass.TRANSIENT)),
    ],
)
async def test_refusals_are_told_apart(
    server: Server,
    connector: MastodonConnector,
    reading: Reading,
    effect: dict[str, object],
    expected: tuple[SendState, ErrorClass],
) -> None:
    await server.post(ANN, "@lyra Hello?")
    (event,) = await take(reading, 1)
    await server.fail(effect)
    result = await connector.send(reply_to(event, "Hello."))
    assert result.error is not None
    assert (result.state, result.error.error_class) == expected
    assert await server.list_posts() == []
    assert (await connector.send(reply_to(event, "Hello."))).state is SendState.SENT


async def test_rate_limit_says_when_to_come_back(
    server: Server, connector: MastodonConnector, reading: Reading
) -> None:
    await server.post(ANN, "@lyra Hello?")
    (event,) = await take(reading, 1)
    await server.fail({"type": "ratelimit"})
    refused = await connector.send(reply_to(event, "Hello."))
    assert refused.error is not None
    assert refused.error.retry_after == timedelta(seconds=300)
    sent = await connector.send(reply_to(event, "Hello."))
    (left,) = sent.rates_left
    assert 0 < left.left < 100_000
    assert timedelta(0) <= left.again <= timedelta(minutes=5)


async def test_token_that_is_refused_is_told(server: Server) -> None:
    async with connected(server, token="nobody") as connector:
        with pytest.raises(SettingsError, match="the token is refused"):
            await anext(connector.poll(None))
