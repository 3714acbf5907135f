"""What Slack posts when people press something, and what it wants an answer to at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.connector import InboundRequest
from bot.domain.message import Kind
from bot.errors import BadPayload
from connectors.slack.interaction import answer_at_once, parse_interaction
from tests.contracts.connectors.channel import NOW
from tests.contracts.connectors.slack import sealed
from tests.contracts.connectors.slack_frames import (
    ROOM,
    direct,
    envelope,
    make_ts,
    pressed,
)
from tests.unit.connectors.slack.reading import ACCOUNT, KEY, ME, build


def test_pressed_button_is_read() -> None:
    (event,) = parse_interaction(pressed("DU7", make_ts(0)), ACCOUNT, ME)
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.POSTBACK, "/track", "DU7")
    assert event.target_id == f"DU7:{make_ts(0)}"
    assert event.metadata == {"title": "Track it", "said": "Which &amp; why?"}


def test_button_pressed_in_a_thread_belongs_to_the_persons_talk_there() -> None:
    (event,) = parse_interaction(pressed(ROOM, make_ts(2), thread=make_ts(1)), ACCOUNT, ME)
    assert event.conversation_key == KEY
    (again,) = parse_interaction(pressed(ROOM, make_ts(2), thread=make_ts(1)), ACCOUNT, ME)
    (later,) = parse_interaction(
        pressed(ROOM, make_ts(2), thread=make_ts(1), action_ts="1750000064.1"), ACCOUNT, ME
    )
    assert event.event_id == again.event_id != later.event_id


@pytest.mark.parametrize(
    ("action", "said", "title"),
    [
        ({"action_id": "theirs", "value": "/x"}, "/x", "Track it"),
        ({"action_id": "info", "value": None}, "info", "Track it"),
        (
            {
                "type": "static_select",
                "value": None,
                "selected_option": {"value": "m", "text": {"text": "Mid"}},
            },
            "m",
            "Mid",
        ),
        (
            {"type": "datepicker", "value": None, "text": None, "selected_date": "2026-02-01"},
            "2026-02-01",
            None,
        ),
    ],
)
def test_menus_of_the_brands_own_blocks_are_read(
    action: dict[str, Any], said: str, title: str | None
) -> None:
    (event,) = parse_interaction(pressed("DU7", make_ts(0), **action), ACCOUNT, ME)
    assert (event.kind, event.content.text, event.metadata.get("title")) == (Kind.POSTBACK, said, title)


def test_other_interactions_are_kept_apart() -> None:
    for kind in ("view_submission", "shortcut", "message_action", "block_suggestion"):
        (event,) = parse_interaction({**pressed("DU7", make_ts(0)), "type": kind}, ACCOUNT, ME)
        assert event.kind is Kind.UNSUPPORTED


def test_question_for_our_address_is_answered() -> None:
    body = json.dumps({"token": "t", "challenge": "3eZbrw1aB", "type": "url_verification"}).encode()
    answer = build().handshake(sealed(body))
    assert answer is not None
    assert (answer.body, answer.content_type) == (b"3eZbrw1aB", "text/plain")
    assert build().handshake(replace(sealed(body), method="GET")) is None
    assert answer_at_once(json.dumps(envelope(direct("url_verification"))).encode()) is None


def test_slash_command_is_answered_to_the_one_who_typed_it() -> None:
    answer = answer_at_once(urlencode({"command": "/order", "text": "12", "user_id": "U7"}).encode())
    assert answer is not None
    assert json.loads(answer.body)["response_type"] == "ephemeral"
    checked = answer_at_once(b"ssl_check=1&token=x")
    assert checked is not None
    assert (checked.status, checked.body) == (200, b"")
    assert answer_at_once(urlencode({"payload": "{}"}).encode()) is None


def test_form_that_is_no_interaction_is_refused() -> None:
    connector = build()
    for body in (b"a=b", b"payload=5", b"payload={", b"payload=%7B%7D", b"=", b"\xff="):
        with pytest.raises(BadPayload):
            connector.parse(InboundRequest(body=body, received_at=NOW))
