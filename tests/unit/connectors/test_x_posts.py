"""Which public posts are the account's business, and what they say, in both generations of X's webhooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.connector import InboundEvent
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Kind
from tests.fakes.x_events import (
    ME,
    activity,
    legacy,
    legacy_post,
    mention,
    post,
)
from tests.unit.connectors.x.reading import parse, parse_one


def test_mention_is_a_text_in_its_thread_for_its_author() -> None:
    event = parse_one(mention("61", "@lyra, where is my order?", thread="50"))
    assert (event.kind, event.content.text) == (Kind.TEXT, "where is my order?")
    assert (event.surface, event.conversation_key) == (Surface.PUBLIC, "post:50:7")
    assert (event.sender.native_id, event.sender.username) == ("7", "person7")
    assert event.reply_context == {"reply_to": "61", "name": "person7"}
    assert event.metadata == {"addressed": "mention", "lang": "en"}
    assert event.platform_at == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_both_generations_say_the_same_of_a_post() -> None:
    new = parse_one(mention("61", "@lyra help &lt;3 &amp; all"))
    old = parse_one(legacy(tweet_create_events=[legacy_post("61", "@lyra help &lt;3 &amp; all")]))
    assert new.content.text == old.content.text == "help <3 & all"
    assert replace(new, sender=old.sender) == old
    assert old.sender == new.sender


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@lyra @other_1 hi", "hi"),
        ("hi @lyra", "hi @lyra"),
        ("@lyra", "@lyra"),
        ("@lyra: @lyra @x", "@lyra: @lyra @x"),
        ("@lyrabird_of_the_long_name hi @lyra", "@lyrabird_of_the_long_name hi @lyra"),
    ],
)
def test_names_in_front_are_no_words(text: str, words: str) -> None:
    assert parse_one(mention("61", text)).content.text == words


def test_reply_to_the_account_is_its_business_without_its_name() -> None:
    made = post("62", "And now?", thread="50", in_reply_to_user_id=ME)
    event = parse_one(activity("post.reply.create", made))
    assert (event.kind, event.metadata["addressed"]) == (Kind.TEXT, "reply")
    old = legacy_post("62", "And now?", in_reply_to_user_id_str=ME, in_reply_to_status_id_str="50")
    event = parse_one(legacy(tweet_create_events=[old]))
    assert (event.conversation_key, event.metadata["addressed"]) == ("post:50:7", "reply")


def test_post_that_begins_with_the_accounts_name_answers_nothing() -> None:
    """X says of it, too, that it is in reply to the account."""
    event = parse_one(mention("62", "@lyra where is it?", in_reply_to_user_id=ME))
    assert event.metadata["addressed"] == "mention"
    event = parse_one(legacy(tweet_create_events=[legacy_post("62", "@lyra hi", in_reply_to_user_id_str=ME)]))
    assert event.metadata["addressed"] == "mention"


def test_post_that_is_told_as_a_reply_and_as_a_mention_is_one_message() -> None:
    made = post("62", "@lyra and now?", thread="50", in_reply_to_user_id=ME)
    told = [parse_one(activity(f"post.{kind}.create", made)) for kind in ("reply", "mention", "quote")]
    assert told[0] == told[1] == told[2]


def test_quote_of_the_account_is_its_business() -> None:
    quote = legacy_post("63", "Look at this", quoted_status={"id_str": "61", "user": {"id_str": ME}})
    assert parse_one(legacy(tweet_create_events=[quote])).metadata["addressed"] == "mention"
    quoted = post("63", "Look at this", referenced_tweets=[{"type": "quoted", "id": "61"}])
    told = activity("post.create", quoted, includes={"tweets": [{"id": "61", "author_id": ME}]})
    assert parse_one(told).metadata["addressed"] == "mention"


@pytest.mark.parametrize("said", [{"display_text_range": [15, 30]}, {}])
def test_people_who_answer_each_other_below_a_post_are_left_alone(said: dict[str, Any]) -> None:
    """X puts the names of all in a thread in front of each reply: nobody meant the account."""
    event = parse_one(mention("64", "@other8 @lyra  you are right", in_reply_to_user_id="8", **said))
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.UNSUPPORTED, "", "")
    old = legacy_post("64", "@other8 @lyra  you are right", in_reply_to_user_id_str="8", **said)
    assert parse_one(legacy(tweet_create_events=[old])).kind is Kind.UNSUPPORTED


def test_account_may_be_named_in_an_answer_to_another_or_to_oneself() -> None:
    asked = parse_one(mention("64", "@other8 wait, @lyra can you help?", in_reply_to_user_id="8"))
    assert asked.content.text == "wait, @lyra can you help?"
    own_thread = parse_one(mention("64", "@lyra and another thing", in_reply_to_user_id="7"))
    assert own_thread.content.text == "and another thing"


def test_long_post_is_whole() -> None:
    event = parse_one(mention("65", "@lyra cut…", note_tweet={"text": "@lyra " + "long " * 100}))
    assert event.content.text == ("long " * 100).strip()
    old = legacy_post("65", "@lyra cut…", extended_tweet={"full_text": "@lyra all of it"})
    made = parse(legacy(tweet_create_events=[old | {"in_reply_to_user_id_str": ME}]))
    assert made[0].content.text == "all of it"


def test_links_are_put_back_and_those_of_files_dropped() -> None:
    links = [{"url": "https://t.co/a", "expanded_url": "https://shop.example/o/5"}]
    media = [
        {"url": "https://t.co/b", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/B.jpg"}
    ]
    old = legacy_post("66", "@lyra see https://t.co/a https://t.co/b", in_reply_to_user_id_str=ME)
    old["entities"]["urls"] = links
    old["extended_entities"] = {"media": media}
    event = parse_one(legacy(tweet_create_events=[old]))
    assert event.content.text == "see https://shop.example/o/5"
    assert event.content.attachments == (Attachment(kind="image", ref="https://pbs.twimg.com/media/B.jpg"),)


def test_video_is_its_best_version() -> None:
    versions = [
        {"content_type": "application/x-mpegURL", "url": "https://video.twimg.com/v.m3u8"},
        {"content_type": "video/mp4", "bit_rate": 256, "url": "https://video.twimg.com/small.mp4"},
        {"content_type": "video/mp4", "bit_rate": 2048, "url": "https://video.twimg.com/large.mp4"},
    ]
    told = mention("67", "@lyra look", attachments={"media_keys": ["7_1"]})
    told["data"]["includes"]["media"] = [{"media_key": "7_1", "type": "video", "variants": versions}]
    (file,) = parse_one(told).content.attachments
    assert (file.kind, file.ref, file.mime) == ("video", "https://video.twimg.com/large.mp4", "video/mp4")


def test_edits_are_about_the_first_version_and_grow() -> None:
    def version(*ids: str) -> InboundEvent:
        return parse_one(mention(ids[-1], "@lyra changed", edit_history_tweet_ids=list(ids), thread="70"))

    first, second, third = version("70"), version("70", "71"), version("70", "71", "72")
    assert first.kind is Kind.TEXT
    assert [each.kind for each in (second, third)] == [Kind.EDIT, Kind.EDIT]
    assert [each.target_id for each in (second, third)] == ["70", "70"]
    assert first.revision < second.revision < third.revision
    assert first.conversation_key == third.conversation_key
    assert third.reply_context["reply_to"] == "72"
