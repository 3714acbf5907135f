"""Challenges by which X tries an address, and signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.connector import InboundRequest
from bot.errors import BadSignature
from tests.contracts.connectors.x import frame, sealed
from tests.fakes.x_events import (
    SECRET,
)
from tests.unit.connectors.x.reading import build


def ask(token: str | None, *, method: str = "GET") -> InboundRequest:
    query = {} if token is None else {"crc_token": token}
    return InboundRequest(body=b"", query=query, method=method, received_at=datetime.now(UTC))


@pytest.mark.parametrize("token", ["N2M0MTBmYTUtYg==", "a-b_c", "3f9a6c0e-1f4e-4a8e-9a55-0f7b4f6b1f5d"])
def test_challenge_is_answered_with_our_signature(token: str) -> None:
    answer = build().handshake(ask(token))
    assert answer is not None
    digest = hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).digest()
    assert json.loads(answer.body) == {"response_token": "sha256=" + base64.b64encode(digest).decode()}
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("token", ["", "{}", '{"data":{"event_type":"dm.received"}}', "a b", "a" * 257, "ä"])
def test_nobody_gets_a_body_signed(token: str) -> None:
    with pytest.raises(BadSignature):
        build().handshake(ask(token))


def test_account_without_a_secret_proves_nothing() -> None:
    with pytest.raises(BadSignature):
        build(consumer_secret="").handshake(ask("abc"))


def test_what_is_no_challenge_goes_on() -> None:
    assert build().handshake(ask(None)) is None
    assert build().handshake(ask("abc", method="POST")) is None


def test_signature_is_of_the_raw_bytes() -> None:
    body = json.dumps(frame("hi"), indent=1).encode()
    build().verify(sealed(body))
    written_again = json.dumps(json.loads(body)).encode()
    with pytest.raises(BadSignature):
        build().verify(replace(sealed(body), body=written_again))
