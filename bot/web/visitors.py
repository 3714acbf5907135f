"""Visitors of the chat: who they are is a random id that we signed, nothing more.

A token is `<visitor>.<expiry>.<signature>`, the expiry in seconds since 1970. It is good for one
account only, and needs no row anywhere until its visitor writes something.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import BadSignature
from bot.web.signing import is_signed, sign

LIFETIME = timedelta(days=90)
_PURPOSE = b"visavis webchat visitor 1"  # the same key signs other things too


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody with a valid token. `renew`: more than half of its life is over."""

    id: str
    renew: bool


def make_token(key: bytes, account: str, *, now: datetime, visitor: str | None = None) -> str:
    """Sign a visitor of an account: a new one, or `visitor` for another lifetime."""
    visitor = visitor or secrets.token_urlsafe(18)
    expires = str(int((now + LIFETIME).timestamp()))
    return f"{visitor}.{expires}.{sign(key, _PURPOSE, account, visitor, expires)}"


def read_token(key: bytes, account: str, token: str, *, now: datetime) -> Visitor:
    """Return whose token it is. Raises `BadSignature` for one that is not ours, or no longer valid."""
    visitor, _, rest = token.partition(".")
    expires, _, signature = rest.partition(".")
    if not token.isascii() or not is_signed(signature, key, _PURPOSE, account, visitor, expires):
        raise BadSignature("this visitor token is not ours")
    left = datetime.fromtimestamp(int(expires), UTC) - now
    if left <= timedelta():
        raise BadSignature("this visitor token has expired")
    return Visitor(id=visitor, renew=left < LIFETIME / 2)


def is_allowed_origin(origin: str | None, *, own: frozenset[str], allowed: str) -> bool:
    """Tell whether a page of `origin` may open the chat.

    `own` are our own origins, `allowed` an account's option `origins`: origins set apart by spaces
    or commas, or `*` for any. What sends no Origin is no browser, and has no page to protect.
    """
    listed = allowed.replace(",", " ").split()
    return origin is None or origin in own or "*" in listed or origin in listed
