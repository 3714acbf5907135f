"""Signatures and challenges, as all of Meta's platforms send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pywa.utils import webhook_updates_validator

from bot.connector import InboundRequest
from bot.connector.meta.webhook import (
    answer_meta_challenge,
    check_meta_signature,
    read_app_secrets,
    sign_meta,
)
from bot.errors import BadSignature
from tests.contracts.connectors.channel import NOW

SECRET = b"5eb63bbbe01eeed093cb22bb8f5acdc3"
# "\/" and "\u00fc" are how Meta writes them: JSON written again has other bytes.
BODY = rb'{"object":"page","entry":[{"id":"1","text":"http:\/\/x gr\u00fcn"}]}'
ASKED = {"hub.mode": "subscribe", "hub.verify_token": "t0ken", "hub.challenge": "1158201444"}


def request(body: bytes = BODY, *, signature: str | None = None) -> InboundRequest:
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    return InboundRequest(body=body, headers=headers, received_at=NOW)


def question(**query: str) -> InboundRequest:
    named = {name.replace("_", ".", 1): value for name, value in query.items()}
    return InboundRequest(body=b"", method="GET", query={**ASKED, **named}, received_at=NOW)


def test_signature_covers_the_raw_bytes() -> None:
    assert sign_meta(b"", b"key") == (
        "sha256=5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0"
    )
    check_meta_signature(request(signature=sign_meta(BODY, SECRET)), [SECRET])
    for body, signature in (
        (BODY.replace(rb"\/", b"/"), sign_meta(BODY, SECRET)),
        (BODY + b"\n", sign_meta(BODY, SECRET)),
        (BODY, sign_meta(BODY, b"another")),
        (BODY, sign_meta(BODY, SECRET).removeprefix("sha256=")),
        (BODY, "sha256=\udcff"),
        (BODY, "sha256="),
        (BODY, None),
    ):
        with pytest.raises(BadSignature):
            check_meta_signature(request(body, signature=signature), [SECRET])


@given(body=st.binary(max_size=200), secret=st.text("0123456789abcdef", min_size=1))
def test_signature_is_the_one_that_others_check(body: bytes, secret: str) -> None:
    assert webhook_updates_validator(secret, body, sign_meta(body, secret.encode()))


def test_two_secrets_are_good_while_one_replaces_the_other() -> None:
    secrets = read_app_secrets("new, old")
    assert secrets == (b"new", b"old")
    for secret in secrets:
        check_meta_signature(request(signature=sign_meta(BODY, secret)), secrets)


def test_without_a_secret_nothing_is_accepted() -> None:
    assert read_app_secrets(" , ") == ()
    with pytest.raises(BadSignature, match="app_secret"):
        check_meta_signature(request(signature=sign_meta(BODY, b"")), ())


def test_challenge_comes_back_as_it_was() -> None:
    answer = answer_meta_challenge(question(hub_challenge="<b>1&2</b>"), "t0ken")
    assert answer is not None
    assert (answer.body, answer.content_type, answer.status) == (b"<b>1&2</b>", "text/plain", 200)


@pytest.mark.parametrize("token", ["", "T0ken", "t0ken ", "\udcff"])
def test_challenge_without_the_token_is_refused(token: str) -> None:
    for known in ("t0ken", ""):
        with pytest.raises(BadSignature):
            answer_meta_challenge(question(hub_verify_token=token), known)


def test_what_is_no_challenge_is_left_to_others() -> None:
    assert answer_meta_challenge(request(), "t0ken") is None
    assert answer_meta_challenge(question(hub_mode="unsubscribe"), "t0ken") is None
