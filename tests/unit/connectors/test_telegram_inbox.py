"""What people write to a channel itself, in private: each in a topic that only the channel's people see."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.connector import AccountConfig, InboundEvent, InboundRequest, SendState
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from connectors.telegram.connector import TelegramConnector
from tests.fakes.telegram import run_fake_telegram
from tests.fakes.telegram_checks import make_person
from tests.unit.connectors.asked import reply_to

CHAT = {"id": -300, "type": "supergroup", "title": "Lyra news", "is_direct_messages": True}
BOT = {"id": 42, "is_bot": True, "first_name": "Lyra"}
CHANNEL = {"id": -200, "type": "channel", "title": "Lyra news"}
KEY = "inbox:-300:7"


@pytest.fixture
def connector() -> TelegramConnector:
    options = {"token": "42:AAabcdefghijklmnop", "secret": "hook"}
    return TelegramConnector(AccountConfig(channel="telegram", name="main", options=options))


def hear(connector: TelegramConnector, field: str = "message", **more: Any) -> InboundEvent:
    topic = {"topic_id": 7, "user": make_person(7)}
    message = {"message_id": 5, "date": 1_750_000_000, "chat": CHAT, "from": make_person(7), "text": "hello"}
    told = {**message, "direct_messages_topic": topic, **more}
    body = json.dumps({"update_id": 1, field: told}).encode()
    (event,) = connector.parse(InboundRequest(body=body, received_at=datetime.now(UTC)))
    return event


def test_message_to_a_channel_is_private_and_for_us(connector: TelegramConnector) -> None:
    event = hear(connector)
    assert (event.kind, event.conversation_key, event.surface) == (Kind.TEXT, KEY, Surface.DIRECT)
    assert (event.event_id, event.sender.native_id, event.content.text) == ("-300:5", "7", "hello")
    edited = hear(connector, "edited_message", text="hi", edit_date=1_750_000_001)
    assert (edited.kind, edited.conversation_key, edited.target_id) == (Kind.EDIT, KEY, event.event_id)


def test_field_that_cannot_be_read_loses_nothing_of_where_it_was_said(connector: TelegramConnector) -> None:
    event = hear(connector, voice={"file_id": 5}, external_reply={"origin": 5}, message_thread_id=9)
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.TEXT, KEY, "hello")


@pytest.mark.parametrize(
    "speaker",
    [
        {"from": make_person(8)},
        {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": CHANNEL},
    ],
)
def test_word_of_the_channels_people_is_the_brands(
    connector: TelegramConnector, speaker: dict[str, Any]
) -> None:
    event = hear(connector, **speaker)
    assert (event.kind, event.conversation_key, event.sender.native_id) == (Kind.ECHO, KEY, "7")


@pytest.mark.parametrize(
    "more",
    [
        {"from": BOT},
        {"from": {**BOT, "id": 43}},
        {"direct_messages_topic": None},
        {"direct_messages_topic": {"topic_id": 7}},
    ],
)
def test_nobody_is_heard_where_it_is_a_bot_or_not_told_who(
    connector: TelegramConnector, more: dict[str, Any]
) -> None:
    event = hear(connector, **more)
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.UNSUPPORTED, "", "")


async def test_answer_reaches_the_persons_topic_alone(connector: TelegramConnector) -> None:
    async with run_fake_telegram() as fake:
        fake.chats[-300], fake.inboxes[-300] = "supergroup", {7}
        options = {"token": fake.token, "api_url": fake.url}
        sender = TelegramConnector(AccountConfig(channel="telegram", name="main", options=options))
        await sender.start(None)
        result = await sender.send(reply_to(hear(connector), "Hello"))
        await sender.close()
    assert result.state is SendState.SENT
    (call,) = [call for call in fake.transcript if call.method == "sendMessage"]
    assert call.fields == {"chat_id": -300, "direct_messages_topic_id": 7, "text": "Hello"}
