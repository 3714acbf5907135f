"""What Telegram's refusals mean. Pure.

Source: https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.connector import ErrorClass
from bot.domain.json import Json

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_MANY = 401, 403, 404, 409, 429
SERVER_ERROR = 500
A_DAY = 86_400  # seconds
# Telegram gives 400 for most mistakes; only its words tell them apart.
BAD_REQUESTS: Mapping[str, ErrorClass] = {
    "chat not found": ErrorClass.RECIPIENT_GONE,
    "user not found": ErrorClass.RECIPIENT_GONE,
    "user is deactivated": ErrorClass.RECIPIENT_GONE,
    "peer_id_invalid": ErrorClass.RECIPIENT_GONE,
    "message is too long": ErrorClass.TOO_LONG,
    "not enough rights": ErrorClass.POLICY,
    "have no rights": ErrorClass.POLICY,
    "message to be replied not found": ErrorClass.RECIPIENT_GONE,  # of comments: see `render.quote`
    "business_peer_usage_missing": ErrorClass.WINDOW_CLOSED,  # nobody wrote there for 24 hours
    "business_": ErrorClass.POLICY,  # disconnected, or without the right to answer
    "business connection": ErrorClass.POLICY,
}


def classify(status: int, description: str) -> ErrorClass:
    """Return why Telegram refused, from its status and words."""
    if status == TOO_MANY:
        return ErrorClass.RATE_LIMITED
    if status >= SERVER_ERROR or status == CONFLICT:
        return ErrorClass.TRANSIENT
    if status in (UNAUTHORIZED, NOT_FOUND):  # 404: there is no bot of that token
        return ErrorClass.AUTH
    if status == FORBIDDEN:  # blocked, deactivated, never written to us
        return ErrorClass.RECIPIENT_GONE
    words = description.lower()
    return next((found for part, found in BAD_REQUESTS.items() if part in words), ErrorClass.INVALID)


def read_seconds(value: Json) -> timedelta | None:
    """Return `retry_after`, None where there is none."""
    return timedelta(seconds=min(max(value, 0), A_DAY)) if isinstance(value, int) else None
