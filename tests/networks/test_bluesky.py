"""The Bluesky channel in front of the AT Protocol's own programs: posts in and out."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import jwt
import pytest
import regex

from bot.connector import AccountConfig, ErrorClass, OutboundFile, SendError, SendState
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from bot.errors import SettingsError
from connectors.bluesky.connector import BlueskyConnector
from connectors.bluesky.records import is_ours
from tests.networks.acts import build_bluesky, polling, take
from tests.networks.atproto import SECRET, Network
from tests.networks.people import Person, Record, join, until
from tests.unit.connectors.asked import Reading, reply_to

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("bluesky"),
]  # the first test waits for all programs


def end(proof: str) -> str:
    """Return a session's proof whose time is over."""
    claims = jwt.decode(proof, options={"verify_signature": False})
    return jwt.encode({**claims, "iat": 1, "exp": 2}, SECRET, headers=jwt.get_unverified_header(proof))


def make_picture() -> bytes:
    """Return a PNG of one pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def cut(record: Record) -> list[tuple[str, str]]:
    """Return the words that a post's facets are about, and where they lead."""
    raw = record["text"].encode()
    return [
        (
            raw[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(),
            each["features"][0].get("uri") or each["features"][0]["did"],
        )
        for each in record["facets"]
    ]


def count(text: str) -> int:
    """Count graphemes by an implementation that is not ours."""
    return len(regex.findall(r"\X", text))


async def test_mention_is_answered_in_its_thread(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    post = await ann.mention(brand, "Grüße 👩‍👩‍👧: it is broken")
    (event,) = await take(reading, 1)
    assert (event.event_id, event.kind, event.surface) == (post["uri"], Kind.TEXT, Surface.PUBLIC)
    assert event.conversation_key == f"{ann.did} {post['uri']}"
    assert (event.sender.native_id, event.sender.username, event.sender.name) == (ann.did, ann.handle, "Ann")
    assert event.content.text == f"@{brand.handle} Grüße 👩‍👩‍👧: it is broken"
    assert event.metadata["addressed"] == "mention"
    said = f"Grüße, @{ann.handle}! 👩‍👩‍👧 Look: https://shop.example/größe?a=1. Sorry."
    result = await connector.send(reply_to(event, said))
    assert result.state is SendState.SENT
    assert result.rates_left
    (sent,) = await brand.list_posts()
    assert sent["uri"] == result.native_ids[0]
    assert sent["text"] == said
    assert sorted(cut(sent)) == [
        (f"@{ann.handle}", ann.did),
        ("https://shop.example/größe?a=1", "https://shop.example/größe?a=1"),
    ]
    shown = await ann.see(sent["uri"])
    assert shown["record"]["reply"]["parent"] == {"uri": post["uri"], "cid": post["cid"]}
    second = await ann.post("And now?", to=sent)
    _, answer = await take(reading, 2)
    assert (answer.event_id, answer.conversation_key) == (second["uri"], event.conversation_key)
    assert answer.metadata["addressed"] == "reply"
    assert (
        await connector.send(reply_to(answer, "Now it is.", idempotency_key="r2"))
    ).state is SendState.SENT
    last = (await brand.list_posts())[-1]
    assert {each["text"] for each in await brand.list_posts()} == {said, "Now it is."}
    assert last["reply"]["root"]["uri"] == post["uri"]


async def test_quote_is_for_us_and_likes_are_not(brand: Person, ann: Person, reading: Reading) -> None:
    ours = await brand.post("We are open")
    await ann.write("app.bsky.feed.like", {"subject": ours})
    await ann.write("app.bsky.feed.repost", {"subject": ours})
    await ann.write("app.bsky.graph.follow", {"subject": brand.did})
    embed = {"$type": "app.bsky.embed.record", "record": ours}
    quote = await ann.post("Are they, though?", embed=embed)
    (event,) = await take(reading, 1)
    assert event.event_id == quote["uri"]
    assert event.metadata["reason"] == "quote"
    assert [each.kind for each in event.content.attachments] == ["post"]


@pytest.mark.parametrize("word", ["x", "ü", "👩‍👩‍👧‍👦", "e\N{COMBINING ACUTE ACCENT}"])
async def test_server_takes_each_part_of_a_long_reply(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading, word: str
) -> None:
    post = await ann.mention(brand, "Tell me all")
    (event,) = await take(reading, 1)
    said = " ".join([word * 9] * 70)
    result = await connector.send(reply_to(event, said))
    assert result.state is SendState.SENT, result
    posts = {each["uri"]: each for each in await brand.list_posts()}
    sent = [posts[uri] for uri in result.native_ids]
    assert " ".join(each["text"] for each in sent) == said
    assert all(count(each["text"]) <= 300 and len(each["text"].encode()) <= 3000 for each in sent)
    parents = [each["reply"]["parent"]["uri"] for each in sent]
    assert parents == [post["uri"], *result.native_ids[:-1]]
    assert {each["reply"]["root"]["uri"] for each in sent} == {post["uri"]}


async def test_server_refuses_what_we_would_not_send(brand: Person) -> None:
    with pytest.raises(aiohttp.ClientResponseError):
        await brand.post("x" * 301)
    with pytest.raises(aiohttp.ClientResponseError):
        await brand.post("👩‍👩‍👧‍👦" * 200)
    await brand.post("👩‍👩‍👧‍👦" * 120)


async def test_picture_arrives_with_its_words(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    await ann.mention(brand, "Which one?")
    (event,) = await take(reading, 1)
    picture = make_picture()

    async def read() -> bytes:
        return picture

    file = OutboundFile(
        kind="image", mime="image/png", name="The blue one", size=len(picture), url="https://x", read=read
    )
    result = await connector.send(reply_to(event, "This one", files=(file,)))
    shown = await ann.see(result.native_ids[0])
    (image,) = shown["embed"]["images"]
    assert image["alt"] == "The blue one"
    (kept,) = shown["record"]["embed"]["images"]
    assert kept["image"]["size"] == len(picture)
    assert kept["image"]["mimeType"] == "image/png"


async def test_customers_picture_is_read(brand: Person, ann: Person, reading: Reading) -> None:
    async with ann.http.post(
        f"{ann.url}/xrpc/com.atproto.repo.uploadBlob",
        data=make_picture(),
        headers={"Authorization": f"Bearer {ann.proof}", "Content-Type": "image/png"},
    ) as response:
        blob = (await response.json())["blob"]
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "a crack"}]}
    await ann.mention(brand, "Look", embed=embed)
    (event,) = await take(reading, 1)
    (file,) = event.content.attachments
    assert (file.kind, file.name, file.size) == ("image", "a crack", len(make_picture()))
    assert f"/{ann.did}/{blob['ref']['$link']}" in file.ref


async def test_reply_that_was_sent_and_not_written_down_is_made_once(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    await ann.mention(brand, "Hello?")
    (event,) = await take(reading, 1)
    reply = reply_to(event, " ".join(["Hello."] * 90))
    first = await connector.send(reply)
    other = await build_bluesky(brand)
    await other.start(None)
    try:
        assert await other.look_up(reply) == replace(first, rates_left=())
        again = await other.send(reply)
        broken_off = await other.send(replace(reply, delivered=first.native_ids[:1]))
    finally:
        await other.close()
    assert (again.state, again.native_ids) == (SendState.SENT, first.native_ids)
    assert (broken_off.state, broken_off.native_ids) == (SendState.SENT, first.native_ids)
    posts = await brand.list_posts()
    assert sorted(each["uri"] for each in posts) == sorted(first.native_ids)
    assert len(posts) == 3


async def test_nothing_is_found_of_what_was_never_sent(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    await ann.mention(brand, "Hello?")
    (event,) = await take(reading, 1)
    found = await connector.look_up(reply_to(event, "Hello."))
    assert found is not None
    assert (found.state, found.native_ids) == (SendState.REJECTED, ())


async def test_reply_to_a_post_that_was_deleted_is_refused(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    post = await ann.mention(brand, "Forget it")
    (event,) = await take(reading, 1)
    await ann.delete(post["uri"])

    async def gone() -> bool:
        return not (await brand.call("app.bsky.feed.getPosts", uris=post["uri"]))["posts"]

    await until(gone)
    result = await connector.send(reply_to(event, "Hello."))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.RECIPIENT_GONE
    assert await brand.list_posts() == []


async def test_author_who_blocks_us_or_closes_the_thread_is_not_answered(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    post = await ann.mention(brand, "One")
    (one,) = await take(reading, 1)
    gate = {"post": post["uri"], "allow": []}
    now = "2026-01-31T12:00:00.000Z"
    await ann.call(
        "com.atproto.repo.putRecord",
        {
            "repo": ann.did,
            "collection": "app.bsky.feed.threadgate",
            "rkey": post["uri"].rpartition("/")[2],
            "record": {"$type": "app.bsky.feed.threadgate", "createdAt": now, **gate},
        },
    )

    async def closed() -> bool:
        (found,) = (await brand.call("app.bsky.feed.getPosts", uris=post["uri"]))["posts"]
        return found["viewer"].get("replyDisabled") is True

    await until(closed)
    refused = await connector.send(reply_to(one, "Hello."))
    assert refused.error is not None
    assert refused.error.error_class is ErrorClass.POLICY
    await ann.mention(brand, "Two")
    _, two = await take(reading, 2)
    await ann.write("app.bsky.graph.block", {"subject": brand.did})

    async def blocked() -> bool:
        found = await brand.call("app.bsky.actor.getProfile", actor=ann.did)
        return found["viewer"].get("blockedBy") is True

    await until(blocked)
    gone = await connector.send(reply_to(two, "Hello."))
    assert gone.error is not None
    assert gone.error.error_class is ErrorClass.RECIPIENT_GONE
    assert await brand.list_posts() == []


async def test_poll_goes_on_where_it_was(brand: Person, ann: Person, connector: BlueskyConnector) -> None:
    await ann.mention(brand, "before")

    async def known() -> bool:
        found = await brand.call("app.bsky.notification.listNotifications")
        return len(found["notifications"]) == 1

    await until(known)
    async with polling(connector) as first:
        await ann.mention(brand, "one")
        await take(first, 1)
    await ann.mention(brand, "two")
    async with polling(connector, first.cursor) as second:
        await ann.mention(brand, "three")

        async def read() -> bool:
            # What is repeated has the same id, and is dropped where it is stored.
            return len({event.event_id for event in [*first.events, *second.events]}) == 3

        await until(read)
    fresh = {event.event_id: event.content.text.split()[-1] for event in [*first.events, *second.events]}
    assert sorted(fresh.values()) == ["one", "three", "two"]


async def test_word_of_the_brands_people_is_told_from_ours(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    post = await ann.mention(brand, "Hello?")
    (event,) = await take(reading, 1)
    sent = await connector.send(reply_to(event, "The bot."))
    await brand.post("We are open")  # answers nobody
    await brand.post("Mara here.", to=post)
    _, echo = await take(reading, 2)
    assert (echo.kind, echo.content.text) == (Kind.ECHO, "Mara here.")
    assert (echo.sender.native_id, echo.conversation_key) == (ann.did, event.conversation_key)
    assert is_ours(sent.native_ids[0].rpartition("/")[2])
    assert not is_ours(echo.event_id.rpartition("/")[2])


async def test_session_that_ended_is_renewed(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    await ann.mention(brand, "Hello?")
    (event,) = await take(reading, 1)
    session = connector._api._session
    assert session is not None
    ended = end(session.access)
    connector._api._session = replace(session, access=ended)
    connector._api._password = "none"  # so that it can only be renewed
    assert (await connector.send(reply_to(event, "Hello."))).state is SendState.SENT
    renewed = connector._api._session
    assert renewed is not None
    assert renewed.access != ended


async def test_session_that_cannot_be_renewed_is_made_anew(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    await ann.mention(brand, "Hello?")
    (event,) = await take(reading, 1)
    session = connector._api._session
    assert session is not None
    connector._api._session = replace(session, access=end(session.access), renewal=end(session.renewal))
    assert (await connector.send(reply_to(event, "Hello."))).state is SendState.SENT


async def test_password_that_was_taken_back_is_told(brand: Person) -> None:
    options = {"handle": brand.handle, "app_password": "abcd-efgh-ijkl-mnop", "api_url": brand.url}
    config = AccountConfig(channel="bluesky", name="main", options=options)
    connector = BlueskyConnector(config, http_timeout=timedelta(seconds=20))
    await connector.start(None)
    try:
        with pytest.raises(SettingsError, match="the app password is refused"):
            await anext(connector.poll(None))
    finally:
        await connector.close()


async def test_too_many_sign_ins_are_waited_for(network: Network, http: aiohttp.ClientSession) -> None:
    brand = await join(network.url, http, "busy")
    options = {"handle": brand.handle, "app_password": "abcd-efgh-ijkl-mnop", "api_url": brand.url}
    config = AccountConfig(channel="bluesky", name="main", options=options)
    connector = BlueskyConnector(config, http_timeout=timedelta(seconds=20))
    await connector.start(None)
    try:
        refused: SendError | None = None
        for _ in range(40):
            refused = (await connector._api.get("com.atproto.server.getSession")).error
            if refused is None or refused.error_class is not ErrorClass.AUTH:
                break
        assert refused is not None
        assert refused.error_class is ErrorClass.RATE_LIMITED
        assert refused.retry_after is not None
        assert timedelta(0) < refused.retry_after <= timedelta(minutes=5)
    finally:
        await connector.close()


async def test_answer_to_somebody_else_below_us_says_so(
    network: Network, brand: Person, ann: Person, reading: Reading
) -> None:
    ben = await join(network.url, ann.http, "ben")
    ours = await brand.post("The new ones are out")
    remark = await ann.post("I like them", to=ours)
    first, *_ = await take(reading, 1)
    await ben.post("So do I", to=remark)
    await ann.mention(brand, "and are they cheap?", to=ours)
    _, other, named = await take(reading, 3)
    assert [event.metadata["addressed"] for event in (first, other, named)] == ["reply", "comment", "reply"]
    assert named.metadata["reason"] == "mention"
    assert other.metadata["parent_id"] == remark["uri"]


async def test_post_of_somebody_whose_clock_is_slow_is_not_lost(
    network: Network, brand: Person, ann: Person, reading: Reading
) -> None:
    ben = await join(network.url, ann.http, "ben")
    await ann.mention(brand, "on time")
    await take(reading, 1)
    ago = (datetime.now(UTC) - timedelta(minutes=50)).isoformat(timespec="milliseconds")
    await ben.mention(brand, "an hour late", createdAt=ago.replace("+00:00", "Z"))
    await take(reading, 2)
    assert reading.events[1].content.text == f"@{brand.handle} an hour late"
