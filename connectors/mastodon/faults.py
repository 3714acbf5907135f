"""What Mastodon's refusals and rate headers mean. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.connector import ErrorClass, RateLeft
from bot.connector.text import clean_text
from bot.domain.json import Json

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, GONE = 401, 403, 404, 410
PAYLOAD_TOO_LARGE, TOO_MANY, SERVER_ERROR = 413, 429, 500
DIGITS = 7
EPOCH = re.compile(r"[0-9]{9,11}")
# Mastodon gives 422 for whatever a post may not be; only its words tell them apart.
INVALID: Mapping[str, ErrorClass] = {
    "character limit": ErrorClass.TOO_LONG,
    "is too long": ErrorClass.TOO_LONG,
    "replying to does not": ErrorClass.RECIPIENT_GONE,
}


def classify(status: int, body: Json) -> ErrorClass:
    """Return why the server refused, from its status and words."""
    if status == TOO_MANY:
        return ErrorClass.RATE_LIMITED
    if status >= SERVER_ERROR:
        return ErrorClass.TRANSIENT
    if status in (UNAUTHORIZED, FORBIDDEN):  # the token, its scopes, or the account
        return ErrorClass.AUTH
    if status in (NOT_FOUND, GONE):  # the post that is answered, or its author
        return ErrorClass.RECIPIENT_GONE
    if status == PAYLOAD_TOO_LARGE:
        return ErrorClass.TOO_LONG
    words = describe(body).lower()
    return next((found for part, found in INVALID.items() if part in words), ErrorClass.INVALID)


def describe(body: Json) -> str:
    """Return the server's own words for an error."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return clean_text(error[:200]) if isinstance(error, str) else "without a reason"


def read_wait(status: int, headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Return how long to wait after a 429, else None."""
    if status != TOO_MANY:
        return None
    seconds = read_number(headers.get("Retry-After", ""))
    return read_reset(headers, now) if seconds is None else timedelta(seconds=seconds)


def read_rates(headers: Mapping[str, str], *, now: datetime) -> tuple[RateLeft, ...]:
    """Return what the `X-RateLimit` headers say is left: of the limit that is nearest."""
    left, again = read_number(headers.get("X-RateLimit-Remaining", "")), read_reset(headers, now)
    return () if again is None or left is None else (RateLeft(scope="account", left=left, again=again),)


def read_number(text: str) -> int | None:
    """Return a number of a header, None for what is none or beyond reason."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None


def read_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the time until `X-RateLimit-Reset`, in whole seconds, by the server's own clock."""
    at = headers.get("X-RateLimit-Reset", "")
    try:
        # Mastodon writes a time; GoToSocial, which speaks its API, seconds since 1970.
        reset = datetime.fromtimestamp(int(at), UTC) if EPOCH.fullmatch(at) else datetime.fromisoformat(at)
        said = parsedate_to_datetime(headers["Date"]) if "Date" in headers else now
        seconds = (reset.astimezone(UTC) - said.astimezone(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
    return timedelta(seconds=max(math.ceil(seconds), 0))
