"""Updates as older versions of the Bot API had them, and as newer ones may."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.message import Kind
from tests.unit.connectors.test_telegram_shapes import ANN, CHAT, parse, write

BEFORE = {"id": 7, "first_name": "Ann", "username": "ann"}  # nobody was said to be a bot


@pytest.mark.parametrize(
    ("fields", "whose"),
    [
        ({"forward_from": {"id": 9, "first_name": "Bob"}}, "Bob"),
        ({"forward_from_chat": {"id": -100, "type": "channel", "title": "News"}}, "News"),
        ({"forward_sender_name": "Eve"}, "Eve"),
        ({}, True),
        ({"forward_from_chat": {"id": "odd"}}, None),
        (
            {
                "forward_origin": {"type": "hidden_user", "sender_user_name": "Mo", "date": 1},
                "forward_sender_name": "x",
            },
            "Mo",
        ),
    ],
)
def test_message_passed_on_says_from_whom(fields: dict[str, Any], whose: object) -> None:
    event = parse(write(text="look", forward_date=1_767_224_000, **fields))
    assert (event.kind, event.content.text) == (Kind.TEXT, "look")
    assert event.metadata.get("forwarded") == whose


@pytest.mark.parametrize("shown", [{}, {"from": {"id": 42, "first_name": "Lyra"}}])
def test_button_pressed_in_an_older_version_is_read(shown: dict[str, Any]) -> None:
    message = {"message_id": 4, "date": 1_767_224_000, "chat": CHAT, "text": "Which one?", **shown}
    event = parse(
        {"update_id": 3, "callback_query": {"id": "88", "from": BEFORE, "data": "mug", "message": message}}
    )
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.POSTBACK, "mug", "7")
    assert (event.event_id, event.sender.username) == ("press:88", "ann")


@pytest.mark.parametrize(
    "press", [5, {}, {"id": "88", "data": "mug"}, {"id": "88", "from": ANN, "message": 3, "data": "x"}]
)
def test_button_that_makes_no_sense_is_nobodys(press: object) -> None:
    assert parse({"update_id": 3, "callback_query": press}).kind is Kind.UNSUPPORTED


@pytest.mark.parametrize(
    "hanging", [{"qualities": [{}]}, {"cover": [{"file_id": 5}]}, {"thumbnail": {"width": "w"}}]
)
def test_file_is_kept_where_what_hangs_on_it_is_of_another_version(hanging: dict[str, Any]) -> None:
    video = {
        "file_id": "f",
        "file_unique_id": "u",
        "width": 1,
        "height": 1,
        "duration": 2,
        "mime_type": "video/mp4",
    }
    event = parse(write(video={**video, **hanging}, caption="look"))
    assert event.content.text == "look"
    assert [(file.kind, file.ref, file.mime) for file in event.content.attachments] == [
        ("video", "f", "video/mp4")
    ]
