"""Browsers somebody logged in with before: a cookie says so, signed for one e-mail address.

Guessing is slowed down for everybody who knows an e-mail address, and its owner must get in all the
same: their browser's own failures count, not those of strangers (OWASP: device cookies). The cookie
opens nothing by itself. It is `<device>.<expiry>.<signature>`, the expiry in seconds since 1970.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from bot.storage.staff import fold_email
from bot.web.signing import is_signed, sign

LIFETIME = timedelta(days=180)
_PURPOSE = b"visavis staff device 1"


def make_device(key: bytes, email: str, *, now: datetime) -> str:
    """Return the token for a browser in which this person has just logged in."""
    device, expires = secrets.token_urlsafe(18), str(int((now + LIFETIME).timestamp()))
    return f"{device}.{expires}.{sign(key, _PURPOSE, fold_email(email), device, expires)}"


def read_device(key: bytes, email: str, token: str, *, now: datetime) -> str | None:
    """Return the name of a browser this person has logged in with; None for any other browser."""
    device, _, rest = token.partition(".")
    expires, _, signature = rest.partition(".")
    if not is_signed(signature, key, _PURPOSE, fold_email(email), device, expires):
        return None
    return device if datetime.fromtimestamp(int(expires), UTC) > now else None
