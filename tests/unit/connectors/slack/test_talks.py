"""Talks in Slack's channels, people's names, and what examining an app finds."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.connector import ErrorClass
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone, MediaUnavailable, PlatformUnavailable, SettingsError
from connectors.slack.connector import SlackConnector
from connectors.slack.faults import ERRORS, explain
from connectors.slack.people import AT_ONCE
from tests.contracts.connectors.slack import dump, sealed
from tests.contracts.connectors.slack_frames import (
    ROOM,
    changed,
    deleted,
    direct,
    envelope,
    make_ts,
    pressed,
    said_in_room,
)
from tests.fakes.slack import BOT_USER, TOKEN, FakeSlack, Fault
from tests.unit.connectors.slack.acts import HOOK, THREAD, build, reply


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


async def test_words_of_a_talk_from_before_we_started_can_be_changed_and_taken_back(
    fake: FakeSlack, connector: SlackConnector
) -> None:
    mine = answer_in_thread(fake, "U7", named_us=True)["event"]
    others = answer_in_thread(fake, "U8", named_us=False)["event"]
    for kind, act in ((Kind.EDIT, changed(mine, "123456")), (Kind.DELETE, deleted(mine))):
        (event,) = connector.parse(sealed(dump(envelope(act))))
        whole = await connector.complete(event)
        assert (whole.kind, whole.conversation_key) == (kind, THREAD)
        assert whole.target_id == f"{ROOM}:{make_ts(2)}"
    for act in (changed(others, "nicer"), deleted(others)):
        (event,) = connector.parse(sealed(dump(envelope(act))))
        dropped = await connector.complete(event)
        assert (dropped.kind, dropped.conversation_key, dropped.content.text) == (Kind.UNSUPPORTED, "", "")


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


async def test_words_of_another_workspace_are_left_out_as_soon_as_slack_says_who_we_are(
    fake: FakeSlack,
) -> None:
    fake.faults["auth.test"].extend([Fault.UNAVAILABLE] * 3)
    connector = SlackConnector(build(fake).account, pause=timedelta(milliseconds=1))
    await connector.start(HOOK)
    elsewhere = {"team_id": "T0OTHERS", "authorizations": [{"team_id": "T0OTHERS", "is_bot": True}]}
    await asyncio.gather(*connector._errands._tasks)
    assert connector.parse(sealed(dump({**envelope(direct("hi")), **elsewhere}))) == []
    assert len(connector.parse(sealed(dump(envelope(direct("hi")))))) == 1
    await connector.close()


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
