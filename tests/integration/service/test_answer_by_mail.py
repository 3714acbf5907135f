"""What a visitor of the web chat did not see goes to the address they left for it, once, as one case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.connector import AccountConfig
from bot.desk.mail_answer import NotMailed
from bot.domain.conversation import Status
from bot.domain.message import Author, Content, DeliveryState
from bot.service.answer_by_mail import choose_mailers, find_way
from bot.service.mark_read import mark_read
from bot.service.resolve import resolve
from bot.storage import cases, conversations, messages, outbox
from connectors.email.connector import EmailConnector
from tests.fakes.mail import take_text
from tests.integration.service.mailing import ANN, Shop, keyed, make_chat, open_shop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.connector.opening import NewThread
    from bot.service.road import Road


@pytest.fixture
async def shop(road: Road) -> AsyncIterator[Shop]:
    async with open_shop(road) as opened:
        yield opened


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


class Clumsy(EmailConnector):
    """One that breaks over an address."""

    @override
    def open_thread(self, address: str, *, matter: str, subject: str) -> NewThread | None:
        if address.startswith("bob"):
            raise RuntimeError("over an address")
        return super().open_thread(address, matter=matter, subject=subject)


async def test_mistake_over_one_chat_keeps_no_other_waiting(shop: Shop) -> None:
    clumsy = Clumsy(shop.mailer.account)
    able = replace(shop, road=replace(shop.road, mailers={"lyra": clumsy}))
    for number, address in enumerate(("bob@example.org", ANN)):
        await able.reply(await able.hear(f"visitor-{number}", address=address), "hello", key=f"r{number}")
    await able.wait()
    assert [each["To"] for each in shop.smtp.letters] == [ANN]


async def test_resolved_case_says_nothing_more_in_the_chat(shop: Shop) -> None:
    chat_id = await shop.hear()
    await shop.reply(chat_id, "It left.")
    await shop.wait()
    await resolve(shop.road, chat_id, shop.mara)
    (mail,) = await shop.mails()
    assert mail.status is Status.RESOLVED
    assert [each.content.text for each in await shop.said(chat_id) if each.author is Author.BOT] == []
    assert await shop.answers(shop.smtp.letters[0], "Thanks") == mail.id


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
