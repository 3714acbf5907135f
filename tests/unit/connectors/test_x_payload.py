"""What X tells beside posts of others, in both generations of its webhooks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connector import ReceiptState
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from bot.errors import BadPayload
from tests.contracts.connectors.test_inbound import check_storable, json_values
from tests.fakes.x_events import (
    APP,
    ME,
    activity,
    direct,
    direct_event,
    encrypted,
    legacy,
    legacy_post,
    mention,
    post,
)
from tests.unit.connectors.x.reading import parse, parse_one


def test_direct_message_is_a_conversation_with_its_sender() -> None:
    for body in (
        direct_event("80", "Is anybody there?"),
        legacy(
            direct_message_events=[direct("80", "Is anybody there?")],
            users={"7": {"id": "7", "name": "Person 7", "screen_name": "person7"}},
        ),
    ):
        event = parse_one(body)
        assert (event.event_id, event.kind, event.surface) == ("80", Kind.TEXT, Surface.DIRECT)
        assert (event.conversation_key, event.content.text) == ("7", "Is anybody there?")
        assert (event.sender.name, event.sender.username) == ("Person 7", "person7")
        assert event.platform_at == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_files_and_places_of_a_direct_message() -> None:
    media = {
        "url": "https://t.co/b",
        "type": "photo",
        "media_url_https": "https://ton.x.com/1.1/ton/data/dm/1/1/A.jpg",
    }
    event = parse_one(direct_event("81", "https://t.co/b", attachment={"type": "media", "media": media}))
    assert event.kind is Kind.MEDIA
    assert event.content.attachments[0].ref == media["media_url_https"]
    place = {"shared_coordinate": {"coordinates": {"coordinates": [13.4, 52.5]}}}
    event = parse_one(direct_event("82", "Here", attachment={"type": "location", "location": place}))
    assert event.content.attachments[0].ref == "geo:52.500000,13.400000"


def test_direct_messages_of_the_account_are_echoes_but_for_those_of_our_app() -> None:
    def sent(app: str | None) -> dict[str, Any]:
        return direct_event("83", "Mara here", event_type="dm.sent", sender=ME, recipient="7", app=app)

    assert parse_one(sent(APP)).kind is Kind.UNSUPPORTED
    for echo in (parse_one(sent("268278")), parse_one(sent(None)), parse_one(sent(APP), app_id="")):
        assert (echo.kind, echo.sender.native_id, echo.conversation_key) == (Kind.ECHO, "7", "7")


def test_answers_of_the_account_are_echoes_in_the_conversation_they_answer() -> None:
    asked = parse_one(mention("61", "@lyra hi", thread="50"))
    answered = post("62", "@person7 Mara here", author=ME, thread="50", in_reply_to_user_id="7")
    echo = parse_one(activity("post.create", answered))
    assert (echo.kind, echo.conversation_key) == (Kind.ECHO, asked.conversation_key)
    assert (echo.sender.native_id, echo.content.text) == ("7", "Mara here")
    chain = post("63", "and on", author=ME, thread="50", in_reply_to_user_id=ME)
    assert parse_one(activity("post.create", chain)).kind is Kind.UNSUPPORTED
    guessed = legacy_post("62", "@person7 Mara here", author=ME, in_reply_to_user_id_str="7")
    assert parse_one(legacy(tweet_create_events=[guessed])).kind is Kind.UNSUPPORTED


def test_encrypted_chat_tells_staff_what_to_do() -> None:
    event = parse_one(encrypted("90"))
    assert (event.kind, event.event_id) == (Kind.UNSUPPORTED, "chat:90")
    assert (event.conversation_key, event.sender.native_id) == ("7", "7")
    assert event.metadata["encrypted"] is True
    assert "X's own app" in str(event.metadata["note"])
    assert "CgQxMjM0" not in repr(event)


def test_reading_is_a_receipt() -> None:
    read = {"created_timestamp": "1769860800000", "sender_id": "7", "last_read_event_id": "80"}
    for body in (
        legacy(direct_message_mark_read_events=[read]),
        activity("dm.read", {"direct_message_mark_read_events": [read]}),
    ):
        event = parse_one(body)
        assert (event.kind, event.target_id, event.conversation_key) == (Kind.RECEIPT, "80", "7")
        assert event.receipt is not None
        assert event.receipt.state is ReceiptState.READ


def test_typing_leaves_nothing() -> None:
    typing = {"created_timestamp": "1769860800000", "sender_id": "7"}
    assert parse(legacy(direct_message_indicate_typing_events=[typing])) == []
    assert parse(activity("dm.indicate_typing", {})) == []


def test_events_of_other_accounts_of_the_app_are_left_out() -> None:
    assert parse(activity("post.mention.create", post("61", "@lyra hi"), user="200")) == []
    assert parse({**legacy(tweet_create_events=[legacy_post("61", "@lyra hi")]), "for_user_id": "200"}) == []
    assert parse({"user_event": {"revoke": {"source": {"user_id": "200"}}}}) == []


def test_own_deletions_are_kept_as_unsupported() -> None:
    own = parse_one(legacy(tweet_delete_events=[{"status": {"id": "61", "user_id": ME}}]))
    assert own.kind is Kind.UNSUPPORTED
    other = parse_one(legacy(tweet_delete_events=[{"status": {"id": "61", "user_id": "7"}}]))
    assert (other.kind, other.target_id, other.conversation_key) == (Kind.DELETE, "61", "post:61:7")


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": {"id": "1"}}, {"update_id": 5}])
def test_other_platforms_bodies_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        parse(body)


def test_every_event_of_a_batch_has_its_own_id_and_keeps_it() -> None:
    body = legacy(
        tweet_create_events=[legacy_post("71", "@lyra a"), 5, 6], direct_message_events=[direct("72", "b")]
    )
    ids = [event.event_id for event in parse(body)]
    assert len(set(ids)) == len(ids) == 4
    assert [event.event_id for event in parse(body)] == ids


SHAPES = (
    mention("61", "@lyra hi", in_reply_to_user_id="8", referenced_tweets=[{"type": "replied_to", "id": "5"}]),
    legacy(tweet_create_events=[legacy_post("61", "@lyra hi", display_text_range=[0, 8])]),
    legacy(direct_message_events=[direct("62", "hi", attachment={"media": {"type": "photo"}})]),
    direct_event("62", "hi"),
    encrypted(),
    legacy(tweet_delete_events=[{"status": {"id": "61", "user_id": "7"}}]),
)


def list_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value in a body."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, inner in steps for place in list_places(inner, (*path, step)))]


@given(data=st.data(), value=json_values, shape=st.sampled_from(SHAPES))
@settings(max_examples=150, deadline=None)
def test_any_place_of_any_shape_may_hold_anything(
    data: st.DataObject, value: Any, shape: dict[str, Any]
) -> None:
    body = json.loads(json.dumps(shape))
    *way, last = data.draw(st.sampled_from(list_places(body)[1:]))
    inner = body
    for step in way:
        inner = inner[step]
    inner[last] = value
    try:
        events = parse(body)
    except BadPayload:
        return
    for event in events:
        check_storable(event)
