"""A channel that is asked as Meta, X and Slack ask: it exists to hold the contract of handshakes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import ClassVar

from typing_extensions import override

from bot.connector import HookResponse, InboundEvent, InboundRequest
from bot.errors import BadPayload, BadSignature
from tests.fakes.connector import ScriptedConnector

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")  # never JSON, so never an event's body


class DoorbellConnector(ScriptedConnector):
    """`secret` signs bodies (hex, in `x-signature`), and is Meta's verify token."""

    channel: ClassVar[str] = "doorbell"

    @override
    def verify(self, request: InboundRequest) -> None:
        """Check the signature of the raw body."""
        wanted = hmac.new(self._key(), request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.headers.get("x-signature", "").encode(), wanted.encode()):
            raise BadSignature("the signature is missing or wrong")

    def handshake(self, request: InboundRequest) -> HookResponse | None:
        """Answer each of the three ways of asking."""
        if request.method == "POST":
            return answer_slack(request)
        if "crc_token" in request.query:
            return self._answer_x(request.query["crc_token"])
        if request.query.get("hub.mode") == "subscribe":
            return self._answer_meta(request)
        return None

    @override
    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Refuse: no event ever comes."""
        raise BadPayload("the bell rang, and nobody was there")

    def _key(self) -> bytes:
        secret = self.account.options.get("secret", "")
        if not secret:
            raise BadSignature("no secret is set for this account")
        return secret.encode()

    def _answer_meta(self, request: InboundRequest) -> HookResponse:
        given = request.query.get("hub.verify_token", "").encode()
        if not hmac.compare_digest(given, self._key()):
            raise BadSignature("the verify token is missing or wrong")
        return HookResponse(body=request.query.get("hub.challenge", "").encode())

    def _answer_x(self, token: str) -> HookResponse:
        if not TOKEN.fullmatch(token):
            raise BadSignature("this is no token of a challenge")
        digest = base64.b64encode(hmac.digest(self._key(), token.encode(), hashlib.sha256)).decode()
        body = json.dumps({"response_token": f"sha256={digest}"}).encode()
        return HookResponse(body=body, content_type="application/json")


def answer_slack(request: InboundRequest) -> HookResponse | None:
    """Give a challenge back; None for events."""
    body = json.loads(request.body)
    is_question = body.get("type") == "url_verification"
    return HookResponse(body=str(body["challenge"]).encode()) if is_question else None
