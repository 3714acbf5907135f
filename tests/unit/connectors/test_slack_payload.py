"""What Slack posts of what people say: signatures against its own package, events."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier
from typing_extensions import override

from bot.domain.conversation import Surface
from bot.domain.message import Kind
from connectors.slack.place import read_key
from connectors.slack.signature import sign
from connectors.slack.talks import drop, release
from tests.contracts.connectors.channel import NOW
from tests.contracts.connectors.slack import STAMP, sealed
from tests.contracts.connectors.slack_frames import (
    PICTURE,
    ROOM,
    changed,
    deleted,
    direct,
    envelope,
    make_ts,
    mention,
    pressed,
    reacted,
    said_in_room,
)
from tests.fakes.slack import APP, BOT_USER, SIGNING_SECRET, TEAM
from tests.unit.connectors.slack.reading import KEY, ME, build, parse, read


class Then(Clock):
    """The clock of the contract."""

    @override
    def now(self) -> float:
        return NOW.timestamp()


@settings(max_examples=60)
@given(body=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_slacks_own_package_signs_is_accepted_and_what_we_sign_by_it(body: str) -> None:
    verifier = SignatureVerifier(SIGNING_SECRET, Then())
    raw = body.encode()
    signature = verifier.generate_signature(timestamp=STAMP, body=raw)
    assert signature == sign(raw, timestamp=STAMP, key=SIGNING_SECRET.encode())
    assert verifier.is_valid(raw, STAMP, signature)


def test_either_of_two_secrets_is_accepted_while_one_replaces_the_other() -> None:
    connector = build(signing_secret=f"newer-secret, {SIGNING_SECRET}")
    connector.verify(sealed(b"{}"))


def test_direct_message_is_read() -> None:
    event = parse(direct("Where &amp; when?"))
    assert (event.kind, event.conversation_key, event.surface) == (Kind.TEXT, "DU7", Surface.DIRECT)
    assert event.content.text == "Where & when?"
    assert event.event_id == f"DU7:{make_ts(1)}"
    assert event.reply_context == {"app": APP, "team": TEAM}


def test_thread_in_private_stays_one_conversation_and_is_answered_there() -> None:
    event = parse(direct("and?", number=2, thread_ts=make_ts(1)))
    assert event.conversation_key == "DU7"
    assert event.reply_context["thread"] == make_ts(1)


def test_mention_opens_a_thread() -> None:
    event = parse(mention("where is it?"))
    assert (event.kind, event.conversation_key, event.surface) == (Kind.TEXT, KEY, Surface.GROUP)
    assert event.content.text == "where is it?"
    assert event.metadata == {
        "permalink": f"https://us.slack.com/archives/{ROOM}/p{make_ts(1).replace('.', '')}"
    }


def test_mention_in_a_thread_stays_there() -> None:
    event = parse(mention("and?", number=2, thread_ts=make_ts(1)))
    assert event.conversation_key == KEY
    assert str(event.metadata["permalink"]).endswith(f"?thread_ts={make_ts(1)}&cid={ROOM}")


def test_mention_comes_twice_and_counts_once() -> None:
    text = f"<@{BOT_USER}> hi"
    assert parse(mention("hi")).event_id == parse(said_in_room(text)).event_id
    assert parse(said_in_room(text)).kind is Kind.TEXT


def test_remark_in_a_channel_is_not_for_us_and_leaves_no_words() -> None:
    event = parse(said_in_room("nice weather"))
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.UNSUPPORTED, "", "")
    assert event.event_id != f"{ROOM}:{make_ts(1)}"  # else the mention that tells us apart would be a repeat


def test_remark_below_our_words_is_for_us() -> None:
    below = said_in_room("and?", number=2, thread_ts=make_ts(1), parent_user_id=BOT_USER)
    assert parse(below).conversation_key == KEY
    assert parse({**below, "parent_user_id": "U9"}).conversation_key == ""


def test_talk_goes_on_in_its_thread_without_our_name_for_that_person_alone() -> None:
    connector = build()
    answer = said_in_room("12345", number=2, thread_ts=make_ts(1), parent_user_id="U7")
    (before,) = read(connector, envelope(answer))
    assert (before.kind, before.conversation_key) == (Kind.UNSUPPORTED, "")
    (opened,) = read(connector, envelope(mention("where is it?")))
    (after,) = read(connector, envelope(answer))
    assert (after.kind, after.conversation_key) == (Kind.TEXT, opened.conversation_key)
    (other,) = read(connector, envelope({**answer, "user": "U8"}))
    assert other.kind is Kind.UNSUPPORTED


def test_answer_that_is_held_back_becomes_what_it_is_or_loses_its_words() -> None:
    answer = said_in_room("12345", number=2, thread_ts=make_ts(1), parent_user_id="U7")
    held, whole = parse(answer), parse(answer, replace(ME, talks=frozenset({KEY})))
    assert release(held) == whole
    assert drop(held).content.text == ""
    assert "12345" not in str(drop(held))
    assert drop(held).event_id != whole.event_id  # else a mention in an edit would be a repeat
    assert release(whole) == whole


def test_staff_in_a_customers_thread_are_the_brand() -> None:
    me = replace(ME, staff=frozenset({"U5", "U6"}))
    said = said_in_room("On its way", number=2, sender="U5", thread_ts=make_ts(1), parent_user_id="U7")
    event = parse(said, me)
    assert (event.kind, event.conversation_key, event.sender.native_id) == (Kind.ECHO, KEY, "U7")
    assert event.content.text == "On its way"
    for parent in (None, "U6", BOT_USER):
        assert parse({**said, "parent_user_id": parent}, me).kind is Kind.UNSUPPORTED
    assert parse(direct("hi", sender="U5"), me).kind is Kind.TEXT  # in private they are a person like others


def test_other_workspaces_events_are_left_out() -> None:
    connector = build()
    connector._me = replace(connector._me, team_id="TOTHER")
    assert read(connector, envelope(direct("hi"))) == []
    assert read(connector, pressed("DU7", make_ts(0))) == []
    connector._me = replace(connector._me, team_id=TEAM)
    assert len(read(connector, envelope(direct("hi")))) == 1


def test_event_of_an_organisation_is_ours_where_it_says_so() -> None:
    connector = build()
    connector._me = replace(connector._me, team_id=TEAM)
    body = {**envelope(direct("hi")), "team_id": "TELSEWHERE"}  # a channel shared by two workspaces
    assert len(read(connector, body)) == 1


def test_preview_added_to_a_link_is_no_edit() -> None:
    before = direct("see <https://x.example>")
    event = changed(before, before["text"])
    event["message"]["attachments"] = [{"title": "X"}]
    assert parse(event).kind is Kind.UNSUPPORTED


def test_edits_of_one_message_grow() -> None:
    first, second = changed(direct("a"), "b"), changed(direct("a"), "c")
    second["message"]["edited"]["ts"] = "1750000061.000000"
    assert 0 < parse(first).revision < parse(second).revision
    assert parse(first).target_id == f"DU7:{make_ts(1)}"


def test_first_message_of_a_thread_taken_back() -> None:
    before = direct("hi")
    event = changed(before, "This message was deleted.")
    event["message"] = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": before["ts"]}
    found = parse(event)
    assert (found.kind, found.target_id, found.content.text) == (Kind.DELETE, f"DU7:{make_ts(1)}", "")


def test_message_taken_back_in_a_channel_is_found_by_what_it_said() -> None:
    assert parse(deleted(said_in_room(f"<@{BOT_USER}> hi"))).conversation_key == KEY
    assert parse(deleted(said_in_room("nice weather"))).conversation_key == ""


def test_reaction_to_our_answer_belongs_to_its_thread() -> None:
    answer = {"channel": ROOM, "ts": make_ts(9), "user": BOT_USER}
    me = replace(ME, talks=frozenset({KEY}), threads={f"{ROOM}:{make_ts(9)}": make_ts(1)})
    found = parse(reacted(answer), me)
    assert (found.kind, found.conversation_key, found.target_id) == (
        Kind.REACTION,
        KEY,
        f"{ROOM}:{make_ts(9)}",
    )
    assert parse(reacted(answer, person="U8"), me).conversation_key == ""


def test_event_is_read_without_what_it_could_do_without() -> None:
    bare = {
        "type": "message",
        "user": "user1",
        "ts": "1355517523",
        "text": "hi",
        "channel": "c1",
        "channel_type": "im",
    }
    (event,) = read(build(), {"event": bare})
    assert (event.kind, event.conversation_key, event.event_id) == (Kind.TEXT, "c1", "c1:1355517523")


def test_reaction_in_a_channel_needs_a_talk() -> None:
    event = reacted(said_in_room("x"))
    assert parse(event).kind is Kind.UNSUPPORTED
    found = parse(event, replace(ME, talks=frozenset({KEY})))
    assert (found.kind, found.conversation_key, found.content.text) == (Kind.REACTION, KEY, "👍")


def test_files_are_read_by_their_ids() -> None:
    gone = {"id": "F2", "mode": "tombstone"}
    only_named = {"id": "F3", "mode": "file_access", "file_access": "check_file_info"}
    event = parse(direct("", subtype="file_share", files=[PICTURE, gone, only_named, "x", {"id": 5}]))
    assert [(file.kind, file.ref, file.name, file.size) for file in event.content.attachments] == [
        ("photo", "F1", "box.png", 12_345),
        ("document", "F3", None, None),
    ]


@pytest.mark.parametrize("key", ["", "a:b", "C1:x:U1", f"C1:{make_ts(1)}:", "C1:1:2:3", "C 1"])
def test_key_of_another_channel_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        read_key(key)
