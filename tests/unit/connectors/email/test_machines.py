"""What nobody wrote: automatic mails, and reports of what came back."""

from __future__ import annotations

import pytest

from bot.connector import ErrorClass, ReceiptState
from bot.domain.message import Kind
from connectors.email.threads import digest, make_key
from tests.unit.connectors.email.acts import OURS, parse, write


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
        "X-AutoReply-From: ann@example.org",
        "X-Precedence: auto_reply",
        "Preference: auto_reply",
        "Delivered-To: Autoresponder",
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
        "From: no.reply@example.org",
        "From: noreply-orders@example.org",
        "From: do_not_reply@example.org",
        "From: nicht-antworten@example.org",
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
        "From: noreplyson@example.org",
        "Delivered-To: help@shop.example",
    ],
)
def test_people_get_one(head: str) -> None:
    assert parse(write(head)).kind is Kind.TEXT


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


REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"


def make_report(*heads: str, original: str = "", action: str = "failed") -> bytes:
    """Return a report about a mail to Ann; `heads` are of the mail's own group, `original` its headers."""
    body = (
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + "".join(f"{each}\r\n" for each in ("Reporting-MTA: dns; mx", *heads))
        + f"\r\nFinal-Recipient: rfc822; Ann@Example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
    )
    returned = f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n" if original else ""
    return write("From: MAILER-DAEMON@mx.example", REPORT, body=f"{body}{returned}--b--\r\n")


def test_report_that_returns_nothing_is_known_by_the_name_of_the_envelope() -> None:
    event = parse(make_report(f"Original-Envelope-Id: {OURS.strip('<>')}"))
    assert (event.kind, event.target_id) == (Kind.RECEIPT, OURS)
    assert event.conversation_key == make_key(digest("subject order"), "ann@example.org")


@pytest.mark.parametrize("envelope", [(), ("Original-Envelope-Id: QQ314159",)])
def test_report_that_names_no_mail_is_about_some_mail_to_its_recipient(envelope: tuple[str, ...]) -> None:
    event = parse(make_report(*envelope))
    assert (event.kind, event.conversation_key, event.target_id) == (Kind.RECEIPT, "", None)
    assert event.sender.native_id == "ann@example.org"
    assert event.receipt is not None
    assert event.receipt.error is not None
    assert (event.receipt.state, event.receipt.error.error_class) == (
        ReceiptState.FAILED,
        ErrorClass.RECIPIENT_GONE,
    )


@pytest.mark.parametrize(
    "raw",
    [
        make_report(original="Message-ID: <somebody-elses@shop.example>\r\nTo: ann@example.org\r\n"),
        make_report(action="delayed"),
        make_report(action="delivered"),
        write("From: MAILER-DAEMON@mx.example", "Return-Path: <>", body="To: ann@example.org was not found"),
    ],
    ids=["of another mail", "delayed", "delivered", "in words alone"],
)
def test_report_that_is_not_surely_about_a_mail_of_ours_is_nothing(raw: bytes) -> None:
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


@pytest.mark.parametrize(
    "head",
    [
        "X-Cron-Env: <HOME=/root>",
        "Mailing-List: contact talk-help@example.org; run by ezmlm",
        "X-Mailing-List: <talk@example.org>",
        "X-Mailman-Version: 2.0",
        "Subject: [Auto-Reply] Order",
        "Subject: Odpowiedź automatyczna: Order",
        "Subject: Automatická odpověď: Order",
        "Subject: Otomatik Yan\u0131t: Order",
        "Subject: Automatisk svar: Order",
        "Subject: 自动答复: Order",
        "Subject: 자동 회신: Order",
        "Subject: I am out of the office until Monday",
        "Subject: AUTO: Ann Miller is out of the office (returning 23.11.2026)",
        "Subject: AUTO: Ann Miller ist außer Haus. (Rückkehr am 23.11.2026)",
        "Subject: =?utf-8?b?RGVsaXZlcnkgZmFpbHVyZSBub3RpZmljYXRpb24=?=",
    ],
)
def test_machines_that_mark_nothing_get_no_answer(head: str) -> None:
    assert parse(write(head)).kind is Kind.UNSUPPORTED


@pytest.mark.parametrize(
    "subject",
    [
        "Auto: Ersatzteil (2019)",
        "Delivery failure notification came",
        "AUTO: new tyres",
        "Re: Automatische Antwort: x",
    ],
)
def test_customers_words_that_look_alike_are_theirs(subject: str) -> None:
    assert parse(write(f"Subject: {subject}")).kind is Kind.TEXT
