"""What X tells, in both generations of its webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connector import AccountConfig, InboundEvent, InboundRequest, ReceiptState
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Kind
from bot.errors import BadPayload, BadSignature
from connectors.x.connector import XConnector
from tests.contracts.connectors.test_inbound import check_storable, json_values
from tests.contracts.connectors.x import OPTIONS, frame, sealed
from tests.fakes.x_events import (
    APP,
    ME,
    SECRET,
    activity,
    direct,
    direct_event,
    encrypted,
    legacy,
    legacy_post,
    mention,
    post,
)


def build(**options: str) -> XConnector:
    return XConnector(AccountConfig(channel="x", name="main", options={**OPTIONS, **options}))


def parse(body: dict[str, Any], **options: str) -> list[InboundEvent]:
    return build(**options).parse(sealed(json.dumps(body).encode()))


def parse_one(body: dict[str, Any], **options: str) -> InboundEvent:
    (event,) = parse(body, **options)
    return event


def test_mention_is_a_text_in_its_thread_for_its_author() -> None:
    event = parse_one(mention("61", "@lyra, where is my order?", thread="50"))
    assert (event.kind, event.content.text) == (Kind.TEXT, "where is my order?")
    assert (event.surface, event.conversation_key) == (Surface.PUBLIC, "post:50:7")
    assert (event.sender.native_id, event.sender.username) == ("7", "person7")
    assert event.reply_context == {"reply_to": "61", "name": "person7"}
    assert event.metadata == {"addressed": "mention", "lang": "en"}
    assert event.platform_at == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_both_generations_say_the_same_of_a_post() -> None:
    new = parse_one(mention("61", "@lyra help &lt;3 &amp; all"))
    old = parse_one(legacy(tweet_create_events=[legacy_post("61", "@lyra help &lt;3 &amp; all")]))
    assert new.content.text == old.content.text == "help <3 & all"
    assert replace(new, sender=old.sender) == old
    assert old.sender == new.sender


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@lyra @other_1 hi", "hi"),
        ("hi @lyra", "hi @lyra"),
        ("@lyra", "@lyra"),
        ("@lyra: @lyra @x", "@lyra: @lyra @x"),
        ("@lyrabird_of_the_long_name hi @lyra", "@lyrabird_of_the_long_name hi @lyra"),
    ],
)
def test_names_in_front_are_no_words(text: str, words: str) -> None:
    assert parse_one(mention("61", text)).content.text == words


def test_reply_to_the_account_is_its_business_without_its_name() -> None:
    made = post("62", "And now?", thread="50", in_reply_to_user_id=ME)
    event = parse_one(activity("post.reply.create", made))
    assert (event.kind, event.metadata["addressed"]) == (Kind.TEXT, "reply")
    old = legacy_post("62", "And now?", in_reply_to_user_id_str=ME, in_reply_to_status_id_str="50")
    event = parse_one(legacy(tweet_create_events=[old]))
    assert (event.conversation_key, event.metadata["addressed"]) == ("post:50:7", "reply")


def test_post_that_begins_with_the_accounts_name_answers_nothing() -> None:
    """X says of it, too, that it is in reply to the account."""
    event = parse_one(mention("62", "@lyra where is it?", in_reply_to_user_id=ME))
    assert event.metadata["addressed"] == "mention"
    event = parse_one(legacy(tweet_create_events=[legacy_post("62", "@lyra hi", in_reply_to_user_id_str=ME)]))
    assert event.metadata["addressed"] == "mention"


def test_post_that_is_told_as_a_reply_and_as_a_mention_is_one_message() -> None:
    made = post("62", "@lyra and now?", thread="50", in_reply_to_user_id=ME)
    told = [parse_one(activity(f"post.{kind}.create", made)) for kind in ("reply", "mention", "quote")]
    assert told[0] == told[1] == told[2]


def test_quote_of_the_account_is_its_business() -> None:
    quote = legacy_post("63", "Look at this", quoted_status={"id_str": "61", "user": {"id_str": ME}})
    assert parse_one(legacy(tweet_create_events=[quote])).metadata["addressed"] == "mention"
    quoted = post("63", "Look at this", referenced_tweets=[{"type": "quoted", "id": "61"}])
    told = activity("post.create", quoted, includes={"tweets": [{"id": "61", "author_id": ME}]})
    assert parse_one(told).metadata["addressed"] == "mention"


@pytest.mark.parametrize("said", [{"display_text_range": [15, 30]}, {}])
def test_people_who_answer_each_other_below_a_post_are_left_alone(said: dict[str, Any]) -> None:
    """X puts the names of all in a thread in front of each reply: nobody meant the account."""
    event = parse_one(mention("64", "@other8 @lyra  you are right", in_reply_to_user_id="8", **said))
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.UNSUPPORTED, "", "")
    old = legacy_post("64", "@other8 @lyra  you are right", in_reply_to_user_id_str="8", **said)
    assert parse_one(legacy(tweet_create_events=[old])).kind is Kind.UNSUPPORTED


def test_account_may_be_named_in_an_answer_to_another_or_to_oneself() -> None:
    asked = parse_one(mention("64", "@other8 wait, @lyra can you help?", in_reply_to_user_id="8"))
    assert asked.content.text == "wait, @lyra can you help?"
    own_thread = parse_one(mention("64", "@lyra and another thing", in_reply_to_user_id="7"))
    assert own_thread.content.text == "and another thing"


def test_long_post_is_whole() -> None:
    event = parse_one(mention("65", "@lyra cut…", note_tweet={"text": "@lyra " + "long " * 100}))
    assert event.content.text == ("long " * 100).strip()
    old = legacy_post("65", "@lyra cut…", extended_tweet={"full_text": "@lyra all of it"})
    made = parse(legacy(tweet_create_events=[old | {"in_reply_to_user_id_str": ME}]))
    assert made[0].content.text == "all of it"


def test_links_are_put_back_and_those_of_files_dropped() -> None:
    links = [{"url": "https://t.co/a", "expanded_url": "https://shop.example/o/5"}]
    media = [
        {"url": "https://t.co/b", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/B.jpg"}
    ]
    old = legacy_post("66", "@lyra see https://t.co/a https://t.co/b", in_reply_to_user_id_str=ME)
    old["entities"]["urls"] = links
    old["extended_entities"] = {"media": media}
    event = parse_one(legacy(tweet_create_events=[old]))
    assert event.content.text == "see https://shop.example/o/5"
    assert event.content.attachments == (Attachment(kind="image", ref="https://pbs.twimg.com/media/B.jpg"),)


def test_video_is_its_best_version() -> None:
    versions = [
        {"content_type": "application/x-mpegURL", "url": "https://video.twimg.com/v.m3u8"},
        {"content_type": "video/mp4", "bit_rate": 256, "url": "https://video.twimg.com/small.mp4"},
        {"content_type": "video/mp4", "bit_rate": 2048, "url": "https://video.twimg.com/large.mp4"},
    ]
    told = mention("67", "@lyra look", attachments={"media_keys": ["7_1"]})
    told["data"]["includes"]["media"] = [{"media_key": "7_1", "type": "video", "variants": versions}]
    (file,) = parse_one(told).content.attachments
    assert (file.kind, file.ref, file.mime) == ("video", "https://video.twimg.com/large.mp4", "video/mp4")


def test_edits_are_about_the_first_version_and_grow() -> None:
    def version(*ids: str) -> InboundEvent:
        return parse_one(mention(ids[-1], "@lyra changed", edit_history_tweet_ids=list(ids), thread="70"))

    first, second, third = version("70"), version("70", "71"), version("70", "71", "72")
    assert first.kind is Kind.TEXT
    assert [each.kind for each in (second, third)] == [Kind.EDIT, Kind.EDIT]
    assert [each.target_id for each in (second, third)] == ["70", "70"]
    assert first.revision < second.revision < third.revision
    assert first.conversation_key == third.conversation_key
    assert third.reply_context["reply_to"] == "72"


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


# --- proofs -------------------------------------------------------------------------------------


def ask(token: str | None, *, method: str = "GET") -> InboundRequest:
    query = {} if token is None else {"crc_token": token}
    return InboundRequest(body=b"", query=query, method=method, received_at=datetime.now(UTC))


@pytest.mark.parametrize("token", ["N2M0MTBmYTUtYg==", "a-b_c", "3f9a6c0e-1f4e-4a8e-9a55-0f7b4f6b1f5d"])
def test_challenge_is_answered_with_our_signature(token: str) -> None:
    answer = build().handshake(ask(token))
    assert answer is not None
    digest = hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).digest()
    assert json.loads(answer.body) == {"response_token": "sha256=" + base64.b64encode(digest).decode()}
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("token", ["", "{}", '{"data":{"event_type":"dm.received"}}', "a b", "a" * 257, "ä"])
def test_nobody_gets_a_body_signed(token: str) -> None:
    with pytest.raises(BadSignature):
        build().handshake(ask(token))


def test_account_without_a_secret_proves_nothing() -> None:
    with pytest.raises(BadSignature):
        build(consumer_secret="").handshake(ask("abc"))


def test_what_is_no_challenge_goes_on() -> None:
    assert build().handshake(ask(None)) is None
    assert build().handshake(ask("abc", method="POST")) is None


def test_signature_is_of_the_raw_bytes() -> None:
    body = json.dumps(frame("hi"), indent=1).encode()
    build().verify(sealed(body))
    written_again = json.dumps(json.loads(body)).encode()
    with pytest.raises(BadSignature):
        build().verify(replace(sealed(body), body=written_again))


# --- anything -----------------------------------------------------------------------------------

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
