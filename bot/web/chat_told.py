"""What a customer told beside their words: what they agreed to, a name, an address. Pure.

It comes with every hello, so it is read with leniency: what makes no sense counts as not told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.message import Content
from bot.web.chat_account import must_tell, read_asked, read_consent
from bot.web.words import say

if TYPE_CHECKING:
    from bot.web.chat_account import Consent

_MAX_NAME = 100
_MAX_EMAIL = 254
_MAX_TIME = 40
_EMAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]+\.[^@\s<>\".]{2,}")
_CLOCKS = timedelta(minutes=5)  # that a visitor's clock may be ahead of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`consent` is the version of what was agreed to, `at` when, by the visitor's clock.

    `answers`: the address was left to be answered there, while nobody was at work.
    """

    consent: str | None = None
    at: datetime | None = None
    name: str | None = None
    email: str | None = None
    answers: bool = False


NOTHING_TOLD = Told()


def read_told(given: object) -> Told:
    """Read what a hello says of it."""
    if not isinstance(given, Mapping):
        return NOTHING_TOLD
    return Told(
        consent=_read(given.get("consent"), 64),
        at=_read_time(given.get("at")),
        name=_read(given.get("name"), _MAX_NAME),
        email=read_email(given.get("email")),
        answers=given.get("answers") is True,
    )


def read_email(given: object) -> str | None:
    """Return an e-mail address; None for what is none."""
    found = _read(given, _MAX_EMAIL)
    return found if found and _EMAIL.fullmatch(found) else None


def is_missing(told: Told, options: Mapping[str, str], *, begun: bool) -> bool:
    """Tell whether something must be agreed to, or told, before anything is said.

    What is asked for counts before the first message; what is to be agreed to always, as it stands now.
    """
    consent = read_consent(options)
    if consent is not None and told.consent != consent.version:
        return True
    if begun or not must_tell(options):
        return False
    return any(not getattr(told, each) for each in read_asked(options))


def note_consent(told: Told, consent: Consent, now: datetime) -> Content:
    """Return the line that says what was agreed to, and when."""
    at = told.at if told.at is not None and told.at <= now + _CLOCKS else now
    words = say("chat.agreed", text=consent.text, link=consent.link or "").strip()
    fact = {"version": consent.version, "at": at.astimezone(UTC).isoformat(timespec="seconds")}
    return Content(text=words, custom={"visavis": {"consent": fact}})


def note_email(told: Told) -> Content:
    """Return the line that says which address they named, and whether answers may be mailed there."""
    words = say("chat.email_for_answers" if told.answers else "chat.email_left", email=told.email or "")
    return Content(text=words, custom={"visavis": {"email": told.email, "answers": told.answers}})


def _read(given: object, most: int) -> str | None:
    if not isinstance(given, str) or len(given) > most or not given.isprintable():
        return None
    return given.strip() or None


def _read_time(given: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) and len(given) <= _MAX_TIME else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
