"""What people say under a channel's posts, which Telegram puts into the group linked to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.connector import AccountConfig, Earlier, InboundEvent, InboundRequest
from bot.domain.conversation import Surface
from bot.domain.message import Button, Content, Kind
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.posts import PostMemory
from connectors.telegram.render import render_reply
from tests.fakes.telegram import run_fake_telegram
from tests.unit.connectors.asked import make_file, reply_to

OPTIONS = {"token": "42:AAabcdefghijklmnop", "secret": "hook"}
ACCOUNT = AccountConfig(channel="telegram", name="main", options=OPTIONS)
CHAT = {"id": -100, "type": "supergroup", "title": "Lyra talk"}
CHANNEL = {"id": -200, "type": "channel", "title": "Lyra news", "username": "lyranews"}
ANN = {"id": 7, "is_bot": False, "first_name": "Ann"}
BO = {"id": 8, "is_bot": False, "first_name": "Bo"}
BOT = {"id": 42, "is_bot": True, "first_name": "Lyra", "username": "Lyra_bot"}
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
POST = {
    "message_id": 3,
    "date": 1_750_000_000,
    "chat": CHAT,
    "from": TELEGRAM,
    "sender_chat": CHANNEL,
    "is_automatic_forward": True,
    "text": "We have a new lamp!",
}


def said(number: int, text: str, answered: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return a message in the post's thread, by Ann unless said otherwise."""
    thread = {"message_thread_id": 3, "reply_to_message": answered} if answered else {}
    base = {"message_id": number, "date": 1_750_000_000 + number, "chat": CHAT, "from": ANN, "text": text}
    return {**base, **thread, **more}


COMMENT = said(5, "does it come in red?", POST)


@pytest.fixture
def connector() -> TelegramConnector:
    return TelegramConnector(ACCOUNT)


def parse(connector: TelegramConnector, told: dict[str, Any], field: str = "message") -> list[InboundEvent]:
    body = json.dumps({"update_id": told.get("message_id", 1), field: told}).encode()
    return connector.parse(InboundRequest(body=body, received_at=datetime.now(UTC)))


def hear(connector: TelegramConnector, message: dict[str, Any], field: str = "message") -> InboundEvent:
    *marks, event = parse(connector, message, field)
    assert all(mark.conversation_key == "" for mark in marks)
    return event


def test_comment_is_public_and_a_conversation_for_each_post_and_person(connector: TelegramConnector) -> None:
    event = hear(connector, COMMENT)
    assert (event.kind, event.content.text) == (Kind.TEXT, "does it come in red?")
    assert (event.conversation_key, event.surface) == ("post:-100:3:7", Surface.PUBLIC)
    assert (event.event_id, event.sender.native_id) == ("-100:5", "7")
    assert event.metadata == {"addressed": "comment"}
    edited = hear(connector, {**COMMENT, "text": "in green?", "edit_date": 1_750_000_100}, "edited_message")
    assert (edited.kind, edited.conversation_key) == (Kind.EDIT, "post:-100:3:7")
    assert edited.target_id == event.event_id


def test_post_itself_is_nobodys_message(connector: TelegramConnector) -> None:
    event = hear(connector, POST)
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.UNSUPPORTED, "", "")


def test_comment_that_names_us_or_answers_us_says_so(connector: TelegramConnector) -> None:
    entity = {"type": "mention", "offset": 0, "length": 9}
    named = hear(connector, said(5, "@Lyra_bot red?", POST, entities=[entity]))
    ours = {**COMMENT, "message_id": 6, "from": BOT, "text": "Yes"}
    answers = hear(connector, said(7, "great", ours))
    assert [each.metadata for each in (named, answers)] == [{"addressed": "mention"}, {"addressed": "reply"}]
    assert {each.conversation_key for each in (named, answers)} == {"post:-100:3:7"}


def test_answer_to_another_persons_comment_can_be_told(connector: TelegramConnector) -> None:
    hear(connector, COMMENT)
    event = hear(connector, said(6, "I wonder, too", COMMENT, **{"from": BO}))
    assert (event.conversation_key, event.surface) == ("post:-100:3:8", Surface.PUBLIC)
    assert event.metadata == {"addressed": "comment", "parent_id": "-100:5"}


def test_thread_of_which_nobody_knows_that_it_is_a_post_is_people_among_themselves(
    connector: TelegramConnector,
) -> None:
    event = hear(connector, said(6, "I wonder, too", {**COMMENT, "message_thread_id": 3}, **{"from": BO}))
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.UNSUPPORTED, "", "")


@pytest.mark.parametrize(
    "speaker",
    [
        {"from": ANONYMOUS, "sender_chat": CHAT},  # an administrator of the group
        {"from": CHANNEL_BOT, "sender_chat": CHANNEL},  # whoever runs the channel
    ],
)
@pytest.mark.parametrize("known_by", [POST, COMMENT])
def test_brands_people_speak_where_they_answer_a_comment(
    connector: TelegramConnector, speaker: dict[str, Any], known_by: dict[str, Any]
) -> None:
    hear(connector, known_by)
    event = hear(connector, said(6, "In red, too", COMMENT, **speaker))
    assert (event.kind, event.conversation_key) == (Kind.ECHO, "post:-100:3:7")
    assert (event.sender.native_id, event.content.text) == ("7", "In red, too")


def test_somebody_elses_channel_does_not_speak_for_the_brand(connector: TelegramConnector) -> None:
    hear(connector, COMMENT)
    fans = {**CHANNEL, "id": -300}
    for answered in (POST, COMMENT):
        event = hear(connector, said(6, "Buy ours", answered, **{"from": CHANNEL_BOT, "sender_chat": fans}))
        assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


BELOW = said(6, "I wonder, too", {**COMMENT, "message_thread_id": 3}, **{"from": BO})


@pytest.mark.parametrize("shown", [POST, COMMENT])
def test_what_is_below_a_comment_is_read_again_once_the_post_is_recalled(shown: dict[str, Any]) -> None:
    """What an earlier process, or another one, kept of the post is all that this one has."""
    mark = parse(TelegramConnector(ACCOUNT), shown)[0]
    later = TelegramConnector(ACCOUNT)
    event = hear(later, BELOW)
    assert later.needs(event) == mark.event_id
    read = later.recall(event, Earlier(metadata=mark.metadata))
    assert (read.kind, read.conversation_key, read.surface) == (Kind.TEXT, "post:-100:3:8", Surface.PUBLIC)
    assert (read.event_id, read.content.text) == ("-100:6", "I wonder, too")
    assert read.metadata == {"addressed": "comment", "parent_id": "-100:5"}
    assert later.needs(hear(later, BELOW)) is None


def test_thread_that_is_no_post_keeps_nobodys_words(connector: TelegramConnector) -> None:
    event = hear(connector, BELOW)
    read = connector.recall(event, None)
    assert read.metadata == {"update": "message"}
    assert (read.kind, read.conversation_key) == (Kind.UNSUPPORTED, "")
    named = said(8, "@Lyra_bot red?", COMMENT, entities=[{"type": "mention", "offset": 0, "length": 9}])
    read = connector.recall(hear(connector, named), None)
    assert (read.conversation_key, read.surface) == ("-100:7", Surface.GROUP)


def test_pressed_button_below_a_comment_belongs_under_the_post(connector: TelegramConnector) -> None:
    question = said(7, "Which?", {**COMMENT, "message_thread_id": 3}, **{"from": BOT})
    query = {"id": "99", "from": ANN, "chat_instance": "1", "data": "/yes", "message": question}
    mark = parse(TelegramConnector(ACCOUNT), POST)[0]
    (event,) = parse(connector, query, "callback_query")
    read = connector.recall(event, Earlier(metadata=mark.metadata))
    assert (read.kind, read.conversation_key) == (Kind.POSTBACK, "post:-100:3:7")
    assert read.reply_context == {"reply_to": 7, "post": [-100, 3, -200]}


def test_topics_are_no_posts(connector: TelegramConnector) -> None:
    hear(connector, COMMENT)
    ours = {**COMMENT, "message_id": 6, "from": BOT}
    event = hear(connector, said(7, "hi", ours, is_topic_message=True))
    assert (event.conversation_key, event.surface) == ("-100:7:3", Surface.GROUP)


def test_button_under_a_post_belongs_there(connector: TelegramConnector) -> None:
    query = {"id": "99", "from": ANN, "chat_instance": "1", "data": "/yes"}
    body = json.dumps(
        {"update_id": 1, "callback_query": {**query, "message": said(6, "?", POST, **{"from": BOT})}}
    )
    _, event = connector.parse(InboundRequest(body=body.encode(), received_at=datetime.now(UTC)))
    assert (event.kind, event.conversation_key, event.surface) == (
        Kind.POSTBACK,
        "post:-100:3:7",
        Surface.PUBLIC,
    )


def test_all_of_an_answer_stands_under_the_post(connector: TelegramConnector) -> None:
    """A message that answers nothing would stand in the group, where nobody knows what it is about."""
    event = hear(connector, COMMENT)
    reply = reply_to(event, "word " * 1500, files=(make_file("image", "a.png"),))
    calls = render_reply(reply)
    assert [call.method for call in calls] == ["sendMessage", "sendMessage", "sendPhoto"]
    for call in calls:
        assert call.fields["chat_id"] == -100
        assert "message_thread_id" not in call.fields  # Telegram knows threads of forums alone
        assert call.fields["reply_parameters"] == {"message_id": 5, "allow_sending_without_reply": False}


def test_answer_without_its_comment_answers_the_post(connector: TelegramConnector) -> None:
    event = hear(connector, COMMENT)
    buttons = (Button(title="Shop", payload="", url="https://shop.example"),)
    reply = reply_to(event, "", content=Content(text="Here", buttons=buttons), reply_context={})
    (call,) = render_reply(reply)
    assert call.fields["reply_parameters"] == {"message_id": 3, "allow_sending_without_reply": False}


def test_only_so_many_posts_are_remembered() -> None:
    memory = PostMemory(size=2)
    connector = TelegramConnector(AccountConfig(channel="telegram", name="main", options=OPTIONS))
    for number in (3, 4, 5):
        memory.learn(hear(connector, {**POST, "message_id": number}))
    assert memory.channels == {(-100, 4): -200, (-100, 5): -200}


async def test_answer_reaches_the_comment() -> None:
    async with run_fake_telegram() as fake:
        fake.chats[-100] = "supergroup"
        config = AccountConfig(
            channel="telegram", name="main", options={"token": fake.token, "api_url": fake.url}
        )
        connector = TelegramConnector(config)
        await connector.start(None)
        event = hear(connector, COMMENT)
        result = await connector.send(reply_to(event, "It does"))
        await connector.typing(event.conversation_key)
        await connector.close()
    assert result.native_ids == (f"-100:{fake.sent[0]['message_id']}",)
    assert [(call.fields["chat_id"], call.status) for call in fake.transcript] == [(-100, 200)] * 2
