"""The Bluesky channel in front of the AT Protocol's own programs: posts in and out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import regex

from bot.connector import ErrorClass, SendState
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from connectors.bluesky.connector import BlueskyConnector
from connectors.bluesky.records import is_ours
from tests.networks.acts import build_bluesky, polling, take
from tests.networks.atproto import Network
from tests.networks.people import Person, Record, join, until
from tests.unit.connectors.asked import Reading, reply_to

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("bluesky"),
]  # the first test waits for all programs


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
    await ann.see(ours["uri"])  # of what it does not show yet, the network tells no quote
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


async def test_answer_to_somebody_else_below_us_says_so(
    network: Network, brand: Person, ann: Person, reading: Reading
) -> None:
    ben = await join(network.url, ann.http, "ben")
    ours = await brand.post("The new ones are out")
    remark = await ann.post("I like them", to=ours)
    await take(reading, 1)
    await ben.post("So do I", to=remark)
    await take(reading, 2)  # what two people write at once comes in either order
    await ann.mention(brand, "and are they cheap?", to=ours)
    first, other, named = await take(reading, 3)
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
