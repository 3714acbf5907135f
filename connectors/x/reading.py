"""Reading X's JSON, of which any field may be missing or of another type. Pure; nothing here raises."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.connector.fields import MAX_ID, MAX_TEXT
from bot.connector.text import clean_text
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject

ID = re.compile(r"[0-9]{1,19}")  # a snowflake: 63 bits, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The brand's account: its user id, and the id of our app there where it is known."""

    user_id: str
    app_id: str = ""


def as_object(value: Json) -> JsonObject:
    """Return an object, empty for anything else."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: Json) -> list[Json]:
    """Return a list, empty for anything else."""
    return value if isinstance(value, list) else []


def objects(value: Json) -> list[JsonObject]:
    """Return the objects of a list."""
    return [item for item in as_list(value) if isinstance(item, Mapping)]


def take_text(value: Json, *, limit: int = MAX_ID) -> str:
    """Return a string that can be kept, empty for anything else."""
    return clean_text(value[:limit]) if isinstance(value, str) else ""


def take_words(value: Json) -> str:
    """Return what somebody wrote: X escapes `&`, `<` and `>` as HTML does."""
    return html.unescape(take_text(value, limit=MAX_TEXT)) if isinstance(value, str) else ""


def take_id(*values: Json) -> str:
    """Return the first of `values` that is an id, as a string; empty where none is."""
    for value in values:
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if ID.fullmatch(text):
            return text
    return ""


def take_time(value: Json) -> datetime | None:
    """Read a time as either generation of the API writes it, or milliseconds since 1970."""
    text = take_text(value) if isinstance(value, str) else str(value)
    try:
        if text.isascii() and text.isdigit() and len(text) <= len("9999999999999"):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        at = (
            datetime.fromisoformat(text)
            if "T" in text[:11] and text[:1].isdigit()
            else read_legacy_time(text)
        )
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def read_legacy_time(text: str) -> datetime:
    """Read `Wed Oct 10 20:19:24 +0000 2018`. Raises ValueError."""
    name, month, day, time, zone, year = text.split(" ")
    return parsedate_to_datetime(f"{name}, {day} {month} {year} {time} {zone}")


def read_person(user: JsonObject, user_id: str) -> Handle:
    """Return a user of either generation (`username`, or `screen_name`)."""
    return Handle(
        native_id=user_id,
        name=take_text(user.get("name")) or None,
        username=take_text(user.get("username")) or take_text(user.get("screen_name")) or None,
    )


def expand_links(text: str, urls: list[JsonObject], dropped: set[str]) -> str:
    """Put back the addresses that X shortened, and drop the ones that stand for attached files."""
    for url in urls:
        short, full = take_text(url.get("url")), take_text(url.get("expanded_url"), limit=MAX_TEXT)
        if short and short not in dropped and full:
            text = text.replace(short, full)
    for short in dropped:
        text = text.replace(short, "")
    return text[:MAX_TEXT].strip()
