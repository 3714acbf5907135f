"""Replies on Slack: threads, buttons, files, and sends of unknown outcome."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.connector import AccountConfig, ErrorClass, ReplyMode, SendState
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Button, Content
from connectors.slack.connector import SlackConnector
from connectors.slack.render import render_reply
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.slack_frames import ROOM, make_ts
from tests.fakes.slack import APP, TEAM, FakeSlack, Fault
from tests.unit.connectors.slack.acts import LONG, PHOTO, THREAD, reply


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
