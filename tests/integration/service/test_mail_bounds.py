"""Nobody can have us write to strangers by leaving their address; who is erased is erased in mails, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.connector import InboundRequest
from bot.desk.mail_answer import CHATS_A_DAY, NotMailed
from bot.domain.message import Author, Content, Kind
from bot.service.answer_by_mail import find_way
from bot.service.erase_contact import erase_contacts
from bot.service.know_visitor import note_detail
from bot.service.receive import receive
from bot.storage import conversations, messages, outbox
from bot.storage.files import FileStore
from tests.integration.service.mailing import ANN, Shop, open_shop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.service.road import Road


@pytest.fixture
async def shop(road: Road) -> AsyncIterator[Shop]:
    async with open_shop(road) as opened:
        yield opened


async def test_address_that_was_not_left_for_the_answer_gets_nothing(shop: Shop) -> None:
    chat_id = await shop.hear(address=None, text=f"I am {ANN}")
    named = Content(text=f"E-mail address: {ANN}", custom={"visavis": {"email": ANN}})
    await note_detail(shop.road, chat_id, named, key=f"email:{ANN}")
    await shop.reply(chat_id, "hello")
    await shop.wait()
    async with shop.road.database.read() as connection:
        chat = await conversations.get_conversation(connection, chat_id)
    assert chat is not None
    assert (shop.smtp.letters, await find_way(shop.road, chat)) == ([], None)


async def test_bot_alone_brings_nobody_a_mail(shop: Shop) -> None:
    chat_id = await shop.hear()
    async with shop.road.database.begin() as connection:
        said = await messages.append_message(connection, chat_id, Content(text="Hi."), author=Author.BOT)
        await outbox.queue_message(connection, chat_id, said)
    await shop.send(chat_id)
    await shop.wait()
    assert shop.smtp.letters == []


async def test_many_chats_cannot_have_one_address_flooded(shop: Shop) -> None:
    last = 0
    for number in range(CHATS_A_DAY + 1):
        last = await shop.hear(f"visitor-{number}")
        await shop.reply(last, "hello", key=f"r{number}")
        await shop.wait()
    assert len(shop.smtp.letters) == CHATS_A_DAY
    assert [each.content.text for each in await shop.said(last) if each.kind is Kind.NOTE] == [
        "Nothing was mailed to a…@example.org: it had too many mails of ours within a day."
    ]


async def test_owner_of_an_address_can_stop_it(shop: Shop) -> None:
    chat_id = await shop.hear()
    await shop.reply(chat_id, "one")
    await shop.wait()
    await shop.answers(shop.smtp.letters[0], "Stop!")
    await shop.reply(chat_id, "two", key="r2")
    await shop.wait()
    assert len(shop.smtp.letters) == 1
    async with shop.road.database.read() as connection:
        chat = await conversations.get_conversation(connection, chat_id)
    assert chat is not None
    way = await find_way(shop.road, chat)
    assert way is not None
    assert way.hindrance is NotMailed.STOPPED


@pytest.mark.parametrize("address", ["help@shop.example", "no-reply@example.org", "a b@example.org"])
async def test_addresses_of_nobody_get_nothing(shop: Shop, address: str) -> None:
    chat_id = await shop.hear(address=address)
    await shop.reply(chat_id, "hello")
    await shop.wait()
    assert shop.smtp.letters == []
    assert [each.kind for each in await shop.said(chat_id)][-1] is Kind.NOTE


async def test_erasing_the_visitor_erases_the_mails_that_quote_them(shop: Shop, tmp_path: Path) -> None:
    chat_id = await shop.hear()
    await shop.reply(chat_id, "It left.")
    await shop.wait()
    (mail,) = await shop.mails()
    async with shop.road.database.read() as connection:
        chat = await conversations.get_conversation(connection, chat_id)
    assert chat is not None
    await erase_contacts(shop.road, FileStore(tmp_path), [chat.contact_id], None)
    assert {each.content.text for each in await shop.said(mail.id)} == {""}
    assert {each.content.text for each in await shop.said(chat_id)} == {""}
    async with shop.road.database.read() as connection:
        handles = await connection.exec_driver_sql("SELECT native_id FROM handle")
        assert list(handles.scalars()) == []


async def test_erasing_the_visitor_leaves_other_mails_to_the_address(shop: Shop, tmp_path: Path) -> None:
    own = b"From: ann@example.org\r\nTo: help@shop.example\r\nSubject: Other\r\n\r\nMy own matter"
    (event,) = shop.mailer.parse(InboundRequest(body=own, received_at=shop.road.now()))
    theirs = (await receive(shop.road, event)).conversation_id
    chat_id = await shop.hear()
    await shop.reply(chat_id, "It left.")
    await shop.wait()
    async with shop.road.database.read() as connection:
        chat = await conversations.get_conversation(connection, chat_id)
    assert chat is not None
    await erase_contacts(shop.road, FileStore(tmp_path), [chat.contact_id], None)
    assert theirs is not None
    assert [each.content.text for each in await shop.said(theirs)] == ["My own matter"]
    assert [each.id for each in await shop.mails()] == [theirs]
