"""Ids that browsers name: any digits become a number PostgreSQL can look for."""

from __future__ import annotations

from bot.errors import BadPayload

MAX_ID = 2**63 - 1
_MAX_DIGITS = len(str(MAX_ID))  # Python refuses to read numbers of thousands


def read_id(digits: str) -> int:
    """Return the id that ASCII digits say; the largest there can be, where they say more."""
    return min(int(digits), MAX_ID) if len(digits) <= _MAX_DIGITS else MAX_ID


def read_ids(given: str, *, most: int = 100) -> tuple[int, ...]:
    """Return the ids of a list with commas, none where it is empty. Raises `BadPayload`."""
    parts = given.split(",") if given else []
    if len(parts) > most or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadPayload("this page is out of date; load it again")
    return tuple(dict.fromkeys(map(read_id, parts)))
