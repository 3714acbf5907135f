"""What the readers of Meta's fields (`bot.connector.meta.fields`) leave to be said for WhatsApp. Pure.

`get_` readers give an empty value for what is not there; `need_` ones raise `BadPayload`, which makes
one element of a batch unsupported.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from bot.connector.fields import MAX_ID
from bot.connector.meta.fields import get_id, get_list, get_text
from bot.domain.json import JsonObject
from bot.errors import BadPayload


def get_name(data: JsonObject, name: str) -> str:
    """Return a text of a line, empty where there is none."""
    return get_text(data, name, limit=MAX_ID)


def get_objects(data: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects of a list; what else stands in it is passed over."""
    return [item for item in get_list(data, name) if isinstance(item, Mapping)]


def need_id(data: JsonObject, name: str) -> str:
    """Return an id that has to be there."""
    value = get_id(data, name)
    if not value:
        raise BadPayload(f"`{name}` must be an id")
    return value


def need_number(data: JsonObject, name: str) -> float:
    """Return a number that has to be there, perhaps written as a string."""
    value = data.get(name)
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise BadPayload(f"`{name}` must be a number")
    return number
