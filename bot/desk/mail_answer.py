"""A mail that answers a chat whose visitor has gone: when, to whom, and what stands in it.

Whoever left the address may have left a stranger's. So of the visitor's own words only a few are quoted, and
nothing of them that could be pressed; nothing leaves before the brand has answered; and there are bounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.domain.case import CaseWords

MAIL_AFTER = timedelta(minutes=2)
"""What a visitor has not seen in the chat for so long is mailed: who is there has seen it."""
NOT_AFTER = timedelta(days=1)
"""What could not be mailed for so long, because the service stood still, is not mailed any more."""
QUOTED = 200  # code points of the visitor's own words
MAILS_A_DAY = 10  # for one chat
CHATS_A_DAY = 3  # that may write to one address
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)?//\S+|\b[\w-]{1,63}(?:\.[\w-]{1,63})+(?:/\S*)?", re.IGNORECASE
)
_SPACE = re.compile(r"\s+")


class NotMailed(StrEnum):
    """Why an answer stays in the chat."""

    NO_ACCOUNT = "no_account"
    NOBODY = "nobody"  # no person reads that address
    STOPPED = "stopped"  # its owner asked to be left alone
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What was mailed to an address within a day: in how many other chats' matters, how often in this one.

    `stopped`: the last that its owner wrote to us was STOP.
    """

    other_chats: int = 0
    mails: int = 0
    stopped: bool = False


def find_hindrance(traffic: Traffic) -> NotMailed | None:
    """Return why nothing may be mailed to an address now, None where it may."""
    if traffic.stopped:
        return NotMailed.STOPPED
    if traffic.mails >= MAILS_A_DAY or traffic.other_chats >= CHATS_A_DAY:
        return NotMailed.TOO_MANY
    return None


def write_mail(said: Sequence[str], asked: str, at: datetime | None, words: CaseWords, *, first: bool) -> str:
    """Return the text of a mail: what was said, then what was asked, then, in the first one, why it comes."""
    parts = [text.strip() for text in said if text.strip()]
    quote = quote_words(asked)
    if quote and at is not None:
        day = f"{at:%Y-%m-%d}"
        parts.append(f"{words.mail_quote.replace('{day}', day)}\n> {quote}")
    if first:
        parts.append(words.mail_why)
    return "\n\n".join(parts)


def quote_words(text: str) -> str:
    """Return the beginning of what somebody wrote on one line, without anything that leads elsewhere."""
    plain = _SPACE.sub(" ", _LINK.sub("…", text[: QUOTED * 10])).strip()
    plain = "".join(sign for sign in plain if sign.isprintable())
    return plain if len(plain) <= QUOTED else f"{plain[: QUOTED - 1].rstrip()}…"


def shorten_address(address: str) -> str:
    """Return as much of an address as staff need to recognise it."""
    person, _, domain = address.partition("@")
    return f"{person[:1]}…@{domain}"
