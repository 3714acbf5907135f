"""Know visitor: which thread of the web chat somebody is shown, and who its contact turned out to be.

A thread that an identity leads to is shown to that identity alone, on whatever device; a browser that was
once used with it gets nothing without it. An anonymous thread becomes the identity's where that had none.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.message import Author, Content, Kind
from bot.service.receive import get_account_id
from bot.storage import conversations, left_addresses, messages
from bot.storage.visitor_threads import find_ties, name_contact, tie

if TYPE_CHECKING:
    from bot.service.road import Road
    from bot.storage.database import Connection

CHANNEL = "webchat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody whom their site knows. `proven`: it vouches for the name as well."""

    id: str
    name: str | None = None
    proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What a visitor is shown. `tied`: an identity leads here, and it is theirs."""

    key: str
    conversation_id: int | None
    tied: bool = False


async def find_thread(road: Road, account: str, visitor: str, known: Known | None) -> Thread | None:
    """Return a visitor's thread; None where it is an identity's, and they come without one.

    Nothing is made of a visitor who has not written yet. An anonymous thread with messages becomes the
    identity's here, unless that has one: then staff are told in both.
    """
    account_id = await get_account_id(road, CHANNEL, account)
    if known is not None:
        return await _find_known(road, account_id, visitor, known)
    async with road.database.read() as connection:
        ties = await find_ties(connection, account_id, identity=None, visitor=visitor)
        if ties.taken:
            return None
        found = await conversations.find_conversation_id(connection, account_id, visitor)
    return Thread(key=visitor, conversation_id=found)


async def _find_known(road: Road, account_id: int, visitor: str, known: Known) -> Thread:
    async with road.database.begin() as connection:
        ties = await find_ties(connection, account_id, identity=known.id, visitor=visitor)
        own = None
        if not ties.taken:
            own = await conversations.find_conversation_id(connection, account_id, visitor)
        if ties.thread is None and own is None:
            # Somebody else was known by this visitor's thread on this device: theirs it stays.
            return Thread(key=secrets.token_urlsafe(18) if ties.taken else visitor, conversation_id=None)
        if ties.thread is not None or await tie(connection, account_id, known.id, visitor):
            key = ties.thread or visitor
            found = await conversations.find_conversation_id(connection, account_id, key)
            await _say_who(connection, known, found, own)
            return Thread(key=key, conversation_id=found, tied=True)
    return await _find_known(road, account_id, visitor, known)  # somebody was faster: it is tied now


async def claim_thread(road: Road, account: str, key: str, known: Known) -> str:
    """Let an identity lead to the thread its first message is about to begin; returns the key it leads to.

    That is another one where the same person began on another device meanwhile.
    """
    account_id = await get_account_id(road, CHANNEL, account)
    while True:
        async with road.database.begin() as connection:
            if await tie(connection, account_id, known.id, key):
                return key
        async with road.database.read() as connection:
            ties = await find_ties(connection, account_id, identity=known.id, visitor=key)
        if ties.thread is not None:
            return ties.thread
        key = secrets.token_urlsafe(18)


async def _say_who(connection: Connection, known: Known, found: int | None, own: int | None) -> None:
    """Tell staff whose thread this is, and where somebody's words from before they were known stand."""
    if found is not None:
        name = f" as {known.name}" if known.name else ""
        await _note(
            connection, found, f"Signed in on the site{name}, id {known.id}.", key=f"known:{known.id}"
        )
        if known.name:
            await name_contact(connection, found, known.name, proven=known.proven)
    if own is None or found is None or own == found:
        return
    await _note(connection, own, f"Signed in since: goes on in conversation {found}.", key=f"left:{known.id}")
    words = f"Wrote before signing in: that is conversation {own}."
    await _note(connection, found, words, key=f"came:{own}")


async def _note(connection: Connection, conversation_id: int, words: str, *, key: str) -> None:
    if await messages.find_own(connection, conversation_id, key) is not None:
        return
    await conversations.lock_conversation(connection, conversation_id)
    if await messages.find_own(connection, conversation_id, key) is None:
        note = Content(text=words)
        await messages.append_message(
            connection, conversation_id, note, author=Author.SYSTEM, kind=Kind.NOTE, key=key
        )


async def note_detail(
    road: Road, conversation_id: int, content: Content, *, key: str, answers_to: str | None = None
) -> None:
    """Write down, for both sides to see, what a customer agreed to or left; once under a key.

    `answers_to` is the address that they left for the answer.
    """
    async with road.database.begin() as connection:
        await conversations.lock_conversation(connection, conversation_id)
        if answers_to is not None:
            await left_addresses.keep_address(connection, conversation_id, answers_to)
        if await messages.find_own(connection, conversation_id, key) is not None:
            return
        message_id = await messages.append_message(
            connection, conversation_id, content, author=Author.SYSTEM, kind=Kind.LINE, key=key
        )
    await road.bus.live.publish("message", conversation_id, message_id=message_id, author=Author.SYSTEM.value)
