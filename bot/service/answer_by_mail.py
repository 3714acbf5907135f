"""Answer by mail: what a visitor of the web chat did not see there goes to the address they left for it.

It is said in the chat as ever, and a timer looks a little later whether they have seen it: who is still there
gets no mail. The mail is a conversation of an e-mail account, and one case with the chat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeGuard

import structlog

from bot.bus.keys import Stream
from bot.connector import InboundEvent
from bot.connector.opening import OpensThreads
from bot.desk.mail_answer import MAIL_AFTER, NotMailed, find_hindrance, shorten_address, write_mail
from bot.domain.conversation import BOT_MAY_SPEAK
from bot.domain.message import Author, Content, Kind
from bot.errors import StorageUnavailable
from bot.service.link_threads import announce_case, share_holder
from bot.service.receive import get_account_id
from bot.service.remind import STOP_WORDS
from bot.storage import cases, conversations, left_addresses, mail_answers, messages, outbox, steering

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.connector import Connector
    from bot.connector.opening import NewThread
    from bot.domain.conversation import Conversation
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.deliveries import DeliveryClaim, Outbound
    from bot.storage.mail_answers import Unread

log = structlog.get_logger(__name__)

CHAT, MAIL = "webchat", "email"
NEVER = "none"  # as `mail_account` of a chat
NOT_MAILED = {
    NotMailed.NOBODY: "Nothing was mailed to {address}: nobody reads mails there.",
    NotMailed.STOPPED: "Nothing was mailed to {address}: its owner asked for no more mails.",
    NotMailed.TOO_MANY: "Nothing was mailed to {address}: it had too many mails of ours within a day.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWay:
    """Where the answer in a chat goes when its visitor has gone, shortened; `hindrance`: why it does not."""

    address: str
    hindrance: NotMailed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """To whom is written, by which account; `thread` None: there is nobody at that address."""

    address: str
    account_id: int
    mailer: OpensThreads
    thread: NewThread | None


def choose_mailers(connectors: Mapping[tuple[str, str], Connector]) -> dict[str, OpensThreads]:
    """Return which e-mail account mails for which web chat: the one it names, or the only one."""
    mailers = {name: each for (channel, name), each in connectors.items() if channel == MAIL and _opens(each)}
    only = next(iter(mailers)) if len(mailers) == 1 else NEVER
    chosen = {
        name: each.account.options.get("mail_account") or only
        for (channel, name), each in connectors.items()
        if channel == CHAT
    }
    return {chat: mailers[name] for chat, name in chosen.items() if name in mailers}


def _opens(connector: Connector) -> TypeGuard[OpensThreads]:
    return isinstance(connector, OpensThreads)


def has_mailer(road: Road, claim: DeliveryClaim) -> bool:
    """Tell whether words of a conversation may be mailed: it is a chat of an account that mails."""
    return claim.channel == CHAT and claim.account in road.mailers


async def plan_mail(road: Road, connection: Connection, claim: DeliveryClaim, outbound: Outbound) -> None:
    """Have it looked at later, in the commit that puts a word into a chat, whether its visitor saw it."""
    if not has_mailer(road, claim):
        return
    late = outbound.heard_ago is not None and outbound.heard_ago > MAIL_AFTER
    if outbound.author is not Author.STAFF and not late:
        return
    conversation_id = claim.lease.conversation_id
    if await left_addresses.find_address(connection, conversation_id) is not None:
        await mail_answers.plan_mail(connection, conversation_id, road.now() + MAIL_AFTER)


async def find_way(road: Road, found: Conversation) -> MailWay | None:
    """Return where answers in a chat go when its visitor has gone; None where they left no address."""
    if found.channel != CHAT:
        return None
    await _learn_accounts(road)
    async with road.database.read() as connection:
        mailed = await mail_answers.find_mailed(connection, found.id)
        address = mailed.address if mailed else await left_addresses.find_address(connection, found.id)
        if address is None:
            return None
        target = _find_target(road, found, address)
        hindrance = await _find_hindrance(connection, found.id, target)
    return MailWay(address=shorten_address(address), hindrance=hindrance)


async def answer_by_mail(road: Road) -> int:
    """Mail what is due; returns how many chats were looked at."""
    if not road.mailers:
        return 0
    await _learn_accounts(road)
    async with road.database.read() as connection:
        due = await mail_answers.list_due(connection, road.now())
    for timer_id, chat_id in due:
        try:
            await _look(road, timer_id, chat_id)
        except StorageUnavailable:
            raise
        except Exception:  # a mistake over one chat must not keep the others waiting
            log.exception("An answer in a chat could not be mailed", conversation_id=chat_id)
    return len(due)


async def _learn_accounts(road: Road) -> None:
    for mailer in road.mailers.values():
        await get_account_id(road, MAIL, mailer.account.name)


async def _look(road: Road, timer_id: int, chat_id: int) -> None:
    async with road.database.begin() as connection:
        if not await mail_answers.take_due(connection, timer_id):
            return  # another clock was faster
        mail_id = await _mail(road, connection, chat_id)
    if mail_id is None:
        return
    log.info("An answer in a chat is mailed", conversation_id=chat_id, mail_id=mail_id)
    await road.bus.work.put(Stream.DELIVER, mail_id)
    await road.bus.live.publish("message", mail_id, author=Author.STAFF.value)
    async with road.database.read() as connection:
        link = await cases.find_open(connection, chat_id)
    if link is not None:
        await announce_case(road, link)


async def _mail(road: Road, connection: Connection, chat_id: int) -> int | None:
    """Mail what the visitor of a chat did not see; returns the mail's conversation, if one leaves."""
    await cases.lock_case(connection, chat_id)
    chat = await conversations.get_conversation(connection, chat_id)
    mailed = await mail_answers.find_mailed(connection, chat_id)
    address = mailed.address if mailed else await left_addresses.find_address(connection, chat_id)
    if chat is None or address is None:
        return None
    after = mailed.word_id if mailed else 0
    by_bot = chat.status in BOT_MAY_SPEAK
    unread = await mail_answers.list_unread(connection, chat_id, after_id=after, by_bot=by_bot)
    if not unread:
        return None
    target = _find_target(road, chat, address)
    hindrance = await _find_hindrance(connection, chat_id, target)
    if hindrance is None and target is not None and target.thread is not None:
        return await _write(road, connection, chat, target, unread)
    if hindrance in NOT_MAILED:
        note = Content(text=NOT_MAILED[hindrance].format(address=shorten_address(address)))
        await messages.append_message(connection, chat_id, note, author=Author.SYSTEM, kind=Kind.NOTE)
    return None


def _find_target(road: Road, chat: Conversation, address: str) -> _Target | None:
    """Return how an address can be written to; None where no account does it for this chat."""
    mailer = road.mailers.get(chat.account)
    if mailer is None:
        return None
    matter, subject = f"chat {chat.id}", road.desk.words.mail_subject
    return _Target(
        address=address.strip().lower(),
        account_id=road.account_ids[MAIL, mailer.account.name],
        mailer=mailer,
        thread=mailer.open_thread(address, matter=matter, subject=subject),
    )


async def _find_hindrance(connection: Connection, chat_id: int, target: _Target | None) -> NotMailed | None:
    if target is None:
        return NotMailed.NO_ACCOUNT
    if target.thread is None:
        return NotMailed.NOBODY
    traffic = await mail_answers.load_traffic(
        connection, chat_id, target.account_id, target.address, stop_words=STOP_WORDS
    )
    return find_hindrance(traffic)


async def _write(
    road: Road, connection: Connection, chat: Conversation, target: _Target, unread: Sequence[Unread]
) -> int:
    """Store the mail, and let it and the chat be one case."""
    mail_id, first = await _open(connection, chat, target)
    words = [each.content.text for each in unread]
    asked = await mail_answers.find_asked(connection, chat.id, unread[0].message_id)
    last = unread[-1]
    by_staff = next((each for each in reversed(unread) if each.author is Author.STAFF), None)
    text = write_mail(
        words,
        asked.text if asked else "",
        asked.at if asked else None,
        road.desk.words,
        first=first,
    )
    files = tuple(file for each in unread for file in each.content.attachments)
    content = Content(text=text, attachments=files)
    began_id = asked.message_id if asked else unread[0].message_id
    await mail_answers.link_mail(connection, chat.id, mail_id, began_id=began_id, word_id=last.message_id)
    link = await cases.find_open(connection, chat.id)
    assert link is not None
    await share_holder(connection, link)
    said = await messages.append_message(
        connection,
        mail_id,
        content,
        author=Author.STAFF if by_staff else Author.BOT,
        staff_id=by_staff.staff_id if by_staff else None,
        key=f"mailed:{last.message_id}",
    )
    await outbox.queue_message(connection, mail_id, said)
    return mail_id


async def _open(connection: Connection, chat: Conversation, target: _Target) -> tuple[int, bool]:
    """Return the conversation of the mails, locked, and whether this one begins it."""
    thread = target.thread
    assert thread is not None
    event = InboundEvent(
        channel=MAIL,
        account=target.mailer.account.name,
        event_id="",
        kind=Kind.UNSUPPORTED,
        conversation_key=thread.key,
        sender=replace(thread.contact, name=chat.contact_name),
    )
    known = await conversations.find_conversation_id(connection, target.account_id, thread.key)
    if known is not None:
        await cases.lock_rows(connection, known)
        context, sent = await mail_answers.load_context(connection, known)
        await steering.set_address(
            connection, known, reply_context=target.mailer.go_on(context, sent), pull=False
        )
        return known, False
    made = await conversations.open_conversation(connection, target.account_id, event)
    if made is None:
        raise StorageUnavailable("the mail's conversation is being opened elsewhere")
    await steering.set_address(connection, made, reply_context=thread.reply_context, pull=False)
    return made, True
