"""Which mails belong together, and who wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.message import Kind
from connectors.email.payload import Us
from connectors.email.threads import digest, make_key
from tests.unit.connectors.email.acts import OURS, US, parse, write

MARKS = "SV VS VB Vb VL RV Doorst Betr. PD Odp YNT İLT ENC RES RIF I Vá Videresend Redir. ΑΠ ΠΡΘ 回复 轉寄"


def key_of(*heads: str, **more: Any) -> str:
    return parse(write(*heads, **more)).conversation_key


def test_answers_find_the_conversation_of_what_they_answer() -> None:
    first = key_of("Message-ID: <1@example.org>")
    assert first == make_key(digest("subject order"), "ann@example.org")
    for heads in (
        ("Subject: Re: Order", f"References: <1@example.org> {OURS}", f"In-Reply-To: {OURS}"),
        ("Subject: AW: AW: [2] no", f"In-Reply-To: {OURS}"),
        ("Subject: RE: order", "References: <1@example.org>", "In-Reply-To: <1@example.org>"),
        ("Subject: Antw: Re: Order",),
        *((f"Subject: {mark}: Order",) for mark in MARKS.split()),
        ("Subject: Re[2]: Order", "References: <of-the-mail-program@rewritten.example>"),
    ):
        assert key_of("Message-ID: <2@example.org>", *heads) == first


def test_other_people_in_a_thread_have_conversations_of_their_own() -> None:
    assert key_of(f"In-Reply-To: {OURS}") != key_of(f"In-Reply-To: {OURS}", sender="bob@example.org")


def test_mails_without_subject_are_told_apart() -> None:
    assert key_of("Subject: ", "Message-ID: <1@x>") != key_of("Subject: ", "Message-ID: <2@x>")
    assert key_of("Subject: ", "Message-ID: <1@x>") == key_of(
        "Subject: Re: ", "Message-ID: <2@x>", "References: <1@x>"
    )


def test_mail_without_message_id_is_known_by_what_it_says() -> None:
    first, again = (parse(write("Message-ID: ", body="One")) for _ in range(2))
    other = parse(write("Message-ID: ", body="Two"))
    assert first.event_id == again.event_id != other.event_id


@pytest.mark.parametrize(
    ("heads", "origin"),
    [
        (("Authentication-Results: mx.shop.example; dmarc=pass header.from=example.org",), "proven"),
        (
            ("Authentication-Results: mx.shop.example 1; dmarc=pass (p=NONE) header.from=example.org",),
            "proven",
        ),
        (("Authentication-Results: mx.shop.example; dmarc=none header.from=example.org",), "unknown"),
        (("Authentication-Results: mx.shop.example; dmarc=pass header.from=evil.example",), "unknown"),
        (("Authentication-Results: evil.example; dmarc=pass header.from=example.org",), "unknown"),
        (("Authentication-Results: mx.shop.example.evil.example; dmarc=pass",), "unknown"),
        (("Authentication-Results: x (mx.shop.example; dmarc=pass); dmarc=pass",), "unknown"),
        (
            (
                "Authentication-Results: mx.shop.example; dmarc=none header.from=example.org",
                "Authentication-Results: mx.shop.example; dmarc=pass header.from=example.org",
            ),
            "unknown",
        ),
        ((), "unknown"),
    ],
)
def test_only_the_topmost_word_of_our_own_server_proves_a_sender(heads: tuple[str, ...], origin: str) -> None:
    raw = write(*heads)
    event = parse(raw)
    assert (event.kind, event.metadata["origin"]) == (Kind.TEXT, origin)
    strict = Us(**{**_fields(US), "only_proven": True})
    expected = Kind.TEXT if origin == "proven" else Kind.UNSUPPORTED
    assert parse(raw, strict).kind is expected


def _fields(us: Us) -> dict[str, Any]:
    return {name: getattr(us, name) for name in us.__slots__}


def test_forged_mail_is_nobodys() -> None:
    event = parse(write("Authentication-Results: mx.shop.example; dmarc=fail header.from=example.org"))
    assert (event.kind, event.conversation_key, event.sender.native_id) == (Kind.UNSUPPORTED, "", "")


def test_answers_go_elsewhere_only_for_a_proven_sender() -> None:
    elsewhere = "Reply-To: Victim <victim@elsewhere.example>"
    proof = "Authentication-Results: mx.shop.example; dmarc=pass header.from=example.org"
    assert "to" not in parse(write(elsewhere)).reply_context
    assert parse(write(elsewhere, proof)).reply_context["to"] == "victim@elsewhere.example"


def test_several_from_headers_are_no_single_sender() -> None:
    raw = write("X-Second: 1").replace(b"X-Second: 1", b"From: Boss <boss@shop.example>")
    assert parse(raw).metadata["reason"] == "no single sender"
