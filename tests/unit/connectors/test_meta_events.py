"""What Messenger and Instagram tell of private threads, in the shapes of their documentation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.connector import AccountConfig, InboundEvent
from bot.connector.meta.events import Us
from bot.connector.meta.files import locate_file
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone, MediaRefused
from connectors.instagram import payload as instagram
from connectors.messenger import payload as messenger
from tests.fakes.graph_events import AT, INSTAGRAM, PAGE, body, echo, element, said

OWN, ANN = "10", "7001"
ACCOUNT = AccountConfig(channel="messenger", name="main")
US = Us(channel="messenger", account="main", own_id=OWN, app_id="55")
PHOTO = "https://scontent.xx.fbcdn.net/v/photo.jpg?oe=1"


def parse(*elements: Any, **entry: Any) -> list[InboundEvent]:
    told = body(PAGE, OWN, **({"messaging": list(elements)} if elements else {}), **entry)
    return messenger.parse_body(json.dumps(told).encode(), US)


def parse_one(*elements: Any, **entry: Any) -> InboundEvent:
    (event,) = parse(*elements, **entry)
    return event


def did(**what: Any) -> dict[str, Any]:
    return element(OWN, ANN, **what)


def test_message_is_a_persons_own_conversation_with_its_time() -> None:
    event = parse_one(said(OWN, ANN, "Where is my order?", mid="m_AG5Hz2"))
    assert (event.event_id, event.conversation_key, event.surface) == ("m_AG5Hz2", ANN, Surface.DIRECT)
    assert event.sender.native_id == ANN
    assert event.platform_at == datetime.fromtimestamp(AT / 1000, UTC)


def test_pressed_quick_reply_is_its_payload_with_its_words_beside() -> None:
    event = parse_one(said(OWN, ANN, "Red", quick_reply={"payload": "/red"}))
    assert (event.kind, event.content.text, event.metadata["title"]) == (Kind.POSTBACK, "/red", "Red")


def test_press_without_an_id_is_told_from_the_next_press_and_known_again() -> None:
    press = {
        "title": "Get started",
        "payload": "/start",
        "referral": {"ref": "spring", "source": "SHORTLINK"},
    }
    first, again = parse_one(did(postback=press)), parse_one(did(postback=press))
    later = parse_one({**did(postback=press), "timestamp": AT + 1})
    assert first.event_id == again.event_id != later.event_id
    assert first.metadata["start_payload"] == "spring"
    assert first.metadata["referral"] == {"ref": "spring", "source": "SHORTLINK"}


def test_advertisement_that_led_here_stays_with_the_message() -> None:
    referral = {
        "source": "ADS",
        "type": "OPEN_THREAD",
        "ad_id": "6",
        "ads_context_data": {"ad_title": "Sale"},
    }
    event = parse_one(said(OWN, ANN, "still there?", referral=referral))
    assert event.metadata["referral"] == {
        "source": "ADS",
        "type": "OPEN_THREAD",
        "ad_id": "6",
        "ad_title": "Sale",
    }


def test_coming_back_by_a_link_says_nothing_and_is_known() -> None:
    event = parse_one(did(referral={"ref": "20_1", "source": "SHORTLINK", "type": "OPEN_THREAD"}))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, ANN)
    assert event.metadata["start_payload"] == "20_1"


@pytest.mark.parametrize(
    ("attachment", "kind", "ref"),
    [
        ({"type": "image", "payload": {"url": PHOTO}}, "image", PHOTO),
        ({"type": "image", "payload": {"url": PHOTO, "sticker_id": 369239263222822}}, "sticker", PHOTO),
        ({"type": "image", "payload": {"sticker_id": 369239263222822}}, "sticker", "sticker:369239263222822"),
        (
            {"type": "fallback", "title": "A page", "url": "https://x.example"},
            "fallback",
            "link:https://x.example",
        ),
        (
            {"type": "location", "payload": {"coordinates": {"lat": 1, "long": 2.5}}},
            "location",
            "geo:1.000000,2.500000",
        ),
        ({"type": "story_mention", "payload": {"url": PHOTO}}, "story_mention", f"story:{PHOTO}"),
        (
            {"type": "template", "payload": {"product": {"elements": [{"id": "6", "title": "Red shoes"}]}}},
            "product",
            "product:6",
        ),
    ],
)
def test_attachment_can_be_referred_to(attachment: Any, kind: str, ref: str) -> None:
    event = parse_one(did(message={"mid": "m_1", "attachments": [attachment]}))
    assert event.kind is Kind.MEDIA
    (file,) = event.content.attachments
    assert (file.kind, file.ref) == (kind, ref)


def test_answer_to_a_story_carries_the_story() -> None:
    reply_to = {"story": {"id": "1784", "url": "https://lookaside.fbsbx.com/story"}}
    event = parse_one(said(OWN, ANN, "where is this from?", reply_to=reply_to))
    assert (event.kind, event.metadata["story_id"]) == (Kind.TEXT, "1784")
    assert event.content.attachments == (
        Attachment(kind="story", ref="story:https://lookaside.fbsbx.com/story"),
    )


def test_what_is_quoted_is_named() -> None:
    assert parse_one(said(OWN, ANN, "this one", reply_to={"mid": "m_0"})).metadata["reply_to"] == "m_0"


def test_echo_of_ours_is_nothing_and_that_of_others_is_the_brands_word() -> None:
    assert parse(echo(OWN, ANN, "hi", app_id=55)) == []
    assert parse(echo(OWN, ANN, "hi", metadata="visavis:reply-1")) == []
    inbox = parse_one(echo(OWN, ANN, "Ann here", app_id=263902037430900))
    phone = parse_one(echo(OWN, ANN, "Ann here"))
    for event in (inbox, phone):
        assert (event.kind, event.sender.native_id, event.content.text) == (Kind.ECHO, ANN, "Ann here")


def test_template_of_another_app_is_told_by_its_words() -> None:
    template = {"type": "template", "payload": {"template_type": "button", "text": "Choose"}}
    event = parse_one(echo(OWN, ANN, "", attachments=[template]))
    assert (event.kind, event.content.text) == (Kind.ECHO, "Choose")


def test_thread_of_another_app_is_shown_and_not_answered() -> None:
    event = parse_one(standby=[said(OWN, ANN, "hi")])
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.UNSUPPORTED, ANN, "hi")
    press = parse_one(standby=[did(postback={"title": "Track it"})])  # its payload is kept from us
    assert (press.kind, press.content.text) == (Kind.UNSUPPORTED, "Track it")
    spoken = parse_one(standby=[echo(OWN, ANN, "a colleague", app_id=9)])
    assert spoken.kind is Kind.ECHO


def test_edits_of_a_message_are_told_apart_and_grow() -> None:
    edits = [parse_one(did(message_edit={"mid": "m_1", "text": "x", "num_edit": n})) for n in (1, "2", 3)]
    assert [edit.revision for edit in edits] == [1, 2, 3]
    assert {edit.target_id for edit in edits} == {"m_1"}
    assert len({edit.event_id for edit in edits}) == 3


def test_edit_number_nought_is_the_message_itself() -> None:
    event = parse_one(did(message_edit={"mid": "m_1", "text": "hello", "num_edit": 0}))
    assert (event.kind, event.event_id, event.content.text) == (Kind.TEXT, "m_1", "hello")


def test_unsend_of_a_message_is_told_from_the_message() -> None:
    event = parse_one(did(message={"mid": "m_1", "is_deleted": True, "text": "still here"}))
    assert (event.kind, event.target_id, event.content.text) == (Kind.DELETE, "m_1", "")


def test_reaction_without_an_emoji_gets_one_by_its_name() -> None:
    event = parse_one(did(reaction={"mid": "m_1", "action": "react", "reaction": "angry"}))
    assert event.content.text == "😠"


def test_receipts_name_messages_or_a_time() -> None:
    delivered = parse(did(delivery={"mids": ["m_1", "m_2", "m_1"], "watermark": AT}))
    assert [event.target_id for event in delivered] == ["m_1", "m_2"]
    (all_up_to,) = parse(did(delivery={"watermark": AT}))
    assert all_up_to.receipt is not None
    assert all_up_to.receipt.until == datetime.fromtimestamp(AT / 1000, UTC)


def test_each_page_of_an_app_takes_what_is_its_own() -> None:
    ours = body(PAGE, OWN, messaging=[said(OWN, ANN, "ours")])["entry"]
    theirs = body(PAGE, "11", messaging=[said("11", ANN, "theirs")])["entry"]
    told = json.dumps({"object": "page", "entry": [*theirs, *ours]}).encode()
    assert [event.content.text for event in messenger.parse_body(told, US)] == ["ours"]


def test_message_that_instagram_tells_as_a_change_is_a_message() -> None:
    us = Us(channel="instagram", account="main", own_id="17841")
    value = said("17841", "9001", "hello")
    told = body(INSTAGRAM, "17841", changes=[{"field": "messages", "value": value}])
    (event,) = instagram.parse_body(json.dumps(told).encode(), us, username="")
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.TEXT, "hello", "9001")


def test_recipient_under_another_number_is_still_us() -> None:
    """Instagram has two numbers for an account: the entry names the one that is set up."""
    us = Us(channel="instagram", account="main", own_id="17841")
    told = body(INSTAGRAM, "17841", messaging=[said("26000", "9001", "hello"), echo("26000", "9001", "hi")])
    heard, spoken = instagram.parse_body(json.dumps(told).encode(), us, username="")
    assert (heard.kind, heard.conversation_key) == (Kind.TEXT, "9001")
    assert (spoken.kind, spoken.conversation_key) == (Kind.ECHO, "9001")


def test_null_byte_in_one_message_loses_neither_it_nor_its_neighbours() -> None:
    events = parse(said(OWN, ANN, "a\x00b", mid="m_1"), said(OWN, ANN, "c", mid="m_2"))
    assert [event.content.text for event in events] == ["ab", "c"]


def test_file_is_fetched_from_meta_alone() -> None:
    address = locate_file(Attachment(kind="image", ref=PHOTO))
    assert address.url == PHOTO
    assert "*.fbcdn.net" in address.hosts
    for kind, ref in (
        ("image", "https://fbcdn.net.evil.example/a.jpg"),
        ("image", "http://169.254.169.254/latest"),
        ("fallback", "https://scontent.xx.fbcdn.net/a"),
        ("story_mention", f"story:{PHOTO}"),
    ):
        with pytest.raises(MediaRefused):
            locate_file(Attachment(kind=kind, ref=ref))
    with pytest.raises(MediaGone):
        locate_file(Attachment(kind="sticker", ref="sticker:5"))
