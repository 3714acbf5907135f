"""Reading outside JSON once, with the field's name in every refusal.

The only error raised here is `BadPayload`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import NoReturn

from bot.domain.json import Json, JsonObject
from bot.errors import BadPayload

MAX_TEXT = 10_000  # code points of one message
MAX_ID = 255  # code points of an id somebody else chose
MAX_DEPTH = 32  # of nested lists and objects

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def parse_object(body: bytes) -> JsonObject:
    """Read a JSON object that PostgreSQL can keep: finite numbers, no null bytes, real Unicode."""
    value = parse_json(body)
    if not isinstance(value, Mapping):
        raise BadPayload("the body must be a JSON object")
    check_storable(value)
    return value


def parse_json(body: bytes) -> Json:
    """Read any JSON in UTF-8."""
    try:
        value: Json = _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise BadPayload("the body is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is not JSON") from error
    return value


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which are not JSON though Python reads them."""
    raise BadPayload(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=refuse_constant)  # making one takes longer than using it


def check_storable(value: Json) -> None:
    """Refuse what PostgreSQL cannot keep, and nesting deeper than `MAX_DEPTH`."""
    level: list[Json] = [value]
    for _ in range(MAX_DEPTH + 1):
        if not level:
            return
        below: list[Json] = []
        for item in level:
            below.extend(inspect(item))
        level = below
    raise BadPayload(f"the body is nested deeper than {MAX_DEPTH} levels")


def inspect(item: Json) -> list[Json]:
    """Check one value and return what it contains."""
    if isinstance(item, str):
        check_unicode(item)
    elif isinstance(item, float) and not math.isfinite(item):
        raise BadPayload("a number is too large")
    elif isinstance(item, Mapping):
        return [*item.keys(), *item.values()]
    elif isinstance(item, list):
        return item
    return []


def check_unicode(text: str) -> None:
    """Refuse null bytes and halves of surrogate pairs."""
    if "\x00" in text:
        raise BadPayload("the body contains null bytes")
    if not text.isascii() and _HALF_A_CHARACTER.search(text):
        raise BadPayload("the body contains half a surrogate pair")


def read_text(data: JsonObject, name: str, *, limit: int = MAX_TEXT) -> str:
    """Return a required string with something in it, of at most `limit` code points."""
    text = read_optional_text(data, name, limit=limit)
    if text is None or not text.strip():
        raise BadPayload(f"`{name}` must be a string that is not empty")
    return text


def read_optional_text(data: JsonObject, name: str, *, limit: int = MAX_TEXT) -> str | None:
    """Return a string of at most `limit` code points, None where it is absent or null."""
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadPayload(f"`{name}` must be a string")
    if len(value) > limit:
        raise BadPayload(f"`{name}` is longer than {limit:,} characters")
    return value


def read_optional_object(data: JsonObject, name: str) -> JsonObject:
    """Return an object, empty where it is absent or null."""
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadPayload(f"`{name}` must be an object")
    return value
