"""What other programs really do to mails: names that are addresses, armour, torn charsets, odd types."""

from __future__ import annotations

import time

import pytest

from bot.domain.message import Kind
from connectors.email.addresses import read_addresses
from connectors.email.armour import is_armoured, take_off
from connectors.email.uuencoded import name_files
from tests.unit.connectors.email.acts import parse, write

SEALED = (
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{words}\n"
    "-----BEGIN PGP SIGNATURE-----\n\niQIz\n=1a\n-----END PGP SIGNATURE-----\n"
)
MIXED = "Content-Type: multipart/mixed; boundary=b"


@pytest.mark.parametrize(
    ("sender", "address", "name"),
    [
        ("ann@work.example <Ann@home.example>", "ann@home.example", "ann@work.example"),
        ("Ann @ The Mill <ann@home.example>", "ann@home.example", "Ann @ The Mill"),
        ("Ann [Mill] <ann@home.example>", "ann@home.example", "Ann [Mill]"),
        ("ann@home.example <ann@home.example>", "ann@home.example", None),
        ('"Miller, Ann" <ann@home.example>', "ann@home.example", "Miller, Ann"),
        ("Miller, Ann <ann@home.example>", "ann@home.example", "Ann"),
        ("ann@home.example (Ann)", "ann@home.example", "Ann"),
        ("=?utf-8?q?Ann=2C_M=C3=BCller?= <ann@home.example>", "ann@home.example", "Ann, Müller"),
    ],
)
def test_sender_whose_name_is_not_set_apart_is_one_person(
    sender: str, address: str, name: str | None
) -> None:
    event = parse(write(sender=sender))
    assert (event.kind, event.sender.native_id, event.sender.name) == (Kind.TEXT, address, name)


def test_two_senders_stay_two() -> None:
    for header in ("ann@a.example, <bob@b.example>", "Ann <ann@a.example>, Bob <bob@b.example>"):
        assert [each.native_id for each in read_addresses([header])] == ["ann@a.example", "bob@b.example"]
        assert parse(write(sender=header)).metadata["reason"] == "no single sender"


def test_words_around_the_armour_of_a_signature_stay() -> None:
    signed = SEALED.format(words="Where is it?\n- -- \nAnn")
    assert take_off(f"Hello.\n\n{signed}\nfrom a list\n") == (
        "Hello.\n\nWhere is it?\n-- \nAnn\n\n\nfrom a list\n"
    )
    event = parse(write(body=signed))
    assert (event.content.text, event.metadata["signed"]) == ("Where is it?", "pgp")


def test_answer_above_a_signed_mail_is_not_lost() -> None:
    signed = SEALED.format(words="Your parcel left.")
    quoted = "".join(f"> {line}\n" for line in signed.split("\n"))
    event = parse(write(body=f"It came broken.\n\nOn Mon, 23 Nov 2026, Shop wrote:\n{quoted}"))
    assert event.content.text == "It came broken."
    assert not is_armoured(quoted)
    assert "signed" not in event.metadata


def test_what_pgp_encrypted_is_known_where_a_server_took_it_apart() -> None:
    sealed = (
        "--b\r\nContent-Type: application/pgp-encrypted; name=v\r\n\r\nVersion: 1\r\n"
        "--b\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\nabc\r\n--b--\r\n"
    )
    silent = parse(write(MIXED, body=f"--b\r\nContent-Type: text/plain\r\n\r\n\r\n{sealed}"))
    assert (silent.kind, silent.metadata["encrypted"]) == (Kind.MEDIA, "pgp")
    spoken = parse(write(MIXED, body=f"--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n{sealed}"))
    assert (spoken.content.text, "encrypted" in spoken.metadata) == ("Hi", False)


def test_sealed_mail_is_known_by_its_name_alone() -> None:
    event = parse(write('Content-Type: application/octet-stream; name="smime.p7m"', body="abc"))
    assert event.metadata["encrypted"] == "smime"


@pytest.mark.parametrize("kind", ['"text/plain"', "text/plain name=a", "'text/plain'"])
def test_type_that_is_written_oddly_is_read(kind: str) -> None:
    assert parse(write(f"Content-Type: {kind}", body="Where is it?")).content.text == "Where is it?"


def test_type_of_a_file_that_is_written_oddly_is_read() -> None:
    body = '--b\r\nContent-Type: "application/pdf"; name=a.pdf\r\n\r\nabc\r\n--b--\r\n'
    (file,) = parse(write(MIXED, body=body)).content.attachments
    assert (file.mime, file.name) == ("application/pdf", "a.pdf")


def test_html_with_a_name_is_the_words_of_a_mail_without_others() -> None:
    heads = ("Content-Type: text/html", "Content-Disposition: inline; filename=message.html")
    assert parse(write(*heads, body="<p>Where is it?</p>")).content.text == "Where is it?"
    heads = ("Content-Type: text/html", "Content-Disposition: attachment; filename=invoice.html")
    assert parse(write(*heads, body="<p>Where is it?</p>")).kind is Kind.MEDIA


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-16", "Größe\n".encode("utf-16")[:-1]),  # cut off in the midst of a sign
        ("utf-16", "Größe".encode()),
        ("utf-7", b"Gr+APYA3w-e"),
        ("utf-8", "\ufeffGröße".encode()),
    ],
)
def test_torn_charsets_are_read(charset: str, body: bytes) -> None:
    raw = write(f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit", body=body)
    assert parse(raw).content.text.strip("\ufffd\n") == "Größe"


def test_utf_7_beside_signs_that_are_none_of_it() -> None:
    raw = write("Content-Type: text/plain; charset=utf-7", body="+AD4 no, Gr+APYA3w-e\n\niQ+/+kWU+Z=\n")
    assert parse(raw).content.text.startswith("> no, Größe")


@pytest.mark.parametrize("end", ["`\nend\n", " \nend", ""])
def test_file_that_is_written_into_the_words_is_named(end: str) -> None:
    lines = f"M{'A5' * 30}\n" * 3
    body = f"See this.\n\nbegin 644 Mug.jpg\n{lines}{end}"
    assert parse(write(body=body)).content.text.split() == ["See", "this.", "[Mug.jpg]"]
    assert parse(write(body=f"{body}\nThanks" if end else body)).content.text.endswith(
        "Thanks" if end else "]"
    )


@pytest.mark.parametrize(
    "text", ["We begin 100 miles away\nTHEN\nend", "begin 644 a.txt\nand so on\nend", "begin 64 x\nM\nend"]
)
def test_words_that_only_begin_like_a_file_stay(text: str) -> None:
    assert parse(write(body=text)).content.text == text


def test_files_without_end_are_read_in_bounded_time() -> None:
    began = time.process_time()
    for each in ("begin 644 a\n", f"begin 644 a\nM{'A' * 60}\n", "begin 644 a\n A\n A\n A\n"):
        name_files(each * (200_000 // len(each)))
    assert time.process_time() - began < 20
