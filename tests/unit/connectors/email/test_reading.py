"""Mails as programs really write them: words, charsets, files, names, seals."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from bot.domain.message import Kind
from tests.unit.connectors.email.acts import parse, write


def test_plain_text_is_preferred_to_html() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"] = "Ann <ann@example.org>", "Order"
    mail.set_content("The plain words.")
    mail.add_alternative("<p>The <b>other</b> words.</p>", subtype="html")
    assert parse(mail.as_bytes()).content.text == "The plain words."


def test_html_alone_is_read_as_text() -> None:
    raw = write("Content-Type: text/html; charset=utf-8", body="<p>Gr&uuml;&szlig;e<br>von Ann</p>")
    assert parse(raw).content.text == "Grüße\nvon Ann"


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-8", "Größe 5 €".encode()),
        ("iso-8859-1", "Größe 5 €".encode("cp1252")),
        ("windows-1252", "Größe 5 €".encode("cp1252")),
        ("iso-8859-15", "Größe 5 €".encode("iso-8859-15")),
        ("utf-16", "Größe 5 €".encode("utf-16")),
        ("us-ascii", "Größe 5 €".encode()),
        ("no-such-charset", "Größe 5 €".encode()),
        ("unknown-8bit", "Größe 5 €".encode("cp1252")),
        ('"utf-8', "Größe 5 €".encode()),
        ("punycode", "Größe 5 €".encode()),
        ("idna", "Größe 5 €".encode()),
        ("unicode_escape", "Größe 5 €".encode()),
        ("utf-8\x00", "Größe 5 €".encode()),
        ("x-mac-roman", "Größe 5 €".encode("mac_roman")),
        ("iso-2022-jp", "Größe 5 €".encode()),
    ],
)
def test_text_is_read_whatever_its_charset_claims(charset: str, body: bytes) -> None:
    raw = write(f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit", body=body)
    assert parse(raw).content.text == "Größe 5 €"


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("iso-2022-jp", "\x1b$B-!\x1b(B \x1b$B$3$s$K$A$O\x1b(B", "\ufffd こんにちは"),
        ("ISO-2022-JP-MS", "\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
        ("windows-31j", "こんにちは①".encode("cp932"), "こんにちは①"),
        ("windows-874", "สวัสดี".encode("cp874"), "สวัสดี"),
        ("big5", "你好".encode("cp950"), "你好"),
        ("iso-8859-8-i", "שלום".encode("iso-8859-8"), "שלום"),
    ],
)
def test_words_of_other_alphabets_are_read(charset: str, body: str | bytes, text: str) -> None:
    raw = write(f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit", body=body)
    assert parse(raw).content.text == text


@pytest.mark.parametrize("disposition", [(), ("Content-Disposition: inline; filename=text_0.txt",)])
def test_words_that_a_telephone_gave_a_name_are_words(disposition: tuple[str, ...]) -> None:
    event = parse(write('Content-Type: text/plain; name="text_0.txt"', *disposition, body="My words"))
    assert (event.kind, event.content.text, event.content.attachments) == (Kind.TEXT, "My words", ())


def test_named_text_beside_words_is_a_file() -> None:
    log = "Content-Type: text/plain; name=a.log\r\n\r\nx"
    body = f"--b\r\nContent-Type: text/plain\r\n\r\nSee the log.\r\n--b\r\n{log}\r\n--b--"
    event = parse(write("Content-Type: multipart/mixed; boundary=b", body=body))
    assert event.content.text == "See the log."
    assert [file.name for file in event.content.attachments] == ["a.log"]


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("quoted-printable", "Gr=C3=B6=C3=9Fe =\r\nfive", "Größe five"),
        ("quoted-printable", "100=% =ZZ", "100=% =ZZ"),
        ("base64", "R3LDtsOfZQ==", "Größe"),
        ("base64", "R3LDtsOfZQ", "Größe"),
        ("base64", "R3LD\r\ntsOf ZQ==", "Größe"),
        ("x-unheard-of", "as it is", "as it is"),
    ],
)
def test_broken_encodings_are_read_as_far_as_they_go(encoding: str, body: str, text: str) -> None:
    heads = ("Content-Type: text/plain; charset=utf-8", f"Content-Transfer-Encoding: {encoding}")
    assert parse(write(*heads, body=body)).content.text == text


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename*=utf-8''%C3%BCber%20alles.pdf", "über alles.pdf"),
        ("attachment; filename*0*=utf-8''%C3%BC; filename*1*=ber; filename*2=.pdf", "über.pdf"),
        ('attachment; filename="=?utf-8?q?=C3=BCber.pdf?="', "über.pdf"),
        ('attachment; filename="plain.pdf"', "plain.pdf"),
        ("attachment; filename=über.pdf", "über.pdf"),
        ("attachment", None),
        ("attachment; filename*=punycode''%C3%BCber.pdf", "über.pdf"),
        ("attachment; filename*=x''%ff.pdf", "ÿ.pdf"),
        ('attachment; filename="../../etc/passwd.pdf"', "passwd.pdf"),
        (r'attachment; filename="C:\\Users\\ann\\order.pdf"', "order.pdf"),
        ('attachment; filename="exe.\u202efdp.pdf"', "exe.fdp.pdf"),
        ('attachment; filename=".."', None),
    ],
)
def test_names_of_files_are_read_in_every_way_they_are_written(header: str, name: str | None) -> None:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n"
        f"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: {header}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n"
    )
    event = parse(write("Content-Type: multipart/mixed; boundary=b", body=body))
    (file,) = event.content.attachments
    assert (file.kind, file.mime, file.name, file.size) == ("file", "application/pdf", name, 6)
    assert file.ref == "3/9/2/base64/<1@example.org>"
    assert event.content.text == "See the file."


def test_parts_are_numbered_as_imap_does() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Message-ID"] = "ann@example.org", "<1@example.org>"
    mail.set_content("Words.")
    mail.add_alternative("<img src='cid:x'>", subtype="html")
    html = mail.get_payload()[1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    html.add_related(b"GIF", maintype="image", subtype="gif", cid="<x>")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    inner = EmailMessage(policy=SMTP)
    inner["Subject"] = "inner"
    inner.set_content("inner words")
    mail.add_attachment(inner)
    files = parse(mail.as_bytes()).content.attachments
    assert [(file.kind, file.ref.split("/")[2], file.name) for file in files] == [
        ("image", "1.2.2", None),
        ("file", "2", "a.pdf"),
        ("file", "3", "message.eml"),
    ]


def test_subject_is_the_text_of_a_mail_without_one() -> None:
    event = parse(write("Subject: =?utf-8?b?V28gaXN0IG1laW5lIEJlc3RlbGx1bmc/?=", body=""))
    assert (event.kind, event.content.text) == (Kind.TEXT, "Wo ist meine Bestellung?")


def test_name_of_the_sender_is_decoded() -> None:
    sender = "=?iso-8859-1?Q?M=FCller=2C_Ann?= <Ann.Mueller@Example.org>"
    event = parse(write(sender=sender))
    assert (event.sender.native_id, event.sender.name) == ("ann.mueller@example.org", "Müller, Ann")


def test_raw_bytes_in_headers_are_read() -> None:
    raw = write(body="Hi").replace(b"Subject: Order", "Subject: Größe".encode("cp1252"))
    assert parse(raw).metadata["subject"] == "Größe"


def test_encrypted_mails_are_files_for_a_person() -> None:
    pgp = "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
    pgp += "Content-Type: application/octet-stream; name=a.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--"
    sealed = (
        (
            write(
                "Content-Type: multipart/encrypted; protocol=application/pgp-encrypted; boundary=b", body=pgp
            ),
            "pgp",
        ),
        (write(body="-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----"), "pgp"),
        (
            write(
                "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
                "Content-Transfer-Encoding: base64",
                body="MIAG",
            ),
            "smime",
        ),
    )
    for raw, how in sealed:
        event = parse(raw)
        assert (event.kind, event.metadata["encrypted"]) == (Kind.MEDIA, how)
        assert event.content.attachments
        assert not event.content.text


def test_signed_mails_are_read() -> None:
    body = "--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n--b\r\nContent-Type: {}\r\n\r\nMIAG\r\n--b--"
    smime = write(
        "Content-Type: multipart/signed; boundary=b", body=body.format("application/pkcs7-signature")
    )
    inline = (
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello.\r\n"
        "-----BEGIN PGP SIGNATURE-----\r\n\r\niQEz\r\n-----END PGP SIGNATURE-----"
    )
    for raw, how in ((smime, "smime"), (write(body=inline), "pgp")):
        event = parse(raw)
        assert (event.content.text, event.content.attachments) == ("Hello.", ())
        assert event.metadata["signed"] == how
