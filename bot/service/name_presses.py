"""Name presses: a payload that a program sends is shown as people read it, and stored as it came."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.dialogue.intent_message import describe_intent_message
from bot.domain.message import Author, Kind
from bot.storage.offered import Press, find_titles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.message import Message
    from bot.storage.database import Connection
    from bot.storage.queue import QueueRow

_LAST = 2**62  # no message has such a number: what was offered last counts


async def name_presses(connection: Connection, messages: Sequence[Message]) -> list[Message]:
    """Return messages as they are shown: a text that is a payload counts as the button that offered it.

    Where none did, it is said in words what the payload means.
    """
    presses = {message.id: _read_press(message) for message in messages if _is_sent(message)}
    found = await find_titles(connection, [press for press in presses.values() if press is not None])
    return [_show(message, presses.get(message.id), found) for message in messages]


async def name_wants(connection: Connection, rows: Sequence[QueueRow]) -> list[QueueRow]:
    """Return rows of the queue that show no payload as somebody's words."""
    presses = {row.conversation_id: Press(row.conversation_id, _LAST, row.wants) for row in rows}
    sent = {number: press for number, press in presses.items() if describe_intent_message(press.payload)}
    found = await find_titles(connection, sent.values())
    return [
        replace(row, wants=_say(sent[row.conversation_id], found)) if row.conversation_id in sent else row
        for row in rows
    ]


def _is_sent(message: Message) -> bool:
    named = message.metadata.get("title") if message.kind is Kind.POSTBACK else None
    return message.author is Author.CONTACT and message.kind in (Kind.TEXT, Kind.POSTBACK) and not named


def _read_press(message: Message) -> Press | None:
    text = message.content.text.strip()
    return Press(message.conversation_id, message.seq, text) if describe_intent_message(text) else None


def _show(message: Message, press: Press | None, found: dict[Press, str]) -> Message:
    if press is None:
        return message
    titled = {**message.metadata, "title": _say(press, found)}
    return replace(message, kind=Kind.POSTBACK, metadata=titled)


def _say(press: Press, found: dict[Press, str]) -> str:
    return found.get(press) or describe_intent_message(press.payload) or press.payload
