"""Replies on Mastodon, and what examining an account finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.connector import (
    ErrorClass,
    ReplyMode,
    SendState,
)
from bot.domain.conversation import Surface
from bot.domain.message import Button, Content
from connectors.mastodon.connector import MastodonConnector
from tests.fakes.mastodon import FakeMastodon, Fault
from tests.fakes.mastodon_posts import measure
from tests.unit.connectors.asked import Reading, make_file, reply_to
from tests.unit.connectors.mastodon.acts import build


async def test_reply_keeps_visibility_and_content_warning_and_names_the_author(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.say("7", "it is broken", visibility="unlisted", spoiler_text="complaint")
    await fake.until(lambda: bool(reading.events))
    event = reading.events[0]
    assert event.content.text == "complaint\n\nit is broken"
    await connector.send(reply_to(event, "Sorry!"))
    (sent,) = fake.sent
    assert sent["said"] == "@person7@other.example Sorry!"
    assert (sent["visibility"], sent["spoiler_text"]) == ("unlisted", "complaint")
    assert sent["in_reply_to_id"] == event.event_id


async def test_private_reply_to_a_public_post_is_direct_and_names_its_conversation(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.say("7", "it is broken")
    await fake.until(lambda: bool(reading.events))
    result = await connector.send(reply_to(reading.events[0], "Your address?", mode=ReplyMode.PRIVATE))
    assert fake.sent[0]["visibility"] == "direct"
    assert result.delivered_to == "7"
    fake.say("7", "Elm Street 5", visibility="direct", in_reply_to_id=result.native_ids[0])
    await fake.until(lambda: len(reading.events) == 2)
    answer = reading.events[1]
    assert (answer.conversation_key, answer.surface) == ("7", Surface.DIRECT)
    await connector.send(reply_to(answer, "Thank you.", idempotency_key="reply-2"))
    assert fake.sent[1]["visibility"] == "direct"


async def test_reply_shows_nobody_else_a_private_post(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.say("7", "tell @ceo@big.example and me@home.example", visibility="direct")
    await fake.until(lambda: bool(reading.events))
    await connector.send(reply_to(reading.events[0], "Told @ceo@big.example, at me@home.example."))
    assert fake.sent[0]["said"] == "@person7@other.example Told @\u200bceo@big.example, at me@home.example."


async def test_long_reply_becomes_a_thread_within_the_servers_limit(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.characters = 200
    fake.say("7", "hello", spoiler_text="w")
    await fake.until(lambda: bool(reading.events))
    text = " ".join(f"https://a.example/{number} and" for number in range(30))
    result = await connector.send(reply_to(reading.events[0], text))
    assert result.state is SendState.SENT
    assert all(measure(each["said"]) <= 200 for each in fake.sent)
    assert [each["in_reply_to_id"] for each in fake.sent] == [
        reading.events[0].event_id,
        *result.native_ids[:-1],
    ]
    assert (
        "".join(each["said"].removeprefix("@person7@other.example") for each in fake.sent).split()
        == text.split()
    )


async def test_reply_that_broke_off_goes_on_after_what_arrived(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.characters = 100
    fake.say("7", "hello")
    await fake.until(lambda: bool(reading.events))
    reply = reply_to(reading.events[0], "word " * 40)
    fake.faults.extend([None, Fault.ERROR])
    broken = await connector.send(reply)
    assert broken.state is SendState.PARTIAL
    assert len(broken.native_ids) == 1
    resumed = await connector.send(replace(reply, delivered=broken.native_ids))
    assert resumed.state is SendState.SENT
    assert resumed.native_ids == tuple(each["id"] for each in fake.sent)
    assert " ".join(each["said"].partition(" ")[2] for each in fake.sent) == ("word " * 40).strip()


async def test_unknown_outcome_tried_again_makes_one_post(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.say("7", "hello")
    await fake.until(lambda: bool(reading.events))
    fake.faults.append(Fault.RESET_AFTER)
    reply = reply_to(reading.events[0], "once")
    first = await connector.send(reply)
    second = await connector.send(reply)
    assert (first.state, second.state) == (SendState.UNKNOWN, SendState.SENT)
    assert len(fake.sent) == 1


async def test_same_key_of_another_database_is_another_post(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.say("7", "hello")
    await fake.until(lambda: bool(reading.events))
    for text in ("one", "two"):
        await connector.send(reply_to(reading.events[0], text))
    assert len(fake.sent) == 2


async def test_images_hang_on_the_text_and_other_files_are_lines(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.slow_media = 3  # it has to be made ready first
    fake.say("7", "hello")
    await fake.until(lambda: bool(reading.events))
    images = [make_file("image", f"{number}.png") for number in range(5)]
    files = (*images, make_file("video", "film.mp4"), make_file("file", "bill.pdf"))
    content = Content(text="See", buttons=(Button(title="More", payload="/more", url="https://us.example"),))
    result = await connector.send(reply_to(reading.events[0], "", content=content, files=files))
    assert result.state is SendState.SENT
    assert [len(each["media_ids"]) for each in fake.sent] == [4, 1, 1]
    assert fake.sent[0]["said"].splitlines() == [
        "@person7@other.example See",
        "• More: https://us.example",
        "bill.pdf: https://us.example/bill.pdf",
    ]


async def test_gateway_that_answers_leaves_the_outcome_open(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.say("7", "hello")
    await fake.until(lambda: bool(reading.events))
    fake.faults.append(Fault.GATEWAY)
    result = await connector.send(reply_to(reading.events[0], "hi"))
    assert result.state is SendState.UNKNOWN
    assert result.error is not None
    assert result.error.error_class is ErrorClass.TRANSIENT


async def test_rates_that_are_left_are_told(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    fake.say("7", "hello")
    await fake.until(lambda: bool(reading.events))
    (rate,) = (await connector.send(reply_to(reading.events[0], "hi"))).rates_left
    assert (rate.scope, rate.left, rate.again) == ("account", 299, timedelta(seconds=7))


async def test_examine_finds_all_well(fake: FakeMastodon) -> None:
    findings = await build(fake).examine(None)
    assert all(finding.well for finding in findings)
    assert any("@lyra" in finding.text for finding in findings)


async def test_examine_says_what_to_do(fake: FakeMastodon) -> None:
    fake.marked_as_bot = False
    wrong = [finding.text for finding in await build(fake).examine(None) if not finding.well]
    assert len(wrong) == 1
    assert "automated" in wrong[0]
    refused = await build(fake, token="another").examine(None)
    assert [finding.well for finding in refused] == [False]
    assert "copy it again" in refused[0].text
    await fake.leave()
    away = await build(fake).examine(None)
    assert "`instance`" in away[0].text
