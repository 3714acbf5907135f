"""What refusals and rate headers of the AT Protocol mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.connector import ErrorClass, RateLeft
from bot.connector.text import clean_text
from bot.domain.json import Json

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_LARGE, TOO_MANY, SERVER_ERROR = 401, 403, 404, 413, 429, 500
DIGITS = 12
POINTS = 2  # what writing a record by its key costs, of those that the headers count
NAMES: Mapping[str, ErrorClass] = {
    "RateLimitExceeded": ErrorClass.RATE_LIMITED,
    "AuthMissing": ErrorClass.AUTH,
    "AuthenticationRequired": ErrorClass.AUTH,
    "AuthFactorTokenRequired": ErrorClass.AUTH,
    "ExpiredToken": ErrorClass.AUTH,
    "InvalidToken": ErrorClass.AUTH,
    "AccountTakedown": ErrorClass.AUTH,
    "AccountDeactivated": ErrorClass.AUTH,
    "BlockedActor": ErrorClass.RECIPIENT_GONE,
    "BlockedSubject": ErrorClass.RECIPIENT_GONE,
    "RecipientNotFound": ErrorClass.RECIPIENT_GONE,
    "InvalidConvo": ErrorClass.RECIPIENT_GONE,
    "ConvoLocked": ErrorClass.RECIPIENT_GONE,
    "MessagesDisabled": ErrorClass.POLICY,
    "NotFollowedBySender": ErrorClass.POLICY,
    "AccountSuspended": ErrorClass.POLICY,
    "BlobTooLarge": ErrorClass.TOO_LONG,
}
# The same under the mere name `InvalidRequest`; only the words tell them apart.
WORDS: Mapping[str, ErrorClass] = {
    "recipient has disabled incoming messages": ErrorClass.POLICY,
    "someone they follow": ErrorClass.POLICY,
    "block between": ErrorClass.RECIPIENT_GONE,
    "grapheme": ErrorClass.TOO_LONG,
    "must not be longer": ErrorClass.TOO_LONG,
    "too large": ErrorClass.TOO_LONG,
    "bad token": ErrorClass.AUTH,
}
STATUSES: Mapping[int, ErrorClass] = {
    TOO_MANY: ErrorClass.RATE_LIMITED,
    UNAUTHORIZED: ErrorClass.AUTH,
    FORBIDDEN: ErrorClass.POLICY,
    NOT_FOUND: ErrorClass.RECIPIENT_GONE,
    TOO_LARGE: ErrorClass.TOO_LONG,
}


def classify(status: int, body: Json) -> ErrorClass:
    """Return why the server refused, from the error's name, its words and the status."""
    name, words = name_error(body), describe(body).lower()
    if name in NAMES:
        return NAMES[name]
    by_words = next((found for part, found in WORDS.items() if part in words), None)
    if by_words is not None:
        return by_words
    return ErrorClass.TRANSIENT if status >= SERVER_ERROR else STATUSES.get(status, ErrorClass.INVALID)


def name_error(body: Json) -> str:
    """Return an error's name, empty where it has none."""
    name = body.get("error") if isinstance(body, Mapping) else None
    return clean_text(name[:64]) if isinstance(name, str) else ""


def describe(body: Json) -> str:
    """Return the server's own words for an error."""
    words = body.get("message") if isinstance(body, Mapping) else None
    return clean_text(words[:200]) if isinstance(words, str) and words else name_error(body) or "no reason"


def read_wait(status: int, headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Return how long to wait after a 429, else None."""
    if status != TOO_MANY:
        return None
    seconds = read_number(headers.get("Retry-After", ""))
    return read_reset(headers, now) if seconds is None else timedelta(seconds=seconds)


def read_rates(headers: Mapping[str, str], *, now: datetime) -> tuple[RateLeft, ...]:
    """Return what the `ratelimit` headers say is left: of the limit that is nearest."""
    left, again = read_number(headers.get("ratelimit-remaining", "")), read_reset(headers, now)
    return (
        ()
        if left is None or again is None
        else (RateLeft(scope="account", left=left // POINTS, again=again),)
    )


def read_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the time until `ratelimit-reset`, seconds since 1970, by the server's own clock."""
    reset = read_number(headers.get("ratelimit-reset", ""))
    if reset is None:
        return None
    try:
        said = parsedate_to_datetime(headers["Date"]) if "Date" in headers else now
        return timedelta(seconds=min(max(reset - int(said.timestamp()), 0), 86_400))
    except (ValueError, OverflowError):
        return None


def read_number(text: str) -> int | None:
    """Return a number of a header, None for what is none or beyond reason."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
