"""Who is answered in Telegram's groups, what of our name is left in a text, and what /start says."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connector import AccountConfig, InboundEvent
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from connectors.telegram.address import Me, read_words
from connectors.telegram.payload import parse_update

ACCOUNT = AccountConfig(channel="telegram", name="main")
ME = Me(id=42, username="Lyra_bot")
BOT = {"id": 42, "is_bot": True, "first_name": "Lyra", "username": "Lyra_bot"}
ANN = {"id": 7, "is_bot": False, "first_name": "Ann"}
CHAT = {"id": -100, "type": "supergroup", "title": "Lyra talk"}
CHANNEL = {"id": -200, "type": "channel", "title": "Lyra news"}
REMARK = {"message_id": 5, "date": 1_750_000_000, "chat": CHAT, "from": ANN, "text": "hi all"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
ADMIN = {**REMARK, "message_id": 6, "from": ANONYMOUS, "sender_chat": CHAT}
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
POST = {**REMARK, "from": TELEGRAM, "sender_chat": CHANNEL, "is_automatic_forward": True}


def parse(**update: Any) -> InboundEvent:
    numbered: dict[str, Any] = {"update_id": 1, **update}
    (event,) = parse_update(numbered, ACCOUNT, me=ME)
    return event


def name(text: str, kind: str = "mention", **more: Any) -> dict[str, Any]:
    """Return a text as Telegram marks it: the first word that names somebody is the entity."""
    word = next(word for word in text.split() if "@" in word or word.startswith("/"))
    before = text[: text.index(word)]
    entity = {"type": kind, "offset": len(before.encode("utf-16-le")) // 2, "length": len(word), **more}
    return {"text": text, "entities": [entity]}


@pytest.mark.parametrize(
    "body",
    [
        name("@lyra_BOT where is my order"),
        name("👩‍👩‍👧 hello @Lyra_bot"),
        name("/help@Lyra_bot", "bot_command"),
        {"text": "Lyra, help", "entities": [{"type": "text_mention", "offset": 0, "length": 4, "user": BOT}]},
        {"text": "and now?", "reply_to_message": {**REMARK, "message_id": 4, "from": BOT}},
        {
            "text": None,
            "photo": [{"file_id": "F", "file_unique_id": "f", "width": 1, "height": 1}],
            "caption": "@Lyra_bot look",
            "caption_entities": [{"type": "mention", "offset": 0, "length": 9}],
        },
    ],
)
def test_what_is_said_to_us_in_a_group_is_a_customers_message(body: dict[str, Any]) -> None:
    event = parse(message={**REMARK, **body})
    assert (event.kind, event.conversation_key, event.surface) == (Kind.TEXT, "-100:7", Surface.GROUP)
    assert event.sender.native_id == "7"


OTHERS = {
    "a remark": REMARK,
    "a mention of somebody": {**REMARK, **name("@bo look")},
    "a longer name than ours": {**REMARK, **name("@Lyra_bot_fans look")},
    "another bot's command": {**REMARK, **name("/start@weather_bot", "bot_command")},
    "a command to no bot in particular": {**REMARK, **name("/weather", "bot_command")},
    "an address of mail": {**REMARK, **name("me@Lyra_bot", "email")},
    "an answer to somebody else": {**REMARK, "reply_to_message": {**REMARK, "message_id": 4}},
    "anything in a topic that we made": {
        **REMARK,
        "message_thread_id": 3,
        "is_topic_message": True,
        "reply_to_message": {
            **REMARK, "from": BOT, "forum_topic_created": {"name": "Help", "icon_color": 1}, "text": None
        },
    },
    "somebody who joined": {**REMARK, "text": None, "new_chat_members": [ANN]},
    "the brand's own post": POST,
    "the brand's own post that names us": {**POST, **name("ask @Lyra_bot")},
    "a comment in a channel's name": {**REMARK, **name("@Lyra_bot hi"), "sender_chat": CHANNEL},
    "another bot that answers us": {
        **REMARK, "from": {**ANN, "is_bot": True}, "reply_to_message": {**REMARK, "from": BOT}
    },
    "ourselves": {**REMARK, "from": BOT, **name("@Lyra_bot hi")},
    "ourselves in private": {**REMARK, "chat": {"id": 7, "type": "private"}, "from": BOT},
    "an administrator to nobody": ADMIN,
    "an administrator to us": {**ADMIN, "reply_to_message": {**REMARK, "from": BOT}},
    "an administrator under a post": {**ADMIN, "reply_to_message": POST},
}  # fmt: skip


@pytest.mark.parametrize("message", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("field", ["message", "edited_message"])
def test_what_is_not_said_to_us_is_answered_to_nobody_and_its_words_are_not_kept(
    message: dict[str, Any], field: str
) -> None:
    event = parse(**{field: message})
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")
    assert event.content.text == ""
    assert event.sender.native_id == ""


def test_anonymous_administrator_speaks_for_the_brand_to_whom_they_answer() -> None:
    """The bot steps back in that person's conversation, and only there."""
    event = parse(message={**ADMIN, "text": "I look into it", "reply_to_message": REMARK})
    assert (event.kind, event.conversation_key) == (Kind.ECHO, "-100:7")
    assert (event.sender.native_id, event.content.text) == ("7", "I look into it")


def test_bot_that_presses_a_button_is_not_answered() -> None:
    query = {"id": "99", "from": {**ANN, "is_bot": True}, "chat_instance": "1", "data": "/yes"}
    event = parse(callback_query={**query, "message": {**REMARK, "from": BOT}})
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


def test_until_we_know_our_name_any_bots_may_be_ours() -> None:
    """Telegram was away when we asked: a customer left unheard is worse than one answer too many."""
    for text, kind in (("@Lyra_bot hi", Kind.TEXT), ("@bo hi", Kind.UNSUPPORTED)):
        update: dict[str, Any] = {"update_id": 1, "message": {**REMARK, **name(text)}}
        (event,) = parse_update(update, ACCOUNT, me=Me(id=42))
        assert event.kind is kind


@pytest.mark.parametrize(
    ("text", "words", "metadata"),
    [
        ("/start", "/start", {}),
        ("/START", "/start", {}),
        ("/start@Lyra_bot", "/start", {}),
        ("/start spring-sale_26", "/start", {"start_payload": "spring-sale_26"}),
        ("/start@lyra_bot spring-sale_26", "/start", {"start_payload": "spring-sale_26"}),
        ("/start me up, please", "/start me up, please", {}),
        ("/starting", "/starting", {}),
        ("/order@Lyra_bot LY-1", "/order LY-1", {}),
        ("/order@weather_bot LY-1", "/order@weather_bot LY-1", {}),
        ('/inform{"a": "b@Lyra_bot"}', '/inform{"a": "b@Lyra_bot"}', {}),
        ("@Lyra_bot, where is it?", "where is it?", {}),
        ("@lyra_bot", "@lyra_bot", {}),
        ("ask @Lyra_bot", "ask @Lyra_bot", {}),
    ],
)
def test_our_name_is_no_part_of_what_was_said(text: str, words: str, metadata: dict[str, str]) -> None:
    assert read_words(text, ME) == (words, metadata)


def test_deep_links_word_stays_with_the_message() -> None:
    """`t.me/<bot>?start=…` says where a customer comes from: actions find it in the metadata."""
    private = {**REMARK, "chat": {"id": 7, "type": "private"}, **name("/start box-42", "bot_command")}
    event = parse(message=private)
    assert (event.kind, event.content.text) == (Kind.TEXT, "/start")
    assert event.metadata == {"start_payload": "box-42"}
