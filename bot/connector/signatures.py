"""Standard Webhooks signatures (standardwebhooks.com), symmetric kind, both directions.

Signed is `<webhook-id>.<webhook-timestamp>.<raw body>` with HMAC-SHA256. A secret is `whsec_` and
base64 of 24 to 64 bytes. Several secrets, separated by blanks or commas, are accepted while one
replaces the other; the first one signs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.errors import BadSignature

PREFIX = "whsec_"
VERSION = "v1"
TOLERANCE = timedelta(minutes=5)
SECRET_BYTES = range(24, 65)
MAX_SIGNATURES = 16  # more than any rotation needs; bounds the work an unknown caller can ask for
# Header values may hold bytes that are no UTF-8: aiohttp keeps them as lone surrogates.
BYTES_AS_SENT = "surrogateescape"


def read_secrets(option: str) -> tuple[bytes, ...]:
    """Return the keys of a `secret` option, first the one that signs. Raises ValueError in words."""
    return tuple(read_secret(secret) for secret in option.replace(",", " ").split())


def load_keys(option: str) -> tuple[bytes, ...]:
    """Return the keys of a `secret` option, none where they cannot be read: then everything is refused."""
    try:
        return read_secrets(option)
    except ValueError:
        return ()


def read_secret(secret: str) -> bytes:
    """Return the key of one `whsec_…` secret. Raises ValueError in words, without the secret."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret must begin with {PREFIX}")
    encoded = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError as error:
        raise ValueError(f"what follows {PREFIX} in a secret must be base64") from error
    if len(key) not in SECRET_BYTES:
        raise ValueError("a secret must hold 24 to 64 bytes")
    return key


def sign(key: bytes, *, message_id: str, timestamp: str, body: bytes) -> str:
    """Return one entry of the `webhook-signature` header."""
    signed = f"{message_id}.{timestamp}.".encode(errors=BYTES_AS_SENT) + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"


def signed_headers(key: bytes, *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of a signed request."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(key, message_id=message_id, timestamp=timestamp, body=body),
    }


def check_signature(headers: Mapping[str, str], body: bytes, *, keys: Sequence[bytes], now: datetime) -> None:
    """Raise `BadSignature` unless one of `keys` signed this body less than five minutes ago.

    Header names are lower-case. Without keys everything is refused.
    """
    if not keys:
        raise BadSignature("no secret is set for this account: unsigned requests are refused")
    message_id, timestamp, given = (
        headers.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature")
    )
    if not (message_id and timestamp and given):
        raise BadSignature("webhook-id, webhook-timestamp or webhook-signature is missing")
    check_age(timestamp, now)
    wanted = [sign(key, message_id=message_id, timestamp=timestamp, body=body).encode() for key in keys]
    offered = [entry.encode(errors=BYTES_AS_SENT) for entry in given.split()[:MAX_SIGNATURES]]
    if not any(hmac.compare_digest(mine, theirs) for theirs in offered for mine in wanted):
        raise BadSignature("no signature in webhook-signature is right")


def check_age(timestamp: str, now: datetime) -> None:
    """Raise `BadSignature` unless `timestamp` (seconds since 1970) is near `now`."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("99999999999")):
        raise BadSignature("webhook-timestamp is not a number of seconds")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignature("webhook-timestamp is more than five minutes away: check the clocks")
