"""Telegram, with the fake Bot API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.connector import AccountConfig, InboundRequest
from bot.domain.message import Kind
from connectors.telegram.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    ONE_AT_A_TIME,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.fakes.telegram import Fault, run_fake_telegram
from tests.fakes.telegram_checks import make_person

TOKEN = "42:AAabcdefghijklmnop"
SECRET = "a-secret_of-the_hook"
GROUP = {"id": -100, "type": "supergroup", "title": "Us"}
NEWS = {"id": -200, "type": "channel", "title": "News"}
BOT = {"id": 42, "is_bot": True, "first_name": "Lyra", "username": "Lyra_bot"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
TELEGRAM_ITSELF = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.ERROR,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}


def sealed(body: bytes) -> InboundRequest:
    """Add the secret token to a body."""
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    return InboundRequest(body=body, headers=headers, received_at=NOW)


def frame(text: str, *, number: int = 1, sender: str = "7") -> dict[str, Any]:
    """Return an update with a private message."""
    person = int(sender)
    return {
        "update_id": 1000 + number,
        "message": {
            "message_id": number,
            "date": 1_750_000_000,
            "chat": {"id": person, "type": "private"},
            "from": make_person(person),
            "text": text,
        },
    }


def message(text: str, *, number: int = 1, sender: str = "7") -> InboundRequest:
    """Return a webhook's request with a private message."""
    return sealed(json.dumps(frame(text, number=number, sender=sender)).encode())


def say(**more: Any) -> dict[str, Any]:
    """Return an update with a message in a group, written by person 7 unless said otherwise."""
    return {"update_id": 1, "message": {**frame("hi")["message"], "chat": GROUP, **more}}


PRIVATE = {"id": 7, "type": "private", "first_name": "Person 7"}
OWNED = {**frame("hi")["message"], "chat": PRIVATE, "business_connection_id": "bc1"}
LIKE = {"type": "emoji", "emoji": "👍"}


def react(number: int, before: list[dict[str, str]], after: list[dict[str, str]]) -> dict[str, Any]:
    """Return an update in which person 7 reacts to the first message."""
    told = {"chat": PRIVATE, "message_id": 1, "date": 1_750_000_000, "user": make_person(7)}
    return {"update_id": number, "message_reaction": {**told, "old_reaction": before, "new_reaction": after}}


PRESS = {
    "update_id": 2,
    "callback_query": {
        "id": "9",
        "from": make_person(7),
        "chat_instance": "1",
        "data": "/track",
        "message": {**frame("Which?", number=2)["message"], "from": BOT},
    },
}


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a Telegram where person 7 has written to the bot."""
    async with run_fake_telegram() as fake:
        fake.say(7, "hello")
        options = {"token": fake.token, "api_url": fake.url}
        connector = CONNECTOR(
            AccountConfig(channel="telegram", name=ACCOUNT, options=options), http_timeout=limit
        )
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind is Trouble.REFUSED:
                fake.blocked.add(7)
            else:
                fake.faults["sendMessage"].append(FAULTS[kind])

        def texts() -> list[str]:
            return [sent["text"] for sent in fake.sent]

        yield Stage(connector=connector, key="7", texts=texts, trouble=trouble)
        await connector.close()


TELEGRAM = Channel(
    connector=CONNECTOR,
    options={"token": TOKEN, "secret": SECRET},
    wrong_options=(
        ({}, "token"),
        ({"token": "hunter2"}, "BotFather"),
        ({"token": TOKEN, "secret": "über"}, "secret"),
        ({"token": TOKEN, "api_url": "telegram"}, "api_url"),
        ({"token": TOKEN, "tokn": "x"}, "tokn"),
    ),
    secrets=(TOKEN, SECRET),
    sender="7",
    other_sender="8",
    message=message,
    sealed=sealed,
    frame=frame,
    unknown=(
        {"poll_answer": {"poll_id": "1", "option_ids": [0]}},
        {"invented_in_2031": {"x": 1}},
        {"message": 5},
        {"message": {"message_id": "five"}},
        {"message": {**frame("x")["message"], "text": 5}},
        {"message": {**frame("x")["message"], "text": None, "new_chat_title": "Us"}},
        {"callback_query": {"id": "1", "from": make_person(7), "chat_instance": "1", "game_short_name": "g"}},
        {"message": {**frame("x")["message"], "chat": {"id": 7, "type": "parallel universe"}}},
        {},
    ),
    machines=(
        {"update_id": 1, "message": {**frame("hi")["message"], "from": BOT}},
        say(**{"from": BOT}),
        say(
            **{
                "from": {**make_person(8), "is_bot": True},
                "reply_to_message": say(**{"from": BOT})["message"],
            }
        ),
        say(**{"from": TELEGRAM_ITSELF}, sender_chat=NEWS, is_automatic_forward=True),
        {"update_id": 1, "business_message": {**OWNED, "from": make_person(5), "sender_business_bot": BOT}},
        {"update_id": 1, "business_message": {**OWNED, "from": make_person(5), "is_from_offline": True}},
    ),
    echoes=(
        say(**{"from": ANONYMOUS}, sender_chat=GROUP, reply_to_message=say()["message"]),
        {"update_id": 1, "business_message": {**OWNED, "from": make_person(5)}},
    ),
    samples={
        Kind.EDIT: (
            {"update_id": 3, "edited_message": {**frame("changed")["message"], "edit_date": 1_750_000_060}},
        ),
        Kind.DELETE: (
            {
                "update_id": 5,
                "deleted_business_messages": {
                    "business_connection_id": "bc1",
                    "chat": PRIVATE,
                    "message_ids": [1],
                },
            },
        ),
        Kind.REACTION: (react(6, [], [LIKE]), react(7, [LIKE], [])),
        Kind.POSTBACK: (PRESS,),
        Kind.MEDIA: (
            {
                "update_id": 4,
                "message": {
                    **{name: value for name, value in frame("")["message"].items() if name != "text"},
                    "photo": [{"file_id": "AgAC", "file_unique_id": "A", "width": 90, "height": 67}],
                },
            },
        ),
    },
    about={Kind.DELETE: ("business:bc1:7", "bc1:7:1")},  # bots hear of deletions in business accounts alone
    stage=stage,
    does_not_apply={
        **no_templates("nothing is approved beforehand there: what may be written may be written freely"),
        **ONE_AT_A_TIME,
        "test_altered_body_is_refused": "the secret token does not cover the body: TLS does",
        "test_old_signature_is_refused": "the secret token has no time in it",
        "test_wrong_type_is_refused_with_the_fields_name": (
            "Telegram repeats what is refused and holds back what is behind it: it is kept as unsupported"
        ),
        "test_send_with_the_same_key_arrives_once": "Telegram takes no idempotency key",
        "test_render_hides_notes": "nobody but Telegram reads what we render",
    },
)
