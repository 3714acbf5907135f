"""Values from outside as JSON that a database can keep: what buttons send and what actions return."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.json import Json

_DEEPEST = 32  # levels of nesting; what lies deeper is dropped


def storable(value: object, *, deepest: int = _DEEPEST) -> Json:
    """Return `value` as JSON that PostgreSQL takes.

    Null bytes go, halves of surrogate pairs become U+FFFD, numbers that are none become None, a set
    becomes a sorted list, and whatever JSON does not know becomes its text.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _storable_text(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Real):
        return _storable_number(value)
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _storable_parts(value, deepest - 1) if deepest else None
    return _storable_text(str(value))


def _storable_parts(value: Mapping[object, object] | Iterable[object], deepest: int) -> Json:
    if isinstance(value, Mapping):
        return {_storable_text(str(key)): storable(part, deepest=deepest) for key, part in value.items()}
    parts = sorted(value, key=str) if isinstance(value, set | frozenset) else value
    return [storable(part, deepest=deepest) for part in parts]


def _storable_number(value: Real) -> Json:
    if isinstance(value, Integral):
        return int(value)
    return float(value) if math.isfinite(value) else None


def _storable_text(text: str) -> str:
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
