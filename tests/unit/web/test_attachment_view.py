"""What customers share is shown by what it is; only phone numbers, places and stories become links."""

from __future__ import annotations

import pytest

from bot.domain.message import Attachment
from bot.web.attachment_view import view_attachment


def test_a_card_has_a_number_to_call() -> None:
    view = view_attachment(Attachment(kind="contact", ref="tel:+49 (30) 123-456", name="Ann"))
    assert (view.words, view.link, view.href) == ("Ann", "+49 (30) 123-456", "tel:+4930123456")
    assert not view.elsewhere


def test_a_place_is_on_a_map() -> None:
    view = view_attachment(Attachment(kind="location", ref="geo:52.520000,-13.405000"))
    assert (view.words, view.link) == ("Place", "52.520000, -13.405000")
    assert view.href.startswith("https://www.openstreetmap.org/?mlat=52.520000&mlon=-13.405000")
    assert view.elsewhere


def test_a_story_is_looked_at_where_it_lies() -> None:
    view = view_attachment(
        Attachment(kind="story_mention", ref="story:https://scontent.xx.fbcdn.net/v/1.jpg?oe=2")
    )
    assert (view.words, view.href) == ("Story that mentions us", "https://scontent.xx.fbcdn.net/v/1.jpg?oe=2")
    assert view.elsewhere


@pytest.mark.parametrize(
    "ref",
    [
        "javascript:alert(1)",
        "story:https://evil.example/fbcdn.net/",
        "story:https://fbcdn.net.evil.example/x",
        "story:https://evil.example#.fbcdn.net/x",
        "link:https://evil.example/",
        "tel:javascript:alert(1)",
        "tel:",
        "tel:+1\n2345",
        "geo:1,2/../../evil",
        "geo:1,2;u=5",
        "https://example.org/",
        "BQACAgIAAxkBAAIB",
        "",
    ],
)
def test_nothing_else_becomes_a_link(ref: str) -> None:
    assert view_attachment(Attachment(kind="photo", ref=ref)).href == ""


def test_what_has_no_name_is_called_by_its_kind() -> None:
    assert view_attachment(Attachment(kind="voice", ref="x")).words == "Voice message"
    assert view_attachment(Attachment(kind="hologram", ref="x")).words == "hologram"
