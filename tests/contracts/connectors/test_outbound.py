"""How every connector sends, and how truthfully it tells what became of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.connector import ErrorClass, OutboundFile, Renders, SendState
from bot.connector.text import measure
from bot.domain.message import Author, Button, Content, Kind, Message
from bot.errors import MediaUnavailable
from tests.contracts.connectors.channel import Channel, Stage, Trouble, make_reply

OUTCOMES = {
    Trouble.AWAY: (SendState.REJECTED, {ErrorClass.TRANSIENT}),
    Trouble.TOO_MANY: (SendState.REJECTED, {ErrorClass.RATE_LIMITED}),
    Trouble.DOWN: (SendState.REJECTED, {ErrorClass.TRANSIENT}),
    Trouble.REFUSED: (SendState.REJECTED, {ErrorClass.PERMANENT, ErrorClass.RECIPIENT_GONE}),
    Trouble.RESET_AFTER: (SendState.UNKNOWN, {ErrorClass.TRANSIENT}),
    Trouble.HANG: (SendState.UNKNOWN, {ErrorClass.TRANSIENT}),
}


async def test_reply_arrives(stage: Stage) -> None:
    buttons = (Button(title="Track it", payload="/track"),)
    result = await stage.connector.send(
        make_reply(stage.key, Content(text="It is on its way.", buttons=buttons))
    )
    assert result.state is SendState.SENT
    assert result.error is None
    assert all(result.native_ids)
    assert stage.texts() == ["It is on its way."]


async def test_long_reply_arrives_whole_within_the_limit(channel: Channel, stage: Stage) -> None:
    capabilities = channel.connector.capabilities
    text = "Grüße 👩‍👩‍👧 " * (2 * capabilities.text_max // 12)
    result = await stage.connector.send(make_reply(stage.key, Content(text=text)))
    assert result.state is SendState.SENT
    assert "".join("".join(stage.texts()).split()) == "".join(text.split())
    if channel.connector.channel not in ("rest", "callback"):  # a customer's endpoint sets no limit
        assert all(measure(part, capabilities.text_unit) <= capabilities.text_max for part in stage.texts())


async def test_buttons_beyond_the_limits_lose_no_reply(channel: Channel, stage: Stage) -> None:
    """A brand writes its buttons once, for every channel: what one cannot show becomes something else."""
    can = channel.connector.capabilities
    long = (
        Button(title="L" * (can.button_label_max + 1), payload="/long"),
        Button(title="Long", payload="/" + "p" * can.button_payload_max),
    )
    many = tuple(Button(title=f"No. {number}", payload=f"/n{number}") for number in range(can.buttons_max))
    result = await stage.connector.send(make_reply(stage.key, Content(text="Which?", buttons=(*long, *many))))
    assert result.state is SendState.SENT
    assert "".join(stage.texts()).startswith("Which?")


async def test_send_with_the_same_key_arrives_once(channel: Channel, stage: Stage) -> None:
    assert channel.connector.capabilities.idempotent_sends
    for _ in range(3):
        await stage.connector.send(make_reply(stage.key, Content(text="once")))
    assert stage.texts() == ["once"]


@pytest.mark.parametrize("trouble", Trouble)
async def test_send_tells_what_became_of_it(stage: Stage, trouble: Trouble) -> None:
    await stage.trouble(trouble)
    result = await stage.connector.send(make_reply(stage.key, Content(text="hello")))
    state, classes = OUTCOMES[trouble]
    assert result.state is state
    assert result.error is not None
    assert result.error.error_class in classes
    assert "hello" not in result.error.detail
    if trouble is Trouble.TOO_MANY:
        assert result.error.retry_after is not None
        assert result.error.retry_after.total_seconds() == 7


async def test_file_that_cannot_be_read_leaves_no_doubt(channel: Channel, stage: Stage) -> None:
    """Our store may be away for a while: nothing has left, so it is tried again."""

    async def read() -> bytes:
        raise MediaUnavailable("the store does not answer")

    for kind in sorted(channel.connector.capabilities.files):
        mime = "application/pdf" if kind == "file" else "image/png"
        file = OutboundFile(kind=kind, mime=mime, name="f", size=9, url=None, read=read)
        result = await stage.connector.send(
            replace(make_reply(stage.key, Content(text="See")), files=(file,))
        )
        if result.state is not SendState.SENT:  # as words, where this file cannot be shown
            assert result.state in (SendState.REJECTED, SendState.PARTIAL)
            assert result.error is not None
            assert result.error.error_class is ErrorClass.TRANSIENT


async def test_send_before_start_is_rejected(channel: Channel) -> None:
    result = await channel.build().send(make_reply(channel.sender, Content(text="hello")))
    assert result.state is SendState.REJECTED


async def test_small_signs_never_raise(channel: Channel, stage: Stage) -> None:
    (event,) = channel.build().parse(channel.message("hi"))
    await stage.connector.typing(stage.key)
    await stage.trouble(Trouble.AWAY)
    for key in (stage.key, "", "no:such:key"):
        await stage.connector.typing(key)
    await stage.connector.acknowledge(event)


async def test_close_is_harmless_at_any_time(channel: Channel) -> None:
    connector = channel.build()
    await connector.close()
    await connector.start(None)
    await connector.close()
    await connector.close()


async def test_secrets_stay_out_of_logs_and_results(
    channel: Channel, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(stage.connector.account), *channel.build().check_options(channel.options)]
    for trouble in (Trouble.DOWN, Trouble.RESET_AFTER, Trouble.REFUSED, Trouble.AWAY):
        await stage.trouble(trouble)
        shown.append(
            repr(await stage.connector.send(make_reply(stage.key, Content(text="a customer's words"))))
        )
    shown.append(caplog.text)
    for secret in (*channel.secrets, "a customer's words"):
        assert not [line for line in shown if secret in line]


def test_render_hides_notes(channel: Channel) -> None:
    connector = channel.build()
    assert isinstance(connector, Renders)
    said, note = (
        Message(
            id=1,
            conversation_id=1,
            seq=1,
            author=Author.STAFF,
            kind=kind,
            content=Content(text="between us"),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for kind in (Kind.TEXT, Kind.NOTE)
    )
    assert connector.render(note, channel.sender) == ()
    (item,) = connector.render(said, channel.sender)
    assert item["text"] == "between us"
