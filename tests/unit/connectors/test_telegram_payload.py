from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connector import AccountConfig, InboundEvent, TextUnit
from bot.connector.text import measure
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Button, Content, Kind
from connectors.telegram.address import Me
from connectors.telegram.payload import parse_update
from connectors.telegram.render import BUTTONS_ALONE, TEXT_MAX, Call, render_reply
from tests.contracts.connectors.channel import make_reply

ACCOUNT = AccountConfig(channel="telegram", name="main")
ANN = {
    "id": 7,
    "is_bot": False,
    "first_name": "Ann",
    "last_name": "Lee",
    "username": "ann",
    "language_code": "de",
}
MESSAGE = {"message_id": 5, "date": 1_750_000_000, "chat": {"id": 7, "type": "private"}, "from": ANN}
BOT = {"id": 42, "is_bot": True, "first_name": "Lyra", "username": "Lyra_bot"}
OURS = {"message_id": 4, "date": 1, "chat": {"id": -100, "type": "supergroup"}, "from": BOT, "text": "?"}
GROUP = {**MESSAGE, "chat": {"id": -100, "type": "supergroup", "title": "Us"}, "reply_to_message": OURS}
FILE = {"file_id": "F", "file_unique_id": "f", "file_size": 9}
PHOTO = {**FILE, "width": 1, "height": 1}


storable = st.characters(codec="utf-8", exclude_characters="\x00")
long_texts = st.text(storable, min_size=1, max_size=100).map(lambda text: text * 120)


def parse(**update: Any) -> InboundEvent:
    numbered: dict[str, Any] = {"update_id": 1, **update}
    (event,) = parse_update(numbered, ACCOUNT, me=Me(id=42, username="Lyra_bot"))
    return event


def keyboard_of(call: Call) -> Any:
    markup: Any = call.fields["reply_markup"]
    return markup["inline_keyboard"]


def render(content: Content, key: str = "7") -> tuple[Call, ...]:
    return render_reply(make_reply(key, content))


def test_private_message_is_one_conversation_per_chat() -> None:
    event = parse(message={**MESSAGE, "text": "hi"})
    assert (event.event_id, event.conversation_key, event.surface) == ("7:5", "7", Surface.DIRECT)
    sender = event.sender
    assert (sender.name, sender.username, sender.locale) == ("Ann Lee", "ann", "de")
    assert event.platform_at is not None
    assert event.platform_at.timestamp() == 1_750_000_000


def test_group_message_is_one_conversation_per_person_and_topic() -> None:
    event = parse(message={**GROUP, "text": "hi"})
    assert (event.conversation_key, event.surface) == ("-100:7", Surface.GROUP)
    assert event.reply_context == {"reply_to": 5}
    topic = parse(message={**GROUP, "text": "hi", "message_thread_id": 3, "is_topic_message": True})
    assert topic.conversation_key == "-100:7:3"


def test_edit_names_its_message_and_grows() -> None:
    edits = [
        parse(update_id=n, edited_message={**MESSAGE, "text": "x", "edit_date": at})
        for n, at in ((1, 100), (2, 100), (3, 101))
    ]
    assert {edit.kind for edit in edits} == {Kind.EDIT}
    assert {edit.target_id for edit in edits} == {"7:5"}
    assert [edit.revision for edit in edits] == [100, 100, 101]
    assert len({edit.event_id for edit in edits}) == 3  # two edits in one second are two edits


def test_pressed_button_says_its_payload_and_keeps_its_label() -> None:
    keyboard = {
        "inline_keyboard": [
            [{"text": "No", "callback_data": "/no"}],
            [{"text": "Yes", "callback_data": "/yes"}],
        ]
    }
    query = {"id": "99", "from": ANN, "chat_instance": "1", "data": "/yes"}
    event = parse(callback_query={**query, "message": {**MESSAGE, "text": "?", "reply_markup": keyboard}})
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.POSTBACK, "/yes", "7")
    assert event.metadata == {"callback_query_id": "99", "title": "Yes"}
    assert event.target_id == "7:5"


def test_button_of_a_message_too_old_to_show_still_works() -> None:
    query = {"id": "99", "from": ANN, "chat_instance": "1", "data": "/yes"}
    event = parse(callback_query={**query, "message": {"message_id": 5, "date": 0, "chat": MESSAGE["chat"]}})
    assert (event.kind, event.content.text) == (Kind.POSTBACK, "/yes")


ANIMATION = {**PHOTO, "duration": 1}
PLACE = {"latitude": 5.5, "longitude": 1}
VOICE = {**FILE, "duration": 3, "mime_type": "audio/ogg"}
CARD = {"phone_number": "+49", "first_name": "Bo"}
STICKER = {**PHOTO, "type": "regular", "is_animated": False, "is_video": False, "emoji": "👍"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"photo": [PHOTO, {**PHOTO, "file_id": "BIG"}]}, {"kind": "photo", "ref": "BIG", "size": 9}),
        ({"voice": VOICE}, {"kind": "voice", "ref": "F", "mime": "audio/ogg", "size": 9}),
        ({"document": {**FILE, "file_name": "a"}}, {"kind": "document", "ref": "F", "name": "a", "size": 9}),
        (
            {"animation": ANIMATION, "document": FILE},
            {"kind": "animation", "ref": "F", "size": 9},
        ),
        ({"sticker": STICKER}, {"kind": "sticker", "ref": "F", "name": "👍", "size": 9}),
        (
            {"location": PLACE},
            {"kind": "location", "ref": "geo:5.500000,1.000000"},
        ),
        ({"contact": CARD}, {"kind": "contact", "ref": "tel:+49", "name": "Bo"}),
    ],
)
def test_files_places_and_cards_are_attachments(body: dict[str, Any], found: dict[str, Any]) -> None:
    event = parse(message={**MESSAGE, **body})
    assert event.kind is Kind.MEDIA
    assert event.content.attachments == (Attachment(**found),)


def test_caption_makes_it_a_text_with_attachments() -> None:
    event = parse(message={**MESSAGE, "photo": [PHOTO], "caption": "broken, see"})
    assert (event.kind, event.content.text, len(event.content.attachments)) == (Kind.TEXT, "broken, see", 1)


def test_null_bytes_are_stripped() -> None:
    event = parse(message={**MESSAGE, "text": "a\x00b", "from": {**ANN, "first_name": "A\x00"}})
    assert (event.content.text, event.sender.name) == ("ab", "A Lee")


@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=100).map(
        lambda t: t * 120
    )
)
def test_rendered_texts_fit_and_say_all(text: str) -> None:
    calls = render(Content(text=text))
    assert all(measure(str(call.fields["text"]), TextUnit.UTF16) <= TEXT_MAX for call in calls)
    assert "".join("".join(str(call.fields["text"]) for call in calls).split()) == "".join(text.split())


def test_buttons_hang_on_the_last_text() -> None:
    calls = render(Content(text="word " * 1000, buttons=(Button(title="Yes", payload="/yes"),)))
    assert [("reply_markup" in call.fields) for call in calls] == [False, True]
    assert calls[1].fields["reply_markup"] == {
        "inline_keyboard": [[{"text": "Yes", "callback_data": "/yes"}]]
    }


def test_button_with_a_long_payload_becomes_a_line() -> None:
    fits, long = Button(title="Fits", payload="ü" * 32), Button(title="Long", payload="ü" * 32 + "x")
    (call,) = render(Content(text="Which?", buttons=(fits, long)))
    assert call.fields["text"] == "Which?\n• Long"
    assert call.fields["reply_markup"] == {
        "inline_keyboard": [[{"text": "Fits", "callback_data": fits.payload}]]
    }


@pytest.mark.parametrize("url", ["mailto:us@shop.example", "javascript:alert(1)", "http://10.0.0.1/", "shop"])
def test_button_with_an_address_that_telegram_refuses_becomes_a_line(url: str) -> None:
    fits = Button(title="Open", payload="", url="tg://resolve?domain=lyra")
    (call,) = render(Content(text="Which?", buttons=(fits, Button(title="Write", payload="", url=url))))
    assert call.fields["text"] == f"Which?\n• Write: {url}"
    assert [button["url"] for (button,) in keyboard_of(call)] == [fits.url]


def test_buttons_without_a_text_get_one() -> None:
    (call,) = render(Content(buttons=(Button(title="Shop", payload="", url="https://shop.example"),)))
    assert call.fields["text"] == BUTTONS_ALONE
    assert call.fields["reply_markup"] == {
        "inline_keyboard": [[{"text": "Shop", "url": "https://shop.example"}]]
    }


def test_image_follows_the_text() -> None:
    calls = render(Content(text="Look", image="https://x.example/i.png"))
    assert [call.method for call in calls] == ["sendMessage", "sendPhoto"]


@pytest.mark.parametrize("image", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/i.png", "i.png"])
def test_image_that_telegram_cannot_fetch_is_refused(image: str) -> None:
    with pytest.raises(ValueError, match="image"):
        render(Content(image=image))


def test_answer_in_a_group_goes_to_its_topic_and_quotes() -> None:
    reply = make_reply("-100:7:3", Content(text="hi"))
    (call,) = render_reply(replace(reply, reply_context={"reply_to": 5}))
    assert call.fields == {
        "chat_id": -100,
        "message_thread_id": 3,
        "text": "hi",
        "reply_parameters": {"message_id": 5, "allow_sending_without_reply": True},
    }


def test_custom_payload_alone_shows_nothing() -> None:
    assert render(Content(custom={"a": 1})) == ()
