"""What people write under a page's posts, on its wall and in reviews."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.connector import Earlier
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

IDS = ("post_id", "parent_id")


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


def test_post_of_a_hidden_author_is_nobody_elses() -> None:
    posts = [
        {"field": field, "value": {"item": "post", "post_id": number, "verb": verb, "message": "Shame!"}}
        for field, number, verb in (
            ("mention", "77_1", "add"),
            ("feed", "10_30", "add"),
            ("feed", "10_30", "edited"),
            ("feed", "10_30", "remove"),
        )
    ]
    assert [(event.kind, event.conversation_key) for event in parse(*posts)] == [
        (Kind.TEXT, "post:77_1:comment:77_1"),
        (Kind.TEXT, "post:10_30:comment:10_30"),
        (Kind.EDIT, "post:10_30:comment:10_30"),
        (Kind.DELETE, "post:10_30:comment:10_30"),
    ]
    own = {"item": "status", "verb": "add", "post_id": "10_31", "message": "We are open"}
    assert parse_one({"field": "feed", "value": own}).conversation_key == ""


def test_name_of_an_author_without_an_id_is_kept() -> None:
    told = comment("", "hi")
    told["value"]["from"] = {"name": "Ann"}
    event = parse_one(told)
    assert (event.sender.native_id, event.sender.name) == ("comment:20_1", "Ann")


def test_comment_that_does_not_say_what_was_done_was_written() -> None:
    told = comment("7", "Where is it?", permalink_url="https://www.facebook.com/10/posts/20?comment_id=1")
    del told["value"]["verb"]
    event = parse_one(told)
    assert (event.kind, event.content.text) == (Kind.TEXT, "Where is it?")
    assert event.metadata["permalink"] == told["value"]["permalink_url"]


@pytest.mark.parametrize(
    ("given", "post"),
    [({"parent_id": "10_20"}, "10_20"), ({"open_graph_story_id": "31"}, "31"), ({}, "20_1")],
)
def test_comment_without_its_post_stands_under_what_is_told(given: dict[str, str], post: str) -> None:
    told = comment("7", "Where is it?")
    told["value"] = {name: value for name, value in told["value"].items() if name not in IDS} | given
    assert parse_one(told).conversation_key == f"post:{post}:7"


def test_comment_under_a_review_is_a_comment() -> None:
    said, liked = parse(
        {**comment("7", "And rude!", open_graph_story_id="31"), "field": "ratings"},
        {"field": "ratings", "value": {"item": "like", "verb": "add", "post_id": "10_20"}},
    )
    assert (said.kind, said.conversation_key, said.event_id) == (Kind.TEXT, "post:10_20:7", "20_1")
    assert liked.conversation_key == ""


def test_review_of_a_hidden_author_is_nobody_elses() -> None:
    value = {"item": "rating", "verb": "add", "open_graph_story_id": "31", "review_text": "Never again"}
    event = parse_one({"field": "ratings", "value": value})
    assert (event.kind, event.conversation_key) == (Kind.TEXT, "post:31:comment:31")


def test_change_by_a_hidden_author_belongs_to_whoever_wrote_what_is_changed(page: MessengerConnector) -> None:
    (removed,) = parse(comment("", "", verb="remove"))
    assert page.needs(removed) == "20_1"
    known = Earlier(metadata={}, conversation_key="post:10_20:7")
    event = page.recall(removed, known)
    assert (event.kind, event.conversation_key, event.sender.native_id) == (Kind.DELETE, "post:10_20:7", "7")
    assert page.recall(removed, None) == removed
    assert page.needs(parse_one(comment("7", "", verb="remove"))) is None
    assert page.needs(parse_one(comment("", "hi"))) is None


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
