"""Mails as programs really write them, and as they should not."""

from __future__ import annotations

import time
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connector import ErrorClass, InboundEvent, ReceiptState
from bot.domain.message import Kind
from bot.errors import BadPayload
from connectors.email.payload import Place, Us, parse_mail
from connectors.email.threads import digest, make_key

US = Us(
    account="main",
    addresses=frozenset({"help@shop.example", "info@shop.example"}),
    domain="shop.example",
    authserv_id="mx.shop.example",
)
OURS = f"<visavis-7.{digest('subject order')}@shop.example>"


def parse(raw: bytes, us: Us = US, *, sent: bool = False) -> InboundEvent:
    return parse_mail(raw, us, Place(uidvalidity=3, uid=9, sent=sent))


def write(*heads: str, body: str | bytes = "Hello.", sender: str = "Ann <ann@example.org>") -> bytes:
    """Return a mail with some headers as they stand."""
    lines = [f"From: {sender}", "To: help@shop.example", "Subject: Order", "Message-ID: <1@example.org>"]
    known = {line.partition(":")[0].lower() for line in heads}
    kept = [line for line in lines if line.partition(":")[0].lower() not in known]
    content = body if isinstance(body, bytes) else body.encode()
    return "\r\n".join([*kept, *heads]).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content


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
    ],
)
def test_text_is_read_whatever_its_charset_claims(charset: str, body: bytes) -> None:
    raw = write(f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit", body=body)
    assert parse(raw).content.text == "Größe 5 €"


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


# Which mails belong together.


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


# Who wrote it.


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


# What nobody wrote.


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied (vacation)",
        "Auto-Submitted: auto-notified; owner-email=x@example.org",
        "Precedence: list",
        "Precedence: Bulk",
        "Precedence: auto_reply",
        "List-Unsubscribe: <mailto:x@example.org>",
        "X-Autorespond: Out of office",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "X-Post-MessageClass: 9; Autoresponder",
        "X-FC-MachineGenerated: true",
        "Subject: Out of Office: Order",
        "Subject: Automatic reply: Order",
        "Subject: Abwesenheitsnotiz: Order",
        "Subject: =?utf-8?q?R=C3=A9ponse_automatique_:_Order?=",
        "Subject: Respuesta automática: Order",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
        "From: noreply@example.org",
        "From: do-not-reply@example.org",
        "From: orders+bounces@example.org",
        "From: INFO@shop.example",
    ],
)
def test_machines_get_no_answer(head: str) -> None:
    event = parse(write(head))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")
    assert event.metadata["reason"]
    assert not event.content.text


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: no",
        "Precedence: normal",
        "Subject: Is anybody out of office?",
        "From: noreen@example.org",
    ],
)
def test_people_get_one(head: str) -> None:
    assert parse(write(head)).kind is Kind.TEXT


# What came back.


def test_bounce_without_a_report_is_read_by_what_it_quotes() -> None:
    body = f"It could not be delivered.\r\n\r\nTo: ann@example.org\r\nMessage-ID: {OURS}"
    raw = write(
        "From: MAILER-DAEMON@old.example",
        "Return-Path: <>",
        "X-Failed-Recipients: ann@example.org",
        body=body,
    )
    event = parse(raw)
    assert (event.kind, event.target_id) == (Kind.RECEIPT, OURS)
    assert event.conversation_key == make_key(digest("subject order"), "ann@example.org")
    assert event.receipt is not None
    assert event.receipt.state is ReceiptState.FAILED


def test_report_about_somebody_elses_mail_is_nothing_to_us() -> None:
    raw = write("From: MAILER-DAEMON@old.example", "Return-Path: <>", body="Message-ID: <x@shop.example>")
    assert parse(raw).kind is Kind.UNSUPPORTED


def test_report_says_why_in_our_classes() -> None:
    body = (
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient: rfc822; ann@example.org\r\nAction: failed\r\nStatus: 5.7.1\r\n"
        "Diagnostic-Code: smtp; 550 5.7.1 ann@example.org wants\r\n no mail\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"To: ann@example.org\r\nMessage-ID: {OURS}\r\n\r\nHi\r\n--b--\r\n"
    )
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"
    event = parse(write("From: postmaster@example.org", kind, body=body))
    assert event.receipt is not None
    assert event.receipt.error is not None
    assert (event.receipt.error.error_class, event.receipt.error.code) == (ErrorClass.POLICY, "5.7.1")
    assert "ann@example.org" not in event.receipt.error.detail


# Sealed and signed.


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


# Harm.


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
    ],
    ids=["quotes", "wrote", "lines", "from", "divs", "dashes"],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_hostile_text_costs_little(text: str, kind: str) -> None:
    began = time.process_time()
    parse(write(f"Content-Type: text/{kind}; charset=utf-8", body=text))
    assert time.process_time() - began < 2


def test_what_has_no_headers_is_no_mail() -> None:
    with pytest.raises(BadPayload):
        parse(b"")


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
