"""Files of ours on Telegram: as what they go, what stands under them, and what happens when one fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.connector import AccountConfig, ErrorClass, OutboundFile, OutboundReply, SendState
from bot.domain.message import Button, Content
from bot.errors import MediaUnavailable
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.render import CAPTION_MAX, render_reply
from tests.contracts.connectors.channel import make_reply
from tests.fakes.telegram import FakeTelegram, Fault, run_fake_telegram
from tests.fakes.telegram_sends import BAD_PHOTO

MEGABYTE = 1_000_000


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with run_fake_telegram() as opened:
        opened.say(7, "hi")
        yield opened


@pytest.fixture
async def connector(fake: FakeTelegram) -> AsyncIterator[TelegramConnector]:
    config = AccountConfig(
        channel="telegram", name="main", options={"token": fake.token, "api_url": fake.url}
    )
    opened = TelegramConnector(config)
    await opened.start(None)
    yield opened
    await opened.close()


def make_file(name: str, mime: str = "image/jpeg", *, size: int = 7, content: bytes = b"") -> OutboundFile:
    async def read() -> bytes:
        return content or name.encode()

    kind = mime.partition("/")[0]
    kind = kind if kind in ("image", "audio", "video") else "file"
    return OutboundFile(
        kind=kind, mime=mime, name=name, size=size, url=f"https://us.example/{name}", read=read
    )


def reply_with(*files: OutboundFile, text: str = "", **more: Any) -> OutboundReply:
    return replace(make_reply("7", Content(text=text, **more)), files=files)


@pytest.mark.parametrize(
    ("file", "method"),
    [
        (make_file("a.jpg"), "sendPhoto"),
        (make_file("a.jpg", size=11 * MEGABYTE), "sendDocument"),
        (make_file("a.gif", "image/gif"), "sendAnimation"),
        (make_file("a.svg", "image/svg+xml"), "sendDocument"),
        (make_file("a.mp4", "video/mp4"), "sendVideo"),
        (make_file("a.avi", "video/x-msvideo"), "sendDocument"),
        (make_file("a.mp3", "audio/mpeg"), "sendAudio"),
        (make_file("a.ogg", "audio/ogg; codecs=opus"), "sendVoice"),
        (make_file("a.wav", "audio/wav"), "sendDocument"),
        (make_file("a.pdf", "application/pdf"), "sendDocument"),
    ],
)
def test_file_goes_as_what_telegram_shows(file: OutboundFile, method: str) -> None:
    (call,) = render_reply(reply_with(file))
    assert call.method == method


@pytest.mark.parametrize("size", [0, 51 * MEGABYTE])
def test_file_that_telegram_does_not_take_is_named_by_its_address(size: int) -> None:
    (call,) = render_reply(reply_with(make_file("a.zip", "application/zip", size=size), text="Here"))
    assert (call.method, call.fields["text"]) == ("sendMessage", "Here\na.zip: https://us.example/a.zip")


def test_what_belongs_together_is_an_album_and_order_is_kept() -> None:
    photo, film = make_file("a.jpg"), make_file("a.mp4", "video/mp4")
    paper, song, word = (
        make_file("a.pdf", "application/pdf"),
        make_file("a.mp3", "audio/mpeg"),
        make_file("a.ogg", "audio/ogg"),
    )
    calls = render_reply(reply_with(*[photo] * 11, film, paper, paper, word, word, song, photo, text="All"))
    assert [(call.method, call.makes) for call in calls] == [
        ("sendMessage", 1),
        ("sendMediaGroup", 10),
        ("sendMediaGroup", 2),
        ("sendMediaGroup", 2),
        ("sendVoice", 1),
        ("sendVoice", 1),
        ("sendAudio", 1),
        ("sendPhoto", 1),
    ]


def test_album_is_no_larger_than_a_file_may_be() -> None:
    large = make_file("a.mp4", "video/mp4", size=20 * MEGABYTE)
    assert [call.makes for call in render_reply(reply_with(large, large, large))] == [2, 1]


@pytest.mark.parametrize(("length", "calls"), [(CAPTION_MAX // 2, 1), (CAPTION_MAX // 2 + 1, 2)])
def test_short_text_stands_under_its_file(length: int, calls: int) -> None:
    text = "👍" * length  # two units each
    rendered = render_reply(reply_with(make_file("a.jpg"), text=text))
    assert len(rendered) == calls
    assert rendered[0].fields["caption" if calls == 1 else "text"] == text


async def test_file_arrives_with_words_and_buttons(fake: FakeTelegram, connector: TelegramConnector) -> None:
    yes = Button(title="Yes", payload="/yes")
    result = await connector.send(
        reply_with(make_file("größe.jpg", content=b"jpeg"), text="This?", buttons=(yes,))
    )
    (sent,) = fake.sent
    assert (result.state, result.native_ids) == (SendState.SENT, (f"7:{sent['message_id']}",))
    assert (sent["caption"], sent["content"]) == ("This?", b"jpeg")
    assert sent["reply_markup"]["inline_keyboard"] == [[{"text": "Yes", "callback_data": "/yes"}]]


async def test_album_arrives_whole_and_its_buttons_before_it(
    fake: FakeTelegram, connector: TelegramConnector
) -> None:
    files = make_file("a.jpg", content=b"a"), make_file("b.jpg", content=b"b")
    yes = Button(title="Yes", payload="/yes")
    result = await connector.send(reply_with(*files, text="These?", buttons=(yes,)))
    assert (result.state, len(result.native_ids)) == (SendState.SENT, 3)
    assert [sent.get("content") for sent in fake.sent] == [None, b"a", b"b"]
    assert "reply_markup" in fake.sent[0]


async def test_album_that_failed_is_tried_again_and_what_arrived_is_not(
    fake: FakeTelegram, connector: TelegramConnector
) -> None:
    album = make_file("a.jpg"), make_file("b.jpg")
    reply = reply_with(
        *album, make_file("a.pdf", "application/pdf"), make_file("a.ogg", "audio/ogg"), text="Hi"
    )
    fake.faults["sendDocument"].append(Fault.TOO_MANY)
    partial = await connector.send(reply)
    assert (partial.state, len(partial.native_ids)) == (SendState.PARTIAL, 3)
    rest = await connector.send(replace(reply, delivered=partial.native_ids))
    assert (rest.state, len(rest.native_ids)) == (SendState.SENT, 5)
    assert [sent.get("content") for sent in fake.sent] == [None, b"a.jpg", b"b.jpg", b"a.pdf", b"a.ogg"]


@pytest.mark.parametrize("others", [0, 1])
async def test_picture_that_telegram_cannot_show_goes_as_a_document(
    fake: FakeTelegram, connector: TelegramConnector, others: int
) -> None:
    files = make_file("long.png", "image/png", content=BAD_PHOTO), *[make_file("b.jpg")] * others
    result = await connector.send(reply_with(*files, text="Look"))
    assert result.state is SendState.SENT
    assert all("document" in sent for sent in fake.sent)
    assert [sent["content"] for sent in fake.sent] == [BAD_PHOTO, *[b"b.jpg"] * others]
    assert fake.sent[0]["caption"] == "Look"


async def test_upload_in_doubt_is_not_repeated(fake: FakeTelegram, connector: TelegramConnector) -> None:
    fake.faults["sendPhoto"].append(Fault.RESET_AFTER)
    result = await connector.send(reply_with(make_file("a.jpg")))
    assert (result.state, len(fake.sent)) == (SendState.UNKNOWN, 1)


async def test_file_that_cannot_be_read_now_is_tried_again_later(
    fake: FakeTelegram, connector: TelegramConnector
) -> None:
    async def read() -> bytes:
        raise MediaUnavailable("the store does not answer")

    result = await connector.send(reply_with(replace(make_file("a.jpg"), read=read)))
    assert result.state is SendState.REJECTED
    assert result.error is not None
    assert result.error.error_class is ErrorClass.TRANSIENT
    assert fake.sent == []


async def test_files_follow_a_group_that_moved(fake: FakeTelegram, connector: TelegramConnector) -> None:
    fake.say(7, "hi", chat=-100)
    fake.migrated[-5] = -100
    reply = replace(reply_with(make_file("a.jpg"), make_file("b.jpg")), conversation_key="-5:7")
    assert (await connector.send(reply)).state is SendState.SENT
    assert {sent["chat"]["id"] for sent in fake.sent} == {-100}
