"""Messages of other kinds, of other versions of the Bot API, and what stands around them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connector import AccountConfig, InboundEvent
from bot.domain.message import Kind
from connectors.telegram.address import Me
from connectors.telegram.payload import parse_update

ACCOUNT = AccountConfig(channel="telegram", name="main")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "last_name": "Lee"}
CHAT = {"id": 7, "type": "private", "first_name": "Ann"}
POLL = {
    "id": "1",
    "question": "Which one?",
    "options": [{"text": "Mug", "voter_count": 0}, {"text": "Cup", "voter_count": 0}],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
}
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]


def write(**fields: Any) -> dict[str, Any]:
    message = {"message_id": 5, "date": 1_767_224_888, "chat": CHAT, "from": ANN, **fields}
    return {"update_id": 3, "message": message}


def parse(update: dict[str, Any]) -> InboundEvent:
    (event,) = parse_update(update, ACCOUNT, me=Me(id=42, username="Lyra_bot"))
    return event


def link(offset: int, length: int, url: str = "https://shop.example/1") -> dict[str, Any]:
    return {"type": "text_link", "offset": offset, "length": length, "url": url}


@pytest.mark.parametrize(
    ("text", "entities", "shown"),
    [
        ("see here now", [link(4, 4)], "see here (https://shop.example/1) now"),
        ("😀 see here", [link(7, 4)], "😀 see here (https://shop.example/1)"),
        (
            "a b",
            [link(0, 1, "https://a.example"), link(2, 1, "https://b.example")],
            "a (https://a.example) b (https://b.example)",
        ),
        ("https://shop.example/1", [link(0, 22)], "https://shop.example/1"),
        ("short", [link(90, 4), link(0, 900)], "short"),
    ],
)
def test_address_behind_words_is_shown(text: str, entities: list[Any], shown: str) -> None:
    assert parse(write(text=text, entities=entities)).content.text == shown
    assert parse(write(photo=PHOTO, caption=text, caption_entities=entities)).content.text == shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"poll": POLL}, "Which one?\n- Mug\n- Cup"),
        ({"dice": {"emoji": "🎲", "value": 5}}, "🎲"),
        ({"checklist": {"title": "Order", "tasks": [{"id": 1, "text": "a mug"}]}}, "Order\n- a mug"),
    ],
    ids=["poll", "dice", "checklist"],
)
def test_what_can_be_said_in_words_is(fields: dict[str, Any], words: str) -> None:
    event = parse(write(**fields))
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.TEXT, words, "7")


def test_web_app_sends_what_a_button_would() -> None:
    event = parse(write(web_app_data={"data": '/order{"item": "mug"}', "button_text": "Shop"}))
    assert (event.kind, event.content.text) == (Kind.POSTBACK, '/order{"item": "mug"}')
    assert event.metadata == {"title": "Shop"}


def test_place_has_its_name_and_a_card_the_whole_of_it() -> None:
    where = {"latitude": 48.2, "longitude": 16.4}
    (place,) = parse(
        write(location=where, venue={"location": where, "title": "Dom", "address": "Platz 1"})
    ).content.attachments
    assert place.name == "Dom, Platz 1"
    (card,) = parse(
        write(contact={"phone_number": "+43", "first_name": "Bob", "last_name": "Ray"})
    ).content.attachments
    assert (card.ref, card.name) == ("tel:+43", "Bob Ray")


def test_what_is_answered_and_passed_on_is_told() -> None:
    answered = {
        "message_id": 4,
        "date": 1,
        "chat": CHAT,
        "from": {"id": 42, "is_bot": True, "first_name": "L"},
    }
    assert parse(write(text="this", reply_to_message=answered)).metadata == {"quoted": "7:4"}
    part = {"text": "about the lamp", "position": 0}
    assert parse(write(text="this", reply_to_message=answered, quote=part)).metadata == {
        "quoted": "7:4",
        "quoted_text": "about the lamp",
    }
    business = write(text="this", reply_to_message=answered, business_connection_id="B")["message"]
    event = parse({"update_id": 3, "business_message": business})
    assert event.metadata["quoted"] == "B:7:4"  # as what it answers is known by
    origin = {"type": "user", "sender_user": {"id": 8, "is_bot": False, "first_name": "Bob"}, "date": 1}
    assert parse(write(text="look", forward_origin=origin)).metadata == {"forwarded": "Bob"}
    hidden = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
    assert parse(write(text="look", forward_origin=hidden)).metadata == {"forwarded": "Somebody"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"story": {"chat": CHAT, "id": 1}}, "story"),
        ({"game": {"title": "G", "description": "d", "photo": PHOTO}}, "game"),
        ({"users_shared": {"request_id": 1, "users": [{"user_id": 5}]}}, "chose a person"),
    ],
)
def test_staff_read_in_words_what_cannot_be_shown(fields: dict[str, Any], words: str) -> None:
    event = parse(write(**fields))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "7")
    assert words in str(event.metadata["note"])


def test_message_is_kept_where_a_part_of_it_is_of_another_version() -> None:
    """What python-telegram-bot cannot build: objects with less than it wants, or of another shape."""
    event = parse(write(giveaway={"of": "next year"}))
    assert (event.kind, event.conversation_key, event.event_id) == (Kind.UNSUPPORTED, "7", "7:5")
    assert event.metadata["note"] == "They sent a giveaway"
    event = parse(write(text="Where is it?", external_reply={"origin": "odd"}))
    assert (event.kind, event.content.text) == (Kind.TEXT, "Where is it?")
    event = parse(write(photo=[{"of": "next year"}], caption="It came broken"))
    assert (event.kind, event.content.text, event.content.attachments) == (Kind.TEXT, "It came broken", ())
    odd = {"message_id": 4, "date": 1, "chat": CHAT, "poll": POLL}
    event = parse(write(text="this one", reply_to_message=odd))
    assert (event.content.text, event.metadata) == ("this one", {"quoted": "7:4"})


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (
            {"sticker": {"file_id": "f", "emoji": "👍", "is_animated": 1, "thumb": {"file_id": "t"}}},
            "sticker",
        ),
        ({"document": {"file_id": "f", "mime_type": "image/png"}}, "document"),
        ({"audio": {"file_id": "f", "duration": 243, "title": "Song"}}, "audio"),
        ({"voice": {"file_id": "f", "file_size": 9}}, "voice"),
        ({"video": {"file_id": "f"}}, "video"),
        ({"video_note": {"file_id": "f"}}, "video_note"),
        ({"photo": [{"file_id": "small"}, {"file_id": "f", "file_size": 9}]}, "photo"),
    ],
)
def test_files_of_older_versions_are_read(fields: dict[str, Any], kind: str) -> None:
    event = parse(write(**fields))
    (file,) = event.content.attachments
    assert (event.kind, file.kind, file.ref) == (Kind.MEDIA, kind, "f")
    assert file.name == {"sticker": "👍", "audio": "Song"}.get(kind)


def test_sender_without_all_of_a_name_is_a_person() -> None:
    update = write(text="Hello")
    update["message"]["from"] = {"id": 7, "username": "ann"}
    event = parse(update)
    assert (event.kind, event.sender.native_id, event.sender.username) == (Kind.TEXT, "7", "ann")


PARTS: dict[str, Any] = {
    "text": "Hello",
    "entities": [link(0, 5)],
    "poll": POLL,
    "photo": PHOTO,
    "forward_origin": {"type": "hidden_user", "sender_user_name": "Bob", "date": 1},
    "web_app_data": {"data": "x", "button_text": "y"},
    "venue": {"location": {"latitude": 1, "longitude": 2}, "title": "t", "address": "a"},
    "story": {"chat": CHAT, "id": 1},
}


@settings(deadline=None, max_examples=150)
@given(
    names=st.sets(st.sampled_from(sorted(PARTS))),
    odd=st.none() | st.integers() | st.text(max_size=3) | st.just([{}]),
)
def test_any_part_may_be_odd_and_the_sender_is_known(names: set[str], odd: Any) -> None:
    fields = {name: copy.deepcopy(PARTS[name]) for name in names - {"text"}}
    broken = dict.fromkeys(fields, odd)
    event = parse(write(text="Hello", **broken))
    assert (event.conversation_key, event.event_id) == ("7", "7:5")
    assert event.content.text == "Hello"
