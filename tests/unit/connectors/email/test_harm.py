"""Mails as they should not be: endless, hostile, made up by chance."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadPayload
from tests.unit.connectors.email.acts import parse, write


def test_mail_of_many_and_deep_parts_is_bounded() -> None:
    many = "".join(f"--b\r\nContent-Type: image/png\r\n\r\n{number}\r\n" for number in range(5_000)) + "--b--"
    event = parse(write("Content-Type: multipart/mixed; boundary=b", body=many))
    assert len(event.content.attachments) == 20
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1, 90))
    parse(write("Content-Type: multipart/mixed; boundary=b0", body=f"--b0\r\n{deep}"))


@pytest.mark.parametrize("depth", [100, 1_000, 5_000])
def test_mail_of_endless_depth_is_known_by_its_headers(depth: int) -> None:
    inner = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1, depth)
    )
    for raw in (
        write("Content-Type: multipart/mixed; boundary=b0", body=f"--b0\r\n{inner}"),
        write("Content-Type: message/rfc822", body="Content-Type: message/rfc822\r\n\r\n" * depth),
    ):
        assert parse(raw).event_id == "<1@example.org>"


@pytest.mark.parametrize(
    "text",
    [
        "> " * 50_000,
        "On " + "wrote: " * 20_000,
        "_" * 100_000,
        "From: " * 20_000,
        "<div>" * 40_000,
        "-- \n" * 20_000,
        "From:\n" * 20_000,
        "Кому: вам\n" * 8_000,
        "<!--" * 40_000,
        "<a href='" * 20_000,
        '<a "' * 40_000,
        "</" * 80_000,
        "<?" * 80_000,
    ],
    ids=[
        *("quotes", "wrote", "lines", "from", "divs", "dashes", "heads", "heads in Russian"),
        *("comments", "attributes", "quotes in tags", "ends", "instructions"),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_hostile_text_costs_little(text: str, kind: str) -> None:
    began = time.thread_time()
    parse(write(f"Content-Type: text/{kind}; charset=utf-8", body=text))
    assert time.thread_time() - began < 5  # seconds; it takes some tenths of one


def test_what_has_no_headers_is_no_mail() -> None:
    with pytest.raises(BadPayload):
        parse(b"")


def test_mail_without_parts_nor_id_is_known_by_what_it_says() -> None:
    """Its header speaks of parts, and there are none: it is read as text, whatever its letters."""
    said = {
        parse(b"From: ann@example.org\r\nContent-Type: multipart/mixed\r\n\r\n" + body).event_id
        for body in (b"\x80", "Gr\u00fc\u00dfe".encode(), b"Hello")
    }
    assert len(said) == 3


@settings(deadline=None, max_examples=150)
@given(
    heads=st.dictionaries(
        st.sampled_from(
            [
                b"From",
                b"To",
                b"Subject",
                b"Date",
                b"Message-ID",
                b"References",
                b"Reply-To",
                b"Content-Type",
                b"Content-Disposition",
                b"Content-Transfer-Encoding",
                b"Return-Path",
                b"Authentication-Results",
            ]
        ),
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from(
                [
                    b"multipart/mixed; boundary=b",
                    b"multipart/report; report-type=delivery-status; boundary=b",
                    b"message/rfc822",
                    b"text/html; charset=\xff",
                    b"base64",
                    b"=?utf-8?b?w?=",
                    b"=?\xff?q??=",
                    b"ann@example.org",
                    b"<>",
                    b"attachment; filename*=x''%ff",
                    b"Mon, 99 Foo 20266 99:99 +9999",
                ]
            ),
        ).map(lambda value: value.replace(b"\r", b" ").replace(b"\n", b" ")),
        max_size=10,
    ),
    body=st.binary(max_size=200)
    | st.just(b"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n--b"),
)
def test_any_headers_make_an_event(heads: dict[bytes, bytes], body: bytes) -> None:
    raw = b"X-Any: 1\r\n" + b"".join(name + b": " + value + b"\r\n" for name, value in heads.items())
    for sent in (False, True):
        event = parse(raw + b"\r\n" + body, sent=sent)
        assert event.metadata.get("reason") != "unreadable"
        repr(event).encode()
