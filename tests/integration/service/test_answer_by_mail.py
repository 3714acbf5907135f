"""What a visitor of the web chat did not see goes to the address they left for it, once, as one case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.connector import AccountConfig, Connector, InboundRequest
from bot.desk.mail_answer import CHATS_A_DAY, MAIL_AFTER, NotMailed
from bot.domain.conversation import Status
from bot.domain.message import Author, Content, DeliveryState, Kind
from bot.service.answer_by_mail import choose_mailers, find_way
from bot.service.deliver import deliver
from bot.service.erase_contact import erase_contacts
from bot.service.know_visitor import note_detail
from bot.service.mark_read import mark_read
from bot.service.receive import receive
from bot.service.resolve import resolve
from bot.service.run_timers import run_timers
from bot.service.staff_reply import staff_reply
from bot.storage import cases, conversations, messages, outbox
from bot.storage.files import FileStore
from connectors.email.connector import EmailConnector
from connectors.webchat.connector import WebchatConnector
from tests.fakes.mail import PASSWORD, run_fake_smtp, take_text
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from email.message import EmailMessage
    from pathlib import Path

    from bot.domain.conversation import Conversation
    from bot.domain.message import Message
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from tests.fakes.mail import FakeSmtp

ANN = "ann@example.org"
QUESTION = "Where is my order 17? See https://evil.example/x or evil.example"


def make_mailer(smtp: FakeSmtp, name: str = "help") -> EmailConnector:
    options = {
        "address": f"{name}@shop.example",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "imap_security": "none",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp.port),
        "smtp_security": "none",
    }
    return EmailConnector(AccountConfig(channel="email", name=name, options=options))


def make_chat(**options: str) -> WebchatConnector:
    return WebchatConnector(AccountConfig(channel="webchat", name="lyra", options=options))


def keyed(*connectors: Connector) -> dict[tuple[str, str], Connector]:
    return {(each.channel, each.account.name): each for each in connectors}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A chat, a mailbox, and somebody who answers."""

    road: Road
    mailer: EmailConnector
    smtp: FakeSmtp
    mara: Staff

    async def hear(self, visitor: str = "ann", *, address: str | None = ANN, text: str = QUESTION) -> int:
        """Somebody writes in the chat, and leaves an address for the answer."""
        chat_id = (await receive(self.road, says(text, sender=visitor))).conversation_id
        assert chat_id is not None
        if address is not None:
            line = Content(text=f"Left for the answer: {address}")
            await note_detail(self.road, chat_id, line, key=f"answers:{address}", answers_to=address)
        return chat_id

    async def reply(self, chat_id: int, text: str, *, key: str = "r1") -> Message:
        """Mara answers in the chat."""
        message = await staff_reply(self.road, chat_id, self.mara, text, key=key)
        await self.send(chat_id)
        return message

    async def send(self, conversation_id: int) -> None:
        await deliver(self.road, keyed(make_chat(), self.mailer), conversation_id)

    async def wait(self, time: timedelta = MAIL_AFTER) -> None:
        """Let time pass for the clock, and send what it brings."""
        later = self.road.now() + time
        await run_timers(replace(self.road, now=lambda: later))
        for conversation in await self.mails():
            await self.send(conversation.id)

    async def mails(self) -> list[Conversation]:
        async with self.road.database.read() as connection:
            ids = await connection.exec_driver_sql(
                "SELECT c.id FROM conversation c JOIN account a ON a.id = c.account_id "
                "WHERE a.channel = 'email' ORDER BY c.id"
            )
            found = [await conversations.get_conversation(connection, each) for each in ids.scalars()]
        return [each for each in found if each is not None]

    async def said(self, conversation_id: int) -> list[Message]:
        async with self.road.database.read() as connection:
            return await messages.list_messages(connection, conversation_id)

    async def answers(self, letter: EmailMessage, text: str, *, sender: str = ANN) -> int:
        """Somebody answers a mail; returns the conversation that comes into."""
        lines = (
            f"From: Ann <{sender}>",
            "To: help@shop.example",
            f"Subject: Re: {letter['Subject']}",
            f"In-Reply-To: {letter['Message-ID']}",
            f"Message-ID: <{abs(hash(text))}@example.org>",
            "",
            text,
        )
        request = InboundRequest(body="\r\n".join(lines).encode(), received_at=self.road.now())
        (event,) = self.mailer.parse(request)
        found = (await receive(self.road, event)).conversation_id
        assert found is not None
        return found


@pytest.fixture
async def shop(road: Road) -> AsyncIterator[Shop]:
    async with run_fake_smtp() as smtp:
        mailer = make_mailer(smtp)
        await mailer.start(None)
        able = replace(road, mailers=choose_mailers(keyed(make_chat(), mailer)))
        yield Shop(road=able, mailer=mailer, smtp=smtp, mara=await add_agent(road, "Mara Lindqvist"))
        await mailer.close()


async def test_answer_is_mailed_once_with_a_short_quote_and_its_reply_is_one_case(shop: Shop) -> None:
    chat_id = await shop.hear()
    await shop.reply(chat_id, "It left our house today.")
    assert shop.smtp.letters == []
    await shop.wait()
    await shop.wait()
    (letter,) = shop.smtp.letters
    assert (letter["To"], letter["Subject"]) == (ANN, "Our answer to your chat")
    assert letter["In-Reply-To"] is None
    assert letter["Auto-Submitted"] is None  # a person wrote it
    text = take_text(letter)
    assert text.startswith("It left our house today.\n\nYou wrote in our chat on ")
    assert "\n> Where is my order 17? See … or …\n" in text
    assert "You left this address in the chat" in text

    came = await shop.answers(letter, "And who brings it?")
    (mail,) = await shop.mails()
    assert (came, mail.status, mail.staff_id) == (mail.id, Status.HELD, shop.mara.id)
    async with shop.road.database.read() as connection:
        link = await cases.find_open(connection, chat_id)
    assert link is not None
    assert link.ids == (chat_id, mail.id)


async def test_second_answer_goes_on_in_the_same_mail_thread(shop: Shop) -> None:
    chat_id = await shop.hear()
    await shop.reply(chat_id, "one")
    await shop.wait()
    await shop.reply(chat_id, "two", key="r2")
    await shop.wait()
    first, second = shop.smtp.letters
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert second["In-Reply-To"] == first["Message-ID"]
    assert take_text(second).startswith("two\n\nYou wrote")
    assert "You left this address" not in take_text(second)
    assert len(await shop.mails()) == 1


async def test_what_the_visitor_sees_in_the_chat_is_not_mailed(shop: Shop) -> None:
    chat_id = await shop.hear()
    seen = await shop.reply(chat_id, "seen")
    await mark_read(shop.road, chat_id, seen.id)
    await shop.wait()
    assert shop.smtp.letters == []
    await shop.reply(chat_id, "not seen", key="r2")
    await shop.wait()
    assert [take_text(each).partition("\n")[0] for each in shop.smtp.letters] == ["not seen"]


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


async def test_word_of_the_bot_that_comes_much_later_is_mailed_as_a_machines(shop: Shop) -> None:
    chat_id = await shop.hear()
    async with shop.road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE message SET created_at = now() - interval '10 minutes'")
        said = await messages.append_message(connection, chat_id, Content(text="It left."), author=Author.BOT)
        await outbox.queue_message(connection, chat_id, said)
    await shop.send(chat_id)
    await shop.wait()
    (letter,) = shop.smtp.letters
    assert (take_text(letter).partition("\n")[0], letter["Auto-Submitted"]) == ("It left.", "auto-replied")


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


async def test_resolved_case_says_nothing_more_in_the_chat(shop: Shop) -> None:
    chat_id = await shop.hear()
    await shop.reply(chat_id, "It left.")
    await shop.wait()
    await resolve(shop.road, chat_id, shop.mara)
    (mail,) = await shop.mails()
    assert mail.status is Status.RESOLVED
    assert [each.content.text for each in await shop.said(chat_id) if each.author is Author.BOT] == []
    assert await shop.answers(shop.smtp.letters[0], "Thanks") == mail.id


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


async def test_desk_knows_where_answers_go(shop: Shop) -> None:
    chat_id = await shop.hear()
    async with shop.road.database.read() as connection:
        chat = await conversations.get_conversation(connection, chat_id)
    assert chat is not None
    way = await find_way(shop.road, chat)
    assert way is not None
    assert (way.address, way.hindrance) == ("a…@example.org", None)
    without = await find_way(replace(shop.road, mailers={}), chat)
    assert without is not None
    assert without.hindrance is NotMailed.NO_ACCOUNT


async def test_mail_that_cannot_arrive_is_shown_to_staff(shop: Shop) -> None:
    shop.smtp.gone.add(ANN)
    chat_id = await shop.hear()
    await shop.reply(chat_id, "It left.")
    await shop.wait()
    (mail,) = await shop.mails()
    assert [each.delivery for each in await shop.said(mail.id)] == [DeliveryState.FAILED]


def test_account_that_mails_is_the_only_one_or_the_one_that_is_named() -> None:
    def chosen(*names: str, **options: str) -> dict[str, str]:
        made = [EmailConnector(AccountConfig(channel="email", name=name)) for name in names]
        found = choose_mailers(keyed(make_chat(**options), *made))
        return {chat: each.account.name for chat, each in found.items()}

    assert chosen() == {}
    assert chosen("one") == {"lyra": "one"}
    assert chosen("one", "two") == {}
    assert chosen("one", "two", mail_account="two") == {"lyra": "two"}
    assert chosen("one", mail_account="none") == {}
    assert chosen("one", mail_account="gone") == {}
