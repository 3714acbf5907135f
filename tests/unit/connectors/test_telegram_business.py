"""Customers who write to a person's own account, for whom the bot answers (Telegram Business)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connector import AccountConfig, ErrorClass, InboundEvent, SendState
from bot.domain.conversation import Surface
from bot.domain.message import Content, Kind
from connectors.telegram.address import Me
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.payload import parse_update
from tests.contracts.connectors.channel import make_reply
from tests.fakes.telegram import FakeTelegram, run_fake_telegram
from tests.unit.connectors.asked import reply_to

ACCOUNT = AccountConfig(channel="telegram", name="main")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "username": "ann", "language_code": "de"}
MARA = {"id": 5, "is_bot": False, "first_name": "Mara"}
BOT = {"id": 42, "is_bot": True, "first_name": "Lyra", "username": "Lyra_bot"}
CHAT = {"id": 7, "type": "private", "first_name": "Ann", "username": "ann"}
SAID = {
    "business_connection_id": "bc1",
    "message_id": 9,
    "date": 1_750_000_000,
    "chat": CHAT,
    "from": ANN,
    "text": "hi",
}


def parse_all(**update: Any) -> list[InboundEvent]:
    numbered: dict[str, Any] = {"update_id": 1, **update}
    return parse_update(numbered, ACCOUNT, me=Me(id=42, username="Lyra_bot"))


def parse(**update: Any) -> InboundEvent:
    (event,) = parse_all(**update)
    return event


def test_customer_of_an_account_has_a_conversation_there() -> None:
    event = parse(business_message=SAID)
    assert (event.kind, event.content.text, event.surface) == (Kind.TEXT, "hi", Surface.DIRECT)
    assert (event.conversation_key, event.event_id) == ("business:bc1:7", "bc1:7:9")
    assert (event.sender.native_id, event.sender.locale) == ("7", "de")
    with_bot = parse(message={**SAID, "business_connection_id": None})
    assert with_bot.conversation_key != event.conversation_key
    assert with_bot.event_id != event.event_id


def test_owners_own_word_is_an_echo_and_silences_the_bot() -> None:
    event = parse(business_message={**SAID, "from": MARA, "text": "I look into it"})
    assert (event.kind, event.conversation_key) == (Kind.ECHO, "business:bc1:7")
    assert (event.sender.native_id, event.sender.name, event.content.text) == ("7", "Ann", "I look into it")


@pytest.mark.parametrize(
    "more",
    [
        {"sender_business_bot": BOT},  # what we sent comes back
        {"sender_business_bot": {**BOT, "id": 43}},
        {"is_from_offline": True},  # "we are closed", said by Telegram for the owner
        {"is_from_offline": True, "sticker": 5},  # even where python-telegram-bot cannot build it whole
        {"from": BOT},
    ],
)
def test_what_machines_say_for_the_owner_is_nobodys_word(more: dict[str, Any]) -> None:
    event = parse(business_message={**SAID, "from": MARA, **more})
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.UNSUPPORTED, "", "")


def test_edits_and_deletions_name_their_messages() -> None:
    edit = parse(edited_business_message={**SAID, "text": "hello", "edit_date": 1_750_000_100})
    assert (edit.kind, edit.target_id, edit.content.text) == (Kind.EDIT, "bc1:7:9", "hello")
    deleted = {"business_connection_id": "bc1", "chat": CHAT, "message_ids": [9, 10]}
    gone = parse_all(deleted_business_messages=deleted)
    assert [(each.kind, each.target_id) for each in gone] == [
        (Kind.DELETE, "bc1:7:9"),
        (Kind.DELETE, "bc1:7:10"),
    ]
    assert {each.conversation_key for each in gone} == {"business:bc1:7"}
    assert len({each.event_id for each in gone}) == 2


def test_deletion_of_nothing_is_counted() -> None:
    deleted = {"business_connection_id": "bc1", "chat": CHAT, "message_ids": []}
    assert parse(deleted_business_messages=deleted).kind is Kind.UNSUPPORTED


def test_button_in_an_account_belongs_there() -> None:
    query = {"id": "99", "from": ANN, "chat_instance": "1", "data": "/yes", "message": {**SAID, "from": MARA}}
    event = parse(callback_query=query)
    assert (event.kind, event.conversation_key, event.target_id) == (
        Kind.POSTBACK,
        "business:bc1:7",
        "bc1:7:9",
    )


@pytest.fixture
def config(fake: FakeTelegram) -> AccountConfig:
    return AccountConfig(channel="telegram", name="main", options={"token": fake.token, "api_url": fake.url})


@pytest.fixture
async def fake() -> Any:
    async with run_fake_telegram() as opened:
        opened.businesses["bc1"] = {7}
        yield opened


async def test_answer_leaves_in_the_accounts_name(fake: FakeTelegram, config: AccountConfig) -> None:
    connector = TelegramConnector(config)
    await connector.start(None)
    result = await connector.send(reply_to(parse(business_message=SAID), "hello"))
    await connector.typing("business:bc1:7")
    await connector.close()
    (sent,) = fake.sent
    assert (sent["business_connection_id"], sent["text"]) == ("bc1", "hello")
    assert result.native_ids == (f"bc1:7:{sent['message_id']}",)
    assert fake.transcript[-1].fields["business_connection_id"] == "bc1"
    assert fake.transcript[-1].status == 200


@pytest.mark.parametrize(
    ("key", "error_class"),
    [("business:bc1:8", ErrorClass.WINDOW_CLOSED), ("business:bc2:7", ErrorClass.POLICY)],
)
async def test_account_that_may_not_be_answered_for_says_why(
    fake: FakeTelegram, config: AccountConfig, key: str, error_class: ErrorClass
) -> None:
    connector = TelegramConnector(config)
    await connector.start(None)
    result = await connector.send(make_reply(key, Content(text="hi")))
    await connector.close()
    assert result.state is SendState.REJECTED
    assert result.error is not None
    assert result.error.error_class is error_class
    assert fake.sent == []
