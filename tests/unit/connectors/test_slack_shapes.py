"""Messages passed on, words in blocks, menus of several choices, and buttons of older messages."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connector import InboundEvent
from bot.domain.message import Attachment, Kind
from connectors.slack.blocks import list_shared, list_words
from connectors.slack.interaction import parse_interaction, read_payload
from connectors.slack.place import Me
from tests.contracts.connectors.slack_frames import PICTURE, changed, direct, make_ts
from tests.unit.connectors.slack.reading import ACCOUNT, parse

RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Is <this> "},
                {"type": "link", "url": "https://shop.example/1", "text": "mug"},
                {"type": "text", "text": " in stock "},
                {"type": "emoji", "name": "wave"},
            ],
        },
        {"type": "rich_text_list", "elements": [{"type": "rich_text_section", "elements": []}]},
        {"type": "unknown"},
        "no element",
    ],
}


def press(**payload: Any) -> InboundEvent:
    whole = {"trigger_id": "t.1", "user": {"id": "U7"}, "channel": {"id": "DU7"}, **payload}
    form = urlencode({"payload": json.dumps(whole)}).encode()
    (event,) = parse_interaction(read_payload(form), ACCOUNT, Me())
    return event


def choose(**action: Any) -> InboundEvent:
    action = {"action_id": "a", "action_ts": make_ts(2), **action}
    return press(type="block_actions", message={"ts": make_ts(1)}, actions=[action])


def test_message_that_is_passed_on_is_read_with_its_files() -> None:
    shared = {
        "is_share": True,
        "author_name": "Bob",
        "text": "It <https://a.example|broke>",
        "files": [PICTURE],
    }
    event = parse(direct("Look", attachments=[shared, {"title": "a preview", "text": "of a link"}]))
    assert (event.kind, event.content.text) == (Kind.TEXT, "Look\n\nBob: It broke (https://a.example)")
    assert [file.kind for file in event.content.attachments] == ["photo"]
    event = parse(direct("", attachments=[{"is_share": True, "text": "It broke"}]))
    assert (event.kind, event.content.text) == (Kind.TEXT, "It broke")


def test_file_that_was_taken_out_of_a_message_is_gone_from_it() -> None:
    """Slack says that the message was changed, and its words are the same."""
    before = direct("Look", files=[PICTURE])
    gone = changed(before, "Look")
    gone["message"]["files"] = [{"id": "F1", "mode": "tombstone"}]
    event = parse(gone)
    assert (event.kind, event.content.text, event.content.attachments) == (Kind.EDIT, "Look", ())
    assert parse(changed(before, "Look")).kind is Kind.UNSUPPORTED


@pytest.mark.parametrize("odd", [["file_share"], {"a": 1}, 5])
def test_type_that_is_none_loses_no_more_than_what_it_stands_on(odd: Any) -> None:
    assert parse(direct("hi", subtype=odd)).kind is Kind.UNSUPPORTED
    event = parse(direct("hi", files=[{**PICTURE, "mode": odd}]))
    assert (event.content.text, len(event.content.attachments)) == ("hi", 1)


def test_words_are_read_from_blocks_where_there_is_no_text() -> None:
    event = parse(
        direct("", blocks=[RICH, {"type": "section", "text": {"type": "mrkdwn", "text": "*Thanks*"}}])
    )
    assert event.content.text == "Is <this> mug (https://shop.example/1) in stock 👋\n*Thanks*"
    assert parse(direct("Hello", blocks=[RICH])).content.text == "Hello"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("nice :smile: :wave::skin-tone-3:", "nice 😄 👋🏼"),
        ("at 12:30:45 sharp", "at 12:30:45 sharp"),
        (":our-own-emoji: and https://a.example:80:x", ":our-own-emoji: and https://a.example:80:x"),
    ],
)
def test_emoji_in_words_are_shown_as_such(raw: str, shown: str) -> None:
    assert parse(direct(raw)).content.text == shown


@pytest.mark.parametrize(
    ("action", "value", "title"),
    [
        (
            {
                "type": "multi_static_select",
                "selected_options": [
                    {"text": {"type": "plain_text", "text": "Red"}, "value": "r"},
                    {"text": {"type": "plain_text", "text": "Blue"}, "value": "b"},
                ],
            },
            "r, b",
            "Red, Blue",
        ),
        ({"type": "multi_users_select", "selected_users": ["U5", "U6"]}, "U5, U6", None),
        ({"type": "conversations_select", "selected_conversation": "C9"}, "C9", None),
        ({"type": "datetimepicker", "selected_date_time": 1_628_633_820}, "1628633820", None),
        (
            {
                "type": "rich_text_input",
                "rich_text_value": {
                    "type": "rich_text",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "typed"}]}
                    ],
                },
            },
            "typed",
            None,
        ),
    ],
)
def test_what_was_chosen_or_typed_is_read(action: dict[str, Any], value: str, title: str | None) -> None:
    event = choose(**action)
    assert (event.kind, event.content.text, event.metadata.get("title")) == (Kind.POSTBACK, value, title)


def test_nothing_chosen_is_nothing_said() -> None:
    assert choose(type="checkboxes", selected_options=[]).kind is Kind.UNSUPPORTED


@pytest.mark.parametrize(
    "action",
    [
        {"name": "game", "type": "button", "value": "chess", "text": "Chess"},
        {"name": "game", "type": "select", "selected_options": [{"value": "chess"}]},
    ],
)
def test_button_of_an_older_message_is_read(action: dict[str, Any]) -> None:
    event = press(
        type="interactive_message",
        message_ts=make_ts(1),
        action_ts=make_ts(2),
        original_message={"text": "Choose"},
        actions=[action],
    )
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.POSTBACK, "chess", "DU7")
    assert (event.event_id, event.target_id) == (
        f"press:DU7:{make_ts(1)}:U7:{make_ts(2)}",
        f"DU7:{make_ts(1)}",
    )


def test_shared_files_are_bounded() -> None:
    shared = [
        {"is_share": True, "text": "x", "files": [{**PICTURE, "id": f"F{n}{m}"} for m in range(9)]}
        for n in range(9)
    ]
    files = parse(direct("", attachments=shared)).content.attachments
    assert len(files) == 20
    assert all(isinstance(file, Attachment) for file in files)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "name", "url", "user_id", "is_share", "author_name", "files"]
            ),
            inner | st.sampled_from(["text", "link", "emoji", "section", "user", "rich_text_section", True]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(value=values)
def test_any_block_and_attachment_is_read_without_harm(value: Any) -> None:
    assert isinstance(list_words(value), str)
    assert list_words([value]) == list_words([value])
    list_shared(value)
    event = parse(direct("", blocks=[value], attachments=[value]))
    json.dumps([event.content.text, event.metadata], ensure_ascii=False).encode("utf-8")


def test_edit_that_tells_the_message_only_as_it_was_before() -> None:
    edit = changed(direct("Is it there?"), "Is it here?")
    del edit["message"]["ts"]
    event = parse(edit)
    assert (event.kind, event.content.text, event.target_id) == (
        Kind.EDIT,
        "Is it here?",
        f"DU7:{make_ts(1)}",
    )
