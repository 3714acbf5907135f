"""Mails that S/MIME signed in one part, and what is none."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import Kind
from connectors.email.sealed import find_signed
from tests.unit.connectors.email.acts import parse, write

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
ENVELOPED = bytes.fromhex("06092a864886f70d010703")
DATA = bytes.fromhex("06092a864886f70d010701")
EMPTY = b"\0\0"
INSIDE = b"Content-Type: text/plain; charset=utf-8\r\n\r\nWhere is my M\xc3\xbcg?\r\n"
HEAD = 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"'


def wrap(tag: int, content: bytes) -> bytes:
    """Return an element with its length."""
    size = len(content)
    length = bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2)
    return bytes([tag]) + length + content


def wrap_endless(tag: int, content: bytes) -> bytes:
    """Return an element that goes on until its end is marked."""
    return bytes([tag, 0x80]) + content + b"\0\0"


def sign(inside: bytes = INSIDE, *, kind: bytes = SIGNED_DATA, endless: bool = False) -> bytes:
    """Return signed data around a mail; nobody checks who signed it."""
    put = wrap_endless if endless else wrap
    pieces = b"".join(wrap(0x04, inside[at : at + 20]) for at in range(0, len(inside), 20))
    string = put(0x24, pieces) if endless else wrap(0x04, inside)
    wrapped = put(0x30, DATA + put(0xA0, string))
    signed = put(0x30, wrap(0x02, b"\x01") + wrap(0x31, b"") + wrapped + wrap(0x31, b""))
    return put(0x30, kind + put(0xA0, signed))


def seal(data: bytes, *heads: str) -> bytes:
    return write(*heads, "Content-Transfer-Encoding: base64", body=base64.encodebytes(data))


@pytest.mark.parametrize("endless", [False, True])
@pytest.mark.parametrize("head", [HEAD, 'Content-Type: application/octet-stream; name="smime.p7m"'])
def test_words_that_are_signed_in_one_part_are_read(head: str, endless: bool) -> None:  # noqa: FBT001
    event = parse(seal(sign(endless=endless), head))
    assert (event.kind, event.content.text, event.metadata["signed"]) == (
        Kind.TEXT,
        "Where is my Müg?",
        "smime",
    )
    assert "encrypted" not in event.metadata
    assert [file.name for file in event.content.attachments] == [
        "smime.p7m"
    ]  # what it holds besides is there


def test_what_is_encrypted_below_a_signature_is_for_a_person() -> None:
    inside = f"{HEAD}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(b"abc")
    event = parse(seal(sign(inside), HEAD))
    assert (event.kind, event.metadata["encrypted"]) == (Kind.MEDIA, "smime")


def test_words_beside_a_sealed_part_are_words() -> None:
    body = f"--b\r\nContent-Type: text/plain\r\n\r\nSee this.\r\n--b\r\n{HEAD}\r\n\r\nabc\r\n--b--\r\n"
    event = parse(write("Content-Type: multipart/mixed; boundary=b", body=body))
    assert (event.content.text, len(event.content.attachments)) == ("See this.", 1)


@pytest.mark.parametrize(
    "data", [b"", b"abc", sign(kind=ENVELOPED), sign()[:-1], sign()[:30], b"\x30\x80" * 5_000]
)
def test_anything_else_stays_sealed(data: bytes) -> None:
    assert find_signed(data) == b""
    assert parse(seal(data, HEAD)).metadata.get("encrypted") == "smime"


@given(st.binary(max_size=80))
def test_any_bytes_are_survived(data: bytes) -> None:
    find_signed(data)
    find_signed(sign()[:12] + data)


def test_endless_elements_are_read_in_bounded_time() -> None:
    began = time.process_time()
    many = wrap(0x04, b"") * 60_000
    find_signed(b"\x30\x80" * 15 + many)
    find_signed(b"\x30\x80" + SIGNED_DATA + b"\xa0\x80\x30\x80" + many + EMPTY * 3)
    assert time.process_time() - began < 20
