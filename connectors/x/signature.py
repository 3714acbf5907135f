"""X's proof that a request is its own, and ours that the address is ours. Pure.

Both are HMAC-SHA256 with the app's consumer secret: of the raw body, and of the token that X asks
about when a webhook is registered and every hour.
Source: https://docs.x.com/x-api/webhooks/quickstart
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re

from bot.connector import HookResponse, InboundRequest
from bot.errors import BadSignature

HEADER = "x-twitter-webhooks-signature"
CHALLENGE = "crc_token"
# No event's body is made of these alone: it has braces. Whoever asks us to sign a token gains nothing.
TOKEN = re.compile(r"[A-Za-z0-9+/=_.~-]{1,256}")
NO_SECRET = "`consumer_secret` is not set for this account: nothing is accepted"  # noqa: S105 - a sentence


def sign(secret: str, signed: bytes) -> str:
    """Return `sha256=` and the signature in base64."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def check_signature(request: InboundRequest, secret: str) -> None:
    """Raise `BadSignature` unless X signed these very bytes."""
    if not secret:
        raise BadSignature(NO_SECRET)
    given = request.headers.get(HEADER, "").encode(errors="surrogateescape")
    if not hmac.compare_digest(given, sign(secret, request.body).encode()):
        raise BadSignature(f"{HEADER} is missing or wrong")


def answer_challenge(request: InboundRequest, secret: str) -> HookResponse | None:
    """Return the answer to X's challenge, None for any other request. Raises `BadSignature`."""
    token = request.query.get(CHALLENGE)
    if request.method != "GET" or token is None:
        return None
    if not secret:
        raise BadSignature(NO_SECRET)
    if not TOKEN.fullmatch(token):
        raise BadSignature(f"{CHALLENGE} is nothing that X asks for")
    answer = {"response_token": sign(secret, token.encode())}
    return HookResponse(body=json.dumps(answer).encode(), content_type="application/json")
