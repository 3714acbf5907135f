"""Elements of Messenger and Instagram as other versions, other apps and other people's servers write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.message import Attachment, Kind
from connectors.instagram import payload as instagram
from connectors.messenger import payload as messenger
from tests.fakes.graph_events import AT, INSTAGRAM, PAGE, body, echo, element, said
from tests.unit.connectors.test_meta_events import ANN, OWN, US, did, parse_one

LINK = "https://l.facebook.com/l.php?u=map"


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


def test_place_is_where_it_is_and_not_a_link_to_a_map() -> None:
    coordinates = {"lat": 48.2, "long": 16.4}
    event = parse_one(
        attach(type="location", title="Ann's place", url=LINK, payload={"coordinates": coordinates})
    )
    (place,) = event.content.attachments
    assert (place.kind, place.ref, place.name) == ("location", "geo:48.200000,16.400000", "Ann's place")


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
