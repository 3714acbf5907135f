"""What the webhooks of Meta's platforms have in common (Messenger, Instagram, WhatsApp). Pure.

Meta signs the raw bytes of a body with the app's secret: JSON that was read and written again has
other bytes. Several secrets, separated by blanks or commas, are accepted while one replaces the other.
Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from bot.connector.events import HookResponse, InboundRequest
from bot.errors import BadSignature

SIGNATURE_HEADER = "x-hub-signature-256"
PREFIX = "sha256="
# Header and query values may hold bytes that are no UTF-8: aiohttp keeps them as lone surrogates.
BYTES_AS_SENT = "surrogateescape"


def read_app_secrets(option: str) -> tuple[bytes, ...]:
    """Return the keys of an `app_secret` option, the newest first; none where it is empty."""
    return tuple(secret.encode() for secret in option.replace(",", " ").split())


def sign_meta(body: bytes, secret: bytes) -> str:
    """Return what Meta would write into `X-Hub-Signature-256`."""
    return PREFIX + hmac.new(secret, body, hashlib.sha256).hexdigest()


def check_meta_signature(request: InboundRequest, secrets: Sequence[bytes]) -> None:
    """Raise `BadSignature` unless one of `secrets` signed this body. Without secrets all is refused."""
    if not secrets:
        raise BadSignature("`app_secret` is not set for this account: nothing is accepted")
    given = request.headers.get(SIGNATURE_HEADER, "").encode(errors=BYTES_AS_SENT)
    wanted = [sign_meta(request.body, secret).encode() for secret in secrets]
    if not any(hmac.compare_digest(given, each) for each in wanted):
        raise BadSignature("X-Hub-Signature-256 is missing or wrong")


def answer_meta_challenge(request: InboundRequest, verify_token: str) -> HookResponse | None:
    """Give Meta's challenge back when it asks whether the address is ours; None for any other request.

    Raises `BadSignature` unless the question carries `verify_token`, and always where that is empty.
    """
    if request.method != "GET" or request.query.get("hub.mode") != "subscribe":
        return None
    given = request.query.get("hub.verify_token", "").encode(errors=BYTES_AS_SENT)
    if not verify_token or not hmac.compare_digest(given, verify_token.encode()):
        raise BadSignature("hub.verify_token is missing or not the account's `verify_token`")
    challenge = request.query.get("hub.challenge", "")
    return HookResponse(body=challenge.encode(errors=BYTES_AS_SENT))
