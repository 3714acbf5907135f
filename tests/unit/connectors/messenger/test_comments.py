"""What people write under a page's posts, on its wall and in reviews."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.connector.fetching import fetch_media
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone
from connectors.messenger.connector import MessengerConnector
from tests.contracts.connectors.messenger import PAGE_ID
from tests.fakes.graph import FakeGraph
from tests.fakes.graph_events import comment
from tests.unit.connectors.messenger.acts import (
    CONTEXT,
    PUBLIC_KEY,
    parse,
    parse_one,
)


def test_comment_is_public_and_everybodys_own_under_each_post() -> None:
    ann, again, bob, elsewhere = parse(
        comment("7", "Never again", number=1),
        comment("7", "Hello?", number=2, parent_id="20_1"),
        comment("8", "Same here", number=3),
        comment("7", "Here, too", number=4, post="10_21"),
    )
    assert (ann.kind, ann.surface, ann.event_id) == (Kind.TEXT, Surface.PUBLIC, "20_1")
    assert ann.conversation_key == again.conversation_key == PUBLIC_KEY
    assert len({event.conversation_key for event in (ann, bob, elsewhere)}) == 3
    assert ann.reply_context == CONTEXT
    assert ann.sender.name == "Person 7"
    assert ann.metadata["addressed"] == "comment"
    assert again.metadata["parent_id"] == "20_1"


def test_comment_with_a_photo_alone_is_a_file() -> None:
    event = parse_one(comment("7", "", photo="https://scontent.xx.fbcdn.net/a.jpg"))
    assert (event.kind, event.content.attachments[0].kind) == (Kind.MEDIA, "image")


def test_comment_that_names_the_page_is_a_mention() -> None:
    event = parse_one(comment("7", "@Lyra help", message_tags=[{"id": PAGE_ID, "name": "Lyra"}]))
    assert event.metadata["addressed"] == "mention"


def test_comment_is_edited_and_removed() -> None:
    edited = parse_one(comment("7", "changed", verb="edited"))
    assert (edited.kind, edited.target_id, edited.content.text) == (Kind.EDIT, "20_1", "changed")
    assert edited.revision > 0
    removed = parse_one(comment("7", "", verb="remove"))
    assert (removed.kind, removed.target_id, removed.conversation_key) == (Kind.DELETE, "20_1", PUBLIC_KEY)


def test_comment_without_an_author_is_nobody_elses() -> None:
    first, second = parse(comment("", "Who am I?", number=1), comment("", "x", number=2))
    assert first.sender.native_id == "comment:20_1"
    assert first.conversation_key != second.conversation_key


def test_comment_whose_author_is_hidden_is_edited_and_removed_all_the_same() -> None:
    said, edited, removed = parse(
        comment("", "my number is 555"), comment("", "hello", verb="edited"), comment("", "", verb="remove")
    )
    assert [event.kind for event in (said, edited, removed)] == [Kind.TEXT, Kind.EDIT, Kind.DELETE]
    assert {event.conversation_key for event in (said, edited, removed)} == {"post:10_20:comment:20_1"}
    assert edited.target_id == removed.target_id == said.event_id


def test_edits_that_one_request_tells_are_two() -> None:
    first, second = parse(comment("7", "once", verb="edited"), comment("7", "twice", verb="edited"))
    assert first.event_id != second.event_id
    assert (first.event_id, second.event_id) == tuple(
        event.event_id
        for event in parse(comment("7", "once", verb="edited"), comment("7", "twice", verb="edited"))
    )


def test_comment_is_as_old_as_when_it_was_written_not_told() -> None:
    event = parse_one(comment("7", "Hello?", created_time=1_700_000_000))
    assert event.platform_at == datetime.fromtimestamp(1_700_000_000, UTC)
    unsaid = parse_one(comment("7", "Hello?", created_time="soon"))
    assert unsaid.platform_at is not None


def test_post_on_the_wall_is_edited_and_removed() -> None:
    post = {"item": "post", "post_id": "10_30", "from": {"id": "7"}}
    said, edited, removed = parse(
        {"field": "feed", "value": {**post, "verb": "add", "message": "Shame!"}},
        {"field": "feed", "value": {**post, "verb": "edited", "message": "Well."}},
        {"field": "feed", "value": {**post, "verb": "remove"}},
    )
    assert [event.kind for event in (said, edited, removed)] == [Kind.TEXT, Kind.EDIT, Kind.DELETE]
    assert {event.conversation_key for event in (said, edited, removed)} == {"post:10_30:7"}
    assert edited.target_id == removed.target_id == said.event_id


def test_older_fields_of_an_author_are_read() -> None:
    event = parse_one(comment("", "hi", sender_id=7, sender_name="Ann"))
    assert (event.sender.native_id, event.sender.name) == ("7", "Ann")


def test_post_on_the_wall_and_mention_elsewhere_are_for_us() -> None:
    wall = {"item": "status", "verb": "add", "post_id": "10_30", "from": {"id": "7"}, "message": "Shame!"}
    named = {
        "item": "post",
        "verb": "add",
        "post_id": "77_1",
        "sender_id": "7",
        "sender_name": "Ann",
        "message": "Look, Lyra",
    }
    events = parse({"field": "feed", "value": wall}, {"field": "mention", "value": named})
    assert [(event.kind, event.conversation_key) for event in events] == [
        (Kind.TEXT, "post:10_30:7"),
        (Kind.TEXT, "post:77_1:7"),
    ]
    assert {event.metadata["addressed"] for event in events} == {"mention"}


def test_review_can_be_answered_like_a_post() -> None:
    value = {
        "item": "rating",
        "verb": "add",
        "open_graph_story_id": "31",
        "reviewer_id": "7",
        "reviewer_name": "Ann",
        "review_text": "Never again",
        "recommendation_type": "NEGATIVE",
    }
    event = parse_one({"field": "ratings", "value": value})
    assert (event.content.text, event.conversation_key) == ("Never again", "post:31:7")
    assert event.metadata["recommends"] == "negative"


async def test_photo_is_fetched_where_it_lies_until_it_is_gone(
    fake: FakeGraph, page: MessengerConnector
) -> None:
    fake.files["1.jpg"] = b"a photo"
    photo = Attachment(kind="image", ref=f"{fake.url}/files/1.jpg")
    assert await fetch_media(await page.locate(photo), most=100) == b"a photo"
    fake.files.clear()
    with pytest.raises(MediaGone):
        await fetch_media(await page.locate(photo), most=100)
