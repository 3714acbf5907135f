"""Reading what Meta's webhooks and answers say, without ever refusing a batch for one bad field. Pure.

Each reader returns an empty value for what is not there or not of its type: the element around it
decides what it is worth without it. Text comes out storable.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.connector.fields import MAX_TEXT
from bot.connector.text import clean_text
from bot.domain.json import Json, JsonObject

MAX_META_ID = 512  # Instagram's ids of messages are about 200 characters long
MAX_URL = 4096
ID = re.compile(rf"[!-~]{{1,{MAX_META_ID}}}")
MILLISECONDS_FROM = 10**11  # as seconds that would be the year 5138
LATEST = 4 * 10**9  # seconds: the year 2096


def get_object(data: JsonObject, name: str) -> JsonObject:
    """Return an object, empty where there is none."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def get_list(data: JsonObject, name: str) -> Sequence[Json]:
    """Return a list, empty where there is none."""
    value = data.get(name)
    return value if isinstance(value, list) else []


def get_id(data: JsonObject, name: str) -> str:
    """Return an id, which Meta writes as a string or a number; empty where there is none."""
    value = data.get(name)
    value = value.strip() if isinstance(value, str) else value
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int) and abs(value) >= 2**63:
        return ""
    return str(value) if ID.fullmatch(str(value)) else ""


def get_text(data: JsonObject, name: str, *, limit: int = MAX_TEXT) -> str:
    """Return a text of at most `limit` code points; empty where there is none."""
    value = data.get(name)
    return clean_text(value[:limit]).strip() if isinstance(value, str) else ""


def get_url(data: JsonObject, name: str) -> str:
    """Return an address, empty where there is none that can be kept."""
    value = data.get(name)
    fits = isinstance(value, str) and len(value) <= MAX_URL and value.startswith(("https://", "http://"))
    return clean_text(value) if fits and isinstance(value, str) else ""


def get_number(data: JsonObject, name: str) -> int:
    """Return a whole number that is not negative, which Meta sometimes writes as a string; 0 for others.

    What passed through another program may have become a float on the way.
    """
    value = data.get(name)
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(value, bool) or not isinstance(value, str | int):
        return 0
    text = str(value) if isinstance(value, str) or abs(value) < 2**63 else ""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def get_time(data: JsonObject, name: str) -> datetime | None:
    """Return a time in seconds or milliseconds since 1970, or in ISO's words; None where there is none."""
    number = get_number(data, name)
    written = data.get(name)
    if not number and isinstance(written, str):
        return read_written_time(written)
    seconds = number / 1000 if number >= MILLISECONDS_FROM else number
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < LATEST else None


def read_written_time(text: str) -> datetime | None:
    """Return a time that is written as ISO has it, None for any other words."""
    try:
        at = datetime.fromisoformat(text[:40])
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def digest(value: Json) -> str:
    """Return what tells one piece of JSON from another, the same each time it is delivered."""
    try:
        text = json.dumps(value, sort_keys=True)
    except RecursionError:
        text = "nested too deep"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
