"""Elements of Messenger and Instagram as other versions, other apps and other people's servers write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.message import Attachment, Kind
from bot.errors import BadPayload
from connectors.instagram import payload as instagram
from connectors.messenger import payload as messenger
from tests.fakes.graph_events import AT, INSTAGRAM, PAGE, body, echo, element, said
from tests.unit.connectors.test_meta_events import ANN, OWN, US, did, parse_one

LINK = "https://l.facebook.com/l.php?u=map"
STORY = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=18"


def attach(**attachment: Any) -> dict[str, Any]:
    return element(OWN, ANN, message={"mid": "m.1", "attachments": [attachment]})


def test_time_is_read_as_iso_writes_it() -> None:
    written = "2026-11-23T10:01:02+0000"
    told = body(INSTAGRAM, OWN, messaging=[{**said(OWN, ANN, "Hello"), "timestamp": written}], time=written)
    (event,) = instagram.parse_body(json.dumps(told).encode(), US, username="brand")
    assert event.platform_at == datetime(2026, 11, 23, 10, 1, 2, tzinfo=UTC)
    (event,) = instagram.parse_body(
        json.dumps(told).replace(written, "yesterday").encode(), US, username="brand"
    )
    assert event.platform_at is None


@pytest.mark.parametrize("coordinates", [{"lat": 48.2, "long": 16.4}, {"lat": "48.2", "long": " 16.4"}])
def test_place_is_where_it_is_and_not_a_link_to_a_map(coordinates: dict[str, Any]) -> None:
    event = parse_one(
        attach(type="location", title="Ann's place", url=LINK, payload={"coordinates": coordinates})
    )
    (place,) = event.content.attachments
    assert (place.kind, place.ref, place.name) == ("location", "geo:48.200000,16.400000", "Ann's place")


@pytest.mark.parametrize("lat", ["north", "NaN", "1e2", True, None, 999])
def test_place_without_degrees_is_its_link(lat: Any) -> None:
    told = attach(type="location", url=LINK, payload={"coordinates": {"lat": lat, "long": 16.4}})
    (place,) = parse_one(told).content.attachments
    assert not place.ref.startswith("geo:")


@pytest.mark.parametrize("place", ["item_url", "url", "default_action"])
def test_card_that_a_person_shares_is_a_link(place: str) -> None:
    address = "https://shop.example/mug"
    card = {"title": "Mug", place: {"url": address} if place == "default_action" else address}
    event = parse_one(attach(type="template", payload={"elements": [5, card, {"title": "Cup"}]}))
    assert event.content.attachments == (Attachment(kind="fallback", ref=f"link:{address}", name="Mug"),)
    event = parse_one(attach(type="template", payload={"generic": {"elements": [card]}}))
    assert event.content.attachments[0].ref == f"link:{address}"
    lost = parse_one(attach(type="template", payload={"elements": [{"title": "Mug"}]}))
    assert "\u201cMug\u201d" in str(lost.metadata["note"])


def test_body_in_a_list_is_read_as_one() -> None:
    told = [body(INSTAGRAM, OWN, messaging=[said(OWN, ANN, word, mid=word)]) for word in ("Hello", "again")]
    events = instagram.parse_body(json.dumps(told).encode(), US, username="brand")
    assert [event.content.text for event in events] == ["Hello", "again"]
    for wrong in ([], [5], [told], [*told, {"object": "page", "entry": []}]):
        with pytest.raises(BadPayload):
            instagram.parse_body(json.dumps(wrong).encode(), US, username="brand")


def test_quick_reply_without_its_label_has_none() -> None:
    event = parse_one(element(OWN, ANN, message={"mid": "m.1", "quick_reply": {"payload": "MUG"}}))
    assert (event.kind, event.content.text, event.metadata) == (Kind.POSTBACK, "MUG", {})


def test_note_of_the_account_to_itself_is_nobodys_message() -> None:
    event = parse_one(said("99", OWN, "To ourselves", is_self=True))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


@pytest.mark.parametrize(
    ("value", "post"),
    [
        ({"media_id": "77"}, "77"),
        ({"parent_id": "70"}, "70"),
        ({"media": None}, "71"),
    ],
)
def test_comment_under_a_post_that_is_not_told_is_a_message(value: dict[str, Any], post: str) -> None:
    value = {"id": "71", "text": "Hello", "from": {"id": ANN, "username": "ann"}, **value}
    told = body(INSTAGRAM, OWN, changes=[{"field": "comments", "value": value}])
    (event,) = instagram.parse_body(json.dumps(told).encode(), US, username="brand")
    assert (event.kind, event.event_id, event.conversation_key) == (Kind.TEXT, "71", f"post:{post}:{ANN}")


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (
            {
                "template_type": "generic",
                "elements": [{"title": "Mug", "subtitle": "Green"}, {"title": "Cup"}],
            },
            "Mug - Green\nCup",
        ),
        ({"generic": {"elements": [{"title": "Mug", "subtitle": "Green"}]}}, "Mug - Green"),
        ({"template_type": "button", "text": "Which one?"}, "Which one?"),
        ({"template_type": "receipt"}, "receipt"),
    ],
)
def test_template_of_another_app_is_the_brands_word(payload: dict[str, Any], words: str) -> None:
    told = echo(OWN, ANN, "", mid="m.2", app_id=99)
    told["message"] = {**told["message"], "attachments": [{"type": "template", "payload": payload}]}
    event = parse_one(told)
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.ECHO, words, ANN)


@pytest.mark.parametrize(
    "message", [{"is_unsupported": True}, {"attachments": [{"type": "unsupported_type", "payload": {}}]}, {}]
)
def test_message_that_meta_keeps_to_itself_is_told_in_words(message: dict[str, Any]) -> None:
    event = parse_one(did(message={"mid": "m.3", **message}))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, ANN)
    assert "in another way" in str(event.metadata["note"])


@pytest.mark.parametrize(
    ("attachment", "found"),
    [
        (
            {"type": "ig_story", "payload": {"story_media_id": "18", "story_media_url": STORY}},
            Attachment(kind="ig_story", ref=f"story:{STORY}"),
        ),
        ({"type": "like_heart"}, Attachment(kind="sticker", ref="sticker:like_heart", name="❤️")),
        (
            {"type": "ig_reel", "payload": {"url": "/reel/4815/", "reel_video_id": 4815}},
            Attachment(kind="ig_reel", ref="link:https://www.facebook.com/reel/4815/"),
        ),
        (
            {"type": "fallback", "payload": None, "title": "Our mugs", "URL": "https://shop.example/mugs"},
            Attachment(kind="fallback", ref="link:https://shop.example/mugs", name="Our mugs"),
        ),
    ],
)
def test_what_is_shared_is_found_wherever_meta_says_it(attachment: dict[str, Any], found: Attachment) -> None:
    event = parse_one(attach(**attachment))
    assert (event.kind, event.content.attachments) == (Kind.MEDIA, (found,))


def test_shared_post_that_is_told_twice_is_one() -> None:
    told = [{"type": name, "payload": {"url": STORY, "title": "Mugs"}} for name in ("share", "ig_post")]
    event = parse_one(did(message={"mid": "m.1", "attachments": [*told, {"type": "image"}]}))
    assert event.content.attachments == (Attachment(kind="share", ref=STORY, name="Mugs"),)


@pytest.mark.parametrize(
    "place", ["My Documents/mugs.doc", "//elsewhere.example/reel/1", "/reel/1?a=<b>", ""]
)
def test_staff_read_the_title_of_what_has_no_address(place: str) -> None:
    event = parse_one(attach(type="fallback", payload={"url": place, "title": "Our mugs"}))
    assert (event.kind, event.content.attachments) == (Kind.UNSUPPORTED, ())
    assert "“Our mugs”" in str(event.metadata["note"])


def test_numbers_that_became_floats_are_read_as_numbers() -> None:
    event = parse_one({**said(OWN, ANN, "Hello"), "timestamp": float(AT)})
    assert event.platform_at == datetime.fromtimestamp(AT / 1000, UTC)


def test_message_without_an_id_is_taken_once() -> None:
    told = did(message={"text": "Hello", "attachments": None})
    first, again = parse_one(told), parse_one(json.loads(json.dumps(told)))
    assert (first.kind, first.content.text, first.conversation_key) == (Kind.TEXT, "Hello", ANN)
    assert first.event_id == again.event_id
    deleted = parse_one(did(message={"is_deleted": True}))
    assert (deleted.kind, deleted.conversation_key) == (Kind.UNSUPPORTED, "")


@pytest.mark.parametrize(
    ("reaction", "shown"),
    [({"reaction": "laugh"}, "😃"), ({"reaction": "care"}, "care"), ({}, "❤")],
)
def test_reaction_without_an_emoji_is_shown_as_near_as_can_be(reaction: dict[str, str], shown: str) -> None:
    event = parse_one(did(reaction={"mid": "m.1", "action": "react", **reaction}))
    assert (event.kind, event.content.text) == (Kind.REACTION, shown)


def test_edits_without_a_number_are_told_apart_by_their_time() -> None:
    told = did(message_edit={"mid": "m.1", "text": "Hello there"})
    first, later = parse_one(told), parse_one({**told, "timestamp": AT + 5_000})
    assert (first.kind, first.target_id) == (Kind.EDIT, "m.1")
    assert first.revision < later.revision
    assert first.event_id != later.event_id


@pytest.mark.parametrize(
    ("optin", "words"),
    [
        ({"ref": "spring"}, "written nothing yet"),
        ({"type": "notification_messages", "payload": "news", "title": "News"}, "written nothing yet"),
        (
            {
                "type": "notification_messages",
                "payload": "news",
                "notification_messages_status": "STOP_NOTIFICATIONS",
            },
            "no more messages",
        ),
    ],
)
def test_staff_read_what_somebody_allowed(optin: dict[str, Any], words: str) -> None:
    event = parse_one(did(optin=optin))
    assert (event.kind, event.conversation_key, event.for_staff) == (Kind.UNSUPPORTED, ANN, True)
    assert words in str(event.metadata["note"])
    assert event.metadata["start_payload"] in ("spring", "news")


def test_message_that_is_told_as_a_change_need_not_name_its_reader() -> None:
    value = {"sender": {"id": ANN}, "timestamp": AT, "message": {"mid": "m.1", "text": "Hello"}}
    told = body(INSTAGRAM, OWN, changes=[{"field": "messages", "value": value}])
    (event,) = instagram.parse_body(json.dumps(told).encode(), US, username="brand")
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.TEXT, ANN, "Hello")


def test_staff_read_how_somebody_came_who_says_nothing() -> None:
    ad = {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6", "ads_context_data": {"ad_title": "Mugs"}}
    assert "advertisement “Mugs”" in str(parse_one(did(referral=ad)).metadata["note"])
    assert "by a link" in str(
        parse_one(did(referral={"ref": "shop", "source": "SHORTLINK"})).metadata["note"]
    )


@pytest.mark.parametrize(
    ("item", "value", "kind"),
    [
        ("photo", {"link": "https://scontent.xx.fbcdn.net/p.jpg"}, "image"),
        ("video", {"link": "https://video.xx.fbcdn.net/v.mp4"}, "video"),
        ("status", {"photos": ["https://scontent.xx.fbcdn.net/p.jpg", None]}, "image"),
    ],
)
def test_picture_on_the_wall_without_words_is_a_message(item: str, value: dict[str, Any], kind: str) -> None:
    value = {"item": item, "verb": "add", "post_id": "10_3", "from": {"id": ANN, "name": "Ann"}, **value}
    told = body(PAGE, OWN, changes=[{"field": "feed", "value": value}])
    (event,) = messenger.parse_body(json.dumps(told).encode(), US)
    assert (event.kind, event.conversation_key) == (Kind.MEDIA, f"post:10_3:{ANN}")
    ref = value.get("link") or value["photos"][0]
    assert event.content.attachments == (Attachment(kind=kind, ref=ref),)
    assert event.platform_at == datetime.fromtimestamp(AT / 1000, UTC)


def test_like_on_the_wall_is_nobodys_message() -> None:
    value = {"item": "status", "verb": "add", "post_id": "10_3", "from": {"id": ANN}}
    told = body(PAGE, OWN, changes=[{"field": "feed", "value": value}])
    (event,) = messenger.parse_body(json.dumps(told).encode(), US)
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")
