"""Slack against the fake workspace: replies, files, names, what is looked up and examined."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.connector import AccountConfig, ErrorClass, OutboundFile, OutboundReply, ReplyMode, SendState
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Button, Content, Kind
from bot.errors import MediaGone, MediaUnavailable, PlatformUnavailable, SettingsError
from connectors.slack.connector import SlackConnector
from connectors.slack.faults import ERRORS, explain
from connectors.slack.people import AT_ONCE
from connectors.slack.render import render_reply
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.slack import dump, sealed
from tests.contracts.connectors.slack_frames import ROOM, direct, envelope, make_ts, pressed, said_in_room
from tests.fakes.slack import APP, BOT_USER, SIGNING_SECRET, TEAM, TOKEN, FakeSlack, Fault, run_fake_slack

HOOK = "https://chat.example/webhooks/slack/main"
THREAD = f"{ROOM}:{make_ts(1)}:U7"
LONG = "word & " * 900  # three messages, once escaped


async def read_bytes() -> bytes:
    return b"a picture"


PHOTO = OutboundFile(kind="image", mime="image/png", name="a.png", size=9, url=None, read=read_bytes)


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with run_fake_slack() as opened:
        opened.channels |= {"DU7", ROOM}
        opened.names = {"U7": "Ann"}
        yield opened


def build(fake: FakeSlack, **options: str) -> SlackConnector:
    known = {"token": TOKEN, "signing_secret": SIGNING_SECRET, "api_url": fake.url}
    config = AccountConfig(channel="slack", name="main", options={**known, **options})
    return SlackConnector(config, http_timeout=timedelta(seconds=0.4))


@pytest.fixture
async def connector(fake: FakeSlack) -> AsyncIterator[SlackConnector]:
    opened = build(fake)
    await opened.start(HOOK)
    yield opened
    await opened.close()


def reply(text: str = "hello", *, key: str = "DU7", **more: object) -> OutboundReply:
    return replace(make_reply(key, Content(text=text)), **more)  # type: ignore[arg-type]


async def test_answer_in_a_channel_goes_to_its_thread(fake: FakeSlack, connector: SlackConnector) -> None:
    result = await connector.send(reply(key=THREAD))
    assert result.state is SendState.SENT
    assert (fake.sent[0]["channel"], fake.sent[0]["thread_ts"]) == (ROOM, make_ts(1))
    assert result.native_ids == (f"{ROOM}:{fake.sent[0]['ts']}",)


async def test_answer_in_private_goes_to_the_thread_it_came_from(
    fake: FakeSlack, connector: SlackConnector
) -> None:
    await connector.send(reply(reply_context={"thread": make_ts(1)}))
    await connector.send(reply())
    assert [sent.get("thread_ts") for sent in fake.sent] == [make_ts(1), None]


async def test_nobody_is_notified_by_our_words(fake: FakeSlack, connector: SlackConnector) -> None:
    await connector.send(reply("<!channel> & <@U1>"))
    assert fake.sent[0]["text"] == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


async def test_buttons_stand_below_the_last_text(fake: FakeSlack, connector: SlackConnector) -> None:
    buttons = (
        Button(title="Yes & no", payload="/yes"),
        Button(title="Shop", payload="", url="https://x.example"),
    )
    result = await connector.send(replace(reply(), content=Content(text=LONG, buttons=buttons)))
    assert result.state is SendState.SENT
    assert ["blocks" in sent for sent in fake.sent] == [False] * (len(fake.sent) - 1) + [True]
    yes, shop = fake.sent[-1]["blocks"][-1]["elements"]
    assert (yes["text"]["text"], yes["value"]) == ("Yes & no", "/yes")
    assert shop["url"] == "https://x.example"


def test_what_slack_cannot_show_becomes_lines() -> None:
    buttons = (
        Button(title="L" * 76, payload="/long"),
        Button(title="", payload="/none"),
        Button(title="Odd", payload="", url="javascript:alert(1)"),
    )
    content = Content(text="Which?", buttons=buttons, image="http://10.0.0.1/a.png")
    (part,) = render_reply(make_reply("DU7", content))
    lines = str(part.fields["text"]).splitlines()
    assert lines == ["Which?", "• " + "L" * 76, "• ", "• Odd: javascript:alert(1)", "http://10.0.0.1/a.png"]


def test_image_and_buttons_alone_can_be_shown() -> None:
    content = Content(buttons=(Button(title="Yes", payload="/yes"),), image="https://x.example/a.png")
    shown, image = render_reply(make_reply("DU7", content))
    assert shown.fields["text"]
    assert image.fields["blocks"] == [{"type": "image", "image_url": content.image, "alt_text": "a.png"}]
    assert render_reply(make_reply("DU7", Content())) == ()


def test_message_in_slacks_own_shape_is_sent_as_it_is() -> None:
    blocks = [{"type": "divider"}]
    custom: JsonObject = {
        "blocks": blocks,
        "text": "<https://x.example|ours>",
        "channel": "#elsewhere",
        "token": "x",
    }
    first, own = render_reply(make_reply("DU7", Content(text="Look:", custom=custom)))
    assert first.fields["text"] == "Look:"
    assert {name: own.fields[name] for name in ("blocks", "text")} == {
        "blocks": blocks,
        "text": custom["text"],
    }
    assert not {"channel", "token"} & set(own.fields)
    (other,) = render_reply(make_reply("DU7", Content(custom={"a": "<b>"})))
    assert other.fields["text"] == '{"a": "&lt;b&gt;"}'


async def test_private_reply_opens_direct_messages(fake: FakeSlack, connector: SlackConnector) -> None:
    result = await connector.send(reply(key=THREAD, mode=ReplyMode.PRIVATE, surface=Surface.GROUP))
    assert (result.state, result.delivered_to) == (SendState.SENT, "DU7")
    assert fake.sent[0]["channel"] == "DU7"
    assert "thread_ts" not in fake.sent[0]


async def test_private_reply_to_who_is_gone_is_rejected(fake: FakeSlack, connector: SlackConnector) -> None:
    fake.names.clear()
    result = await connector.send(reply(key=THREAD, mode=ReplyMode.PRIVATE, surface=Surface.GROUP))
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.RECIPIENT_GONE)
    assert result.delivered_to is None


async def test_time_out_while_opening_sent_nothing(fake: FakeSlack, connector: SlackConnector) -> None:
    fake.faults["conversations.open"].append(Fault.RESET_AFTER)
    result = await connector.send(reply(key=THREAD, mode=ReplyMode.PRIVATE, surface=Surface.GROUP))
    assert result.state is SendState.REJECTED


def test_link_leads_to_the_apps_direct_messages() -> None:
    connector = SlackConnector(AccountConfig(channel="slack", name="main"))
    link = connector.make_private_link({"app": APP, "team": TEAM})
    assert link == f"https://slack.com/app_redirect?app={APP}&team={TEAM}"
    assert connector.make_private_link({"app": APP, "team": "T1&x=y"}) is None
    assert connector.make_private_link({}) is None


async def test_files_are_uploaded_and_shared(fake: FakeSlack, connector: SlackConnector) -> None:
    result = await connector.send(reply(key=THREAD, files=(PHOTO,)))
    assert result.state is SendState.SENT
    assert len(result.native_ids) == 2
    assert list(fake.uploads.values()) == [b"a picture"]
    shared = next(fields for method, fields in fake.transcript if method == "files.completeUploadExternal")
    assert (shared["channel_id"], shared["thread_ts"]) == (ROOM, make_ts(1))
    assert shared["files"][0]["title"] == "a.png"


@pytest.mark.parametrize(
    ("method", "state"),
    [
        ("files.getUploadURLExternal", SendState.PARTIAL),  # nobody has seen the file
        ("files.completeUploadExternal", SendState.UNKNOWN),
    ],
)
async def test_only_the_last_call_of_an_upload_is_in_doubt(
    fake: FakeSlack, connector: SlackConnector, method: str, state: SendState
) -> None:
    fake.faults[method].append(Fault.RESET_AFTER)
    result = await connector.send(reply(files=(PHOTO,)))
    assert (result.state, len(result.native_ids)) == (state, 1)


async def test_send_goes_on_after_what_was_delivered(fake: FakeSlack, connector: SlackConnector) -> None:
    parts = len(render_reply(reply(LONG)))
    assert parts > 1
    fake.faults["chat.postMessage"].extend([None, Fault.UNAVAILABLE])
    first = await connector.send(reply(LONG))
    assert (first.state, len(first.native_ids)) == (SendState.PARTIAL, 1)
    again = await connector.send(reply(LONG, delivered=first.native_ids))
    assert again.state is SendState.SENT
    assert again.native_ids[0] == first.native_ids[0]
    assert len(fake.sent) == len(again.native_ids) == parts


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.GATEWAY, Fault.RESET_AFTER])
async def test_its_own_mistakes_leave_the_outcome_unknown(
    fake: FakeSlack, connector: SlackConnector, fault: Fault
) -> None:
    fake.faults["chat.postMessage"].append(fault)
    assert (await connector.send(reply())).state is SendState.UNKNOWN


@pytest.mark.parametrize("key", ["DU7", THREAD])
async def test_unknown_outcome_is_looked_up_by_the_replys_key(
    fake: FakeSlack, connector: SlackConnector, key: str
) -> None:
    fake.faults["chat.postMessage"].append(Fault.RESET_AFTER)
    await connector.send(reply(key=key))
    found = await connector.look_up(reply(key=key))
    assert found is not None
    assert found.state is SendState.SENT
    assert found.native_ids == (f"{key.partition(':')[0]}:{fake.sent[0]['ts']}",)
    assert await connector.look_up(reply(key=key, idempotency_key="another")) is None


async def test_lost_send_is_not_taken_for_arrived(fake: FakeSlack, connector: SlackConnector) -> None:
    fake.faults["chat.postMessage"].append(Fault.RESET)
    await connector.send(reply())
    assert await connector.look_up(reply()) is None


async def test_pressed_button_gives_way_to_the_choice(fake: FakeSlack, connector: SlackConnector) -> None:
    sent = await connector.send(reply("Which?"))
    ts = sent.native_ids[0].partition(":")[2]
    (event,) = connector.parse(sealed(dump(pressed("DU7", ts))))
    await connector.acknowledge(event)
    await fake.until(lambda: bool(fake.updated))
    assert fake.updated[0]["text"] == "Which &amp; why?\n✔ Track it"
    assert fake.updated[0]["blocks"] == []


def answer_in_thread(fake: FakeSlack, person: str, *, named_us: bool) -> dict[str, Any]:
    """Let a person write in a thread in a channel; whether they named us there, only Slack knows."""
    event = said_in_room("12345", number=2, sender=person, thread_ts=make_ts(1), parent_user_id="U9")
    text = f"<@{BOT_USER}> where is it?" if named_us else "nice"
    fake.said.append(
        {"channel": ROOM, "thread_ts": make_ts(1), "user": person, "ts": make_ts(1), "text": text}
    )
    return envelope(event)


async def test_talk_that_began_before_we_started_is_found_by_asking_once(
    fake: FakeSlack, connector: SlackConnector
) -> None:
    mine, others = answer_in_thread(fake, "U7", named_us=True), answer_in_thread(fake, "U8", named_us=False)
    for _ in range(2):
        (event,) = connector.parse(sealed(dump(mine)))
        whole = await connector.complete(event)
        assert (whole.kind, whole.conversation_key, whole.content.text) == (Kind.TEXT, THREAD, "12345")
        (event,) = connector.parse(sealed(dump(others)))
        dropped = await connector.complete(event)
        assert (dropped.kind, dropped.conversation_key, dropped.content.text) == (Kind.UNSUPPORTED, "", "")
    assert [method for method, _ in fake.transcript].count("conversations.replies") == 2


async def test_who_we_are_is_asked_again_where_slack_was_away_at_the_start(fake: FakeSlack) -> None:
    fake.faults["auth.test"].extend([Fault.UNAVAILABLE, Fault.UNAVAILABLE])
    connector = build(fake)
    await connector.start(HOOK)
    (event,) = connector.parse(sealed(dump(answer_in_thread(fake, "U7", named_us=True))))
    with pytest.raises(PlatformUnavailable):
        await connector.complete(event)
    assert (await connector.complete(event)).kind is Kind.TEXT
    await connector.close()


async def test_thread_that_cannot_be_asked_for_now_comes_again(
    fake: FakeSlack, connector: SlackConnector
) -> None:
    mine = answer_in_thread(fake, "U7", named_us=True)
    fake.faults["conversations.replies"].append(Fault.TOO_MANY)
    (event,) = connector.parse(sealed(dump(mine)))
    with pytest.raises(PlatformUnavailable):
        await connector.complete(event)
    assert (await connector.complete(event)).kind is Kind.TEXT


async def test_name_is_known_from_the_second_message_on(fake: FakeSlack, connector: SlackConnector) -> None:
    (first,) = connector.parse(sealed(dump(envelope(direct("hi")))))
    assert first.sender.name is None
    await connector.acknowledge(first)
    await asyncio.gather(*connector._errands._tasks)
    (second,) = connector.parse(sealed(dump(envelope(direct("hi", number=2)))))
    assert second.sender.name == "Ann"
    asked = len(fake.transcript)
    await connector.acknowledge(second)
    assert len(fake.transcript) == asked


async def test_errands_are_bounded_and_hold_nothing_up(fake: FakeSlack, connector: SlackConnector) -> None:
    fake.faults["users.info"].extend([Fault.HANG] * 100)
    for number in range(100):
        (event,) = connector.parse(sealed(dump(envelope(direct("hi", sender=f"U{number}00")))))
        await connector.acknowledge(event)
    assert len(connector._errands._tasks) == AT_ONCE
    await connector.close()
    assert not connector._errands._tasks


async def test_file_lies_at_slack_and_asks_for_the_token(fake: FakeSlack, connector: SlackConnector) -> None:
    place = await connector.locate(Attachment(kind="photo", ref="F1"))
    assert place.url == "https://files.slack.com/files-pri/T1-F1/a.png"
    assert place.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in repr(place)
    for ref in ("F2", "F404"):
        with pytest.raises(MediaGone):
            await connector.locate(Attachment(kind="photo", ref=ref))
    await fake.leave()
    with pytest.raises(MediaUnavailable):
        await connector.locate(Attachment(kind="photo", ref="F1"))


async def test_refused_token_turns_the_account_off(fake: FakeSlack) -> None:
    connector = build(fake, token="xoxb-999-999-nonenonenone")
    with pytest.raises(SettingsError, match="invalid_auth"):
        await connector.start(HOOK)
    await connector.close()


async def test_start_without_slack_goes_on(fake: FakeSlack) -> None:
    await fake.leave()
    connector = build(fake)
    await connector.start(HOOK)
    (event,) = connector.parse(sealed(dump(envelope(direct("hi")))))
    await connector.close()
    assert event.kind is Kind.TEXT


async def test_examination_finds_all_well(fake: FakeSlack) -> None:
    connector = build(fake)
    findings = await connector.examine(HOOK)
    await connector.close()
    assert all(finding.well for finding in findings), findings
    assert HOOK in findings[-1].text


async def test_examination_names_what_is_lacking(fake: FakeSlack) -> None:
    fake.scopes = "chat:write,im:history"
    connector = build(fake)
    bad = [finding.text for finding in await connector.examine(None) if not finding.well]
    await connector.close()
    assert any("app_mentions:read" in text for text in bad)
    assert any("PUBLIC_URL" in text for text in bad)
    assert not any("chat:write" in text for text in bad)


async def test_examination_of_a_refused_token(fake: FakeSlack) -> None:
    connector = build(fake, token="xoxb-999-999-nonenonenone")
    (finding,) = await connector.examine(HOOK)
    await connector.close()
    assert not finding.well
    assert "nonenonenone" not in finding.text


def test_every_error_word_has_its_class() -> None:
    assert explain("channel_not_found").error_class is ErrorClass.RECIPIENT_GONE
    assert explain("is_archived").error_class is ErrorClass.RECIPIENT_GONE
    assert explain("not_in_channel").error_class is ErrorClass.POLICY
    assert explain("token_revoked").error_class is ErrorClass.AUTH
    assert explain("msg_too_long").error_class is ErrorClass.TOO_LONG
    assert explain("invented_in_2031").error_class is ErrorClass.INVALID
    assert all(words for _, words in ERRORS.values())
