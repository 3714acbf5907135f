"""Reading the parts of a message: what a person wrote is kept as far as it can be. Pure.

A text that is too long is cut and one that cannot be stored is cleaned, because refusing one message would
lose it: Meta repeats a whole batch, and never in another shape. The only error raised here is `BadPayload`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.connector.fields import MAX_ID
from bot.connector.text import clean_text
from bot.domain.json import Json, JsonObject
from bot.errors import BadPayload

LONGEST_NUMBER = 12  # digits: no second of the calendar has more


def take_text(data: JsonObject, name: str, *, limit: int = MAX_ID) -> str:
    """Return a text of at most `limit` code points, empty where it is absent or null."""
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadPayload(f"`{name}` must be a string")
    return clean_text(value[:limit])


def take_id(data: JsonObject, name: str) -> str:
    """Return an id, whole; empty where it is absent or null. Some senders write ids as numbers."""
    value = data.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    if not isinstance(value, str) or len(value) > MAX_ID:
        raise BadPayload(f"`{name}` must be a string of at most {MAX_ID} characters")
    return clean_text(value).strip()


def need_id(data: JsonObject, name: str) -> str:
    """Return an id that has to be there."""
    value = take_id(data, name)
    if not value:
        raise BadPayload(f"`{name}` must be a string that is not empty")
    return value


def take_list(data: JsonObject, name: str) -> list[Json]:
    """Return a list, empty where it is absent or null."""
    value = data.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadPayload(f"`{name}` must be a list")
    return value


def take_objects(data: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects of a list; what else stands in it is passed over."""
    return [item for item in take_list(data, name) if isinstance(item, Mapping)]


def take_number(data: JsonObject, name: str) -> float:
    """Return a number, also one written as a string."""
    value = data.get(name)
    try:
        number = float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        number = None
    if number is None or not abs(number) < float("inf"):
        raise BadPayload(f"`{name}` must be a number")
    return number


def take_time(data: JsonObject, name: str = "timestamp") -> datetime | None:
    """Return a time in seconds since 1970, None where there is none or it makes no sense."""
    value = data.get(name)
    digits = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER):
        return None
    try:
        return datetime.fromtimestamp(int(digits), UTC)
    except (ValueError, OverflowError, OSError):
        return None
