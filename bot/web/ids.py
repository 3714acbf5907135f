"""Ids that browsers name: any digits become a number PostgreSQL can look for."""

from __future__ import annotations

MAX_ID = 2**63 - 1
_MAX_DIGITS = len(str(MAX_ID))  # Python refuses to read numbers of thousands


def read_id(digits: str) -> int:
    """Return the id that ASCII digits say; the largest there can be, where they say more."""
    return min(int(digits), MAX_ID) if len(digits) <= _MAX_DIGITS else MAX_ID
