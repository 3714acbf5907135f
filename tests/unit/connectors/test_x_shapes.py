"""Direct messages of X's with more in them than words, and in the shape in which they are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.message import Attachment, Kind
from connectors.x.messages import read_message
from connectors.x.reading import Me
from tests.fakes.x_events import ME, activity, direct, direct_event, legacy
from tests.unit.connectors.x.reading import parse_one

BLUE = {"type": "options", "metadata": "/colour_blue"}


def test_chosen_quick_reply_is_a_pressed_button() -> None:
    event = parse_one(direct_event("61", "Blue", quick_reply_response=BLUE))
    assert (event.kind, event.content.text, event.metadata) == (
        Kind.POSTBACK,
        "/colour_blue",
        {"title": "Blue"},
    )
    echo = parse_one(
        legacy(
            direct_message_events=[direct("62", "Blue", sender=ME, recipient="7", quick_reply_response=BLUE)]
        )
    )
    assert (echo.kind, echo.content.text) == (Kind.ECHO, "Blue")


def test_what_a_talk_began_with_is_told() -> None:
    message = {**direct("61", "Hello"), "initiated_via": {"tweet_id": "5", "welcome_message_id": 6}}
    event = parse_one(legacy(direct_message_events=[message]))
    assert event.metadata == {"referral": {"tweet_id": "5", "welcome_message_id": "6"}}


@pytest.mark.parametrize("listed", [False, True])
def test_file_of_a_direct_message_comes_alone_or_in_a_list(listed: bool) -> None:  # noqa: FBT001 - a parameter
    file = {"type": "photo", "media_url_https": "https://ton.x.example/1.jpg", "url": "https://t.co/f"}
    attachment = {"type": "media", "media": [file] if listed else file}
    event = parse_one(direct_event("61", "Broken https://t.co/f", attachment=attachment))
    assert event.content.text == "Broken"
    assert event.content.attachments == (Attachment(kind="image", ref="https://ton.x.example/1.jpg"),)


@pytest.mark.parametrize(
    ("location", "found"),
    [
        (
            {"shared_coordinate": {"coordinates": {"type": "Point", "coordinates": [16.4, 48.2]}}},
            Attachment(kind="location", ref="geo:48.200000,16.400000"),
        ),
        (
            {
                "shared_place": {
                    "place": {"name": "Dom", "full_name": "Dom, Vienna", "centroid": [16.4, 48.2]}
                }
            },
            Attachment(kind="location", ref="geo:48.200000,16.400000", name="Dom, Dom, Vienna"),
        ),
    ],
)
def test_shared_place_is_shown(location: dict[str, Any], found: Attachment) -> None:
    event = parse_one(direct_event("61", "", attachment={"type": "location", "location": location}))
    assert (event.kind, event.content.attachments) == (Kind.MEDIA, (found,))


def test_direct_message_comes_in_newer_shape_too() -> None:
    message: dict[str, Any] = {
        "id": "61",
        "event_type": "MessageCreate",
        "text": "See https://t.co/a",
        "sender_id": "7",
        "dm_conversation_id": f"7-{ME}",
        "created_at": "2026-01-31T12:00:00.000Z",
        "urls": [{"url": "https://t.co/a", "expanded_url": "https://shop.example/1"}],
    }
    includes: dict[str, Any] = {"users": [{"id": "7", "username": "person7", "name": "Person 7"}]}
    event = parse_one(activity("dm.received", message, includes=includes))
    assert (event.kind, event.event_id, event.conversation_key) == (Kind.TEXT, "61", "7")
    assert (event.content.text, event.sender.username) == ("See https://shop.example/1", "person7")
    assert read_message(message, includes, Me(user_id=ME)).text == "See https://shop.example/1"
    group = parse_one(activity("dm.received", {**message, "dm_conversation_id": "99"}))
    assert (group.kind, group.conversation_key) == (Kind.UNSUPPORTED, "")
