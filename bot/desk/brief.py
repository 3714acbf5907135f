"""Three lines for whoever opens a conversation: what happened, what was promised, what they need.

Nothing is made up: every line is a recorded fact or a quotation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desk.reasons import describe_reason
from bot.domain.message import Author, Kind, Settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.handoff import Handoff
    from bot.domain.message import Message

_SAID = frozenset({Kind.TEXT, Kind.POSTBACK, Kind.MEDIA, Kind.ECHO})  # and what waits, or waited, unread
_QUOTE = 140  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The three lines."""

    happened: str
    promised: str
    needed: str


def write_brief(messages: Sequence[Message], handoff: Handoff | None) -> Brief:
    """Write the brief of a conversation from its latest messages, oldest first, and its open handoff."""
    said = [
        message
        for message in messages
        if message.kind in _SAID or (message.kind is Kind.UNSUPPORTED and message.settled)
    ]
    return Brief(
        happened=_describe_happened(said, handoff),
        promised=_describe_promised(said, handoff),
        needed=_describe_needed(said),
    )


def shorten(text: str, length: int) -> str:
    """Return a text on one line, cut at a word where that costs little."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) >= length // 2 else cut).rstrip() + "…"


def first_words(text: str, count: int = 6) -> str:
    """Return the first words of a text."""
    words = text.split()
    return shorten(" ".join(words[:count]), 60) + ("…" if len(words) > count else "")


def words_of(message: Message) -> str:
    """Return what somebody said as people read it: a pressed button's title, an attachment's kind."""
    if message.kind is Kind.POSTBACK:
        title = message.metadata.get("title")
        return title if isinstance(title, str) and title else message.content.text.lstrip("/")
    if message.content.text:
        return message.content.text
    kinds = ", ".join(attachment.kind for attachment in message.content.attachments)
    return f"[{kinds}]" if kinds else ""


def _describe_happened(said: Sequence[Message], handoff: Handoff | None) -> str:
    if handoff is not None and handoff.summary:
        return shorten(handoff.summary, 2 * _QUOTE)
    first = next((message for message in said if message.author is Author.CONTACT), None)
    quote = f" They began with {_quote(first)}" if first else ""
    if handoff is not None:
        reason = describe_reason(handoff.reason)
        return f"{reason[:1].upper()}{reason[1:]}.{quote}"
    return quote.strip() or "Nothing was said yet."


def _describe_promised(said: Sequence[Message], handoff: Handoff | None) -> str:
    ours = next((message for message in reversed(said) if message.author is Author.STAFF), None)
    if ours is not None:
        return f"{ours.staff_name or 'A colleague'} wrote last: {_quote(ours)}"
    if handoff is not None:
        return "That a person answers. No person has written yet."
    return "Nothing by a person."


def _describe_needed(said: Sequence[Message]) -> str:
    open_words: list[Message] = []
    for message in reversed(said):
        if message.author is Author.STAFF:
            break
        if message.author is Author.CONTACT and message.settled in (None, Settled.WAITING):
            open_words.append(message)
    if not open_words:
        return "Nothing open: every message is answered." if said else "Not known yet."
    more = f" ({len(open_words)} messages since we spoke)" if len(open_words) > 1 else ""
    return f"An answer to {_quote(open_words[0])}{more}"


def _quote(message: Message) -> str:
    if message.kind is Kind.UNSUPPORTED:
        return "something that the channel did not pass on"
    words = shorten(words_of(message), _QUOTE)
    return f"“{words}”" if words else "something without words"
