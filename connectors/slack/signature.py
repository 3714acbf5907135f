"""Slack's signatures. Pure.

Signed is `v0:<timestamp>:<raw body>` with the app's signing secret.
Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

from bot.connector import InboundRequest
from bot.errors import BadSignature

HEADER, TIME_HEADER = "x-slack-signature", "x-slack-request-timestamp"
VERSION = "v0"
TOLERANCE = timedelta(minutes=5)
# Header values may hold bytes that are no UTF-8: aiohttp keeps them as lone surrogates.
BYTES_AS_SENT = "surrogateescape"


def read_keys(option: str) -> tuple[bytes, ...]:
    """Return the keys of a `signing_secret` option: several while one replaces the other."""
    return tuple(secret.encode() for secret in option.replace(",", " ").split())


def sign(body: bytes, *, timestamp: str, key: bytes) -> str:
    """Return what Slack writes into `X-Slack-Signature`."""
    signed = f"{VERSION}:{timestamp}:".encode(errors=BYTES_AS_SENT) + body
    return f"{VERSION}={hmac.new(key, signed, hashlib.sha256).hexdigest()}"


def check_signature(request: InboundRequest, keys: Sequence[bytes]) -> None:
    """Raise `BadSignature` unless one of `keys` signed this body less than five minutes ago."""
    if not keys:
        raise BadSignature("`signing_secret` is not set for this account: nothing is accepted")
    timestamp = request.headers.get(TIME_HEADER, "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("99999999999")):
        raise BadSignature("X-Slack-Request-Timestamp is missing, or not a number of seconds")
    if abs(request.received_at.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignature("X-Slack-Request-Timestamp is more than five minutes away: check the clocks")
    given = request.headers.get(HEADER, "").encode(errors=BYTES_AS_SENT)
    wanted = [sign(request.body, timestamp=timestamp, key=key).encode() for key in keys]
    if not any(hmac.compare_digest(given, each) for each in wanted):
        raise BadSignature("X-Slack-Signature is missing or wrong: check `signing_secret`")
