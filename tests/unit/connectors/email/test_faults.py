"""What a mail server's answers mean, and the shape of what it gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.connector import ErrorClass
from connectors.email.faults import classify, explain, explain_report
from connectors.email.guard import ANSWERS_MAX, Guard
from connectors.email.structure import list_sections, read_fetched

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        (421, "4.7.0 Try again later", ErrorClass.TRANSIENT),
        (450, "4.2.0 Greylisted, try again in 5 minutes", ErrorClass.RATE_LIMITED),
        (421, "4.7.28 unusual rate of mail", ErrorClass.RATE_LIMITED),
        (452, "4.2.2 The mailbox is over quota", ErrorClass.RATE_LIMITED),
        (451, "4.3.0 Local error", ErrorClass.TRANSIENT),
        (550, "5.1.1 User unknown", ErrorClass.RECIPIENT_GONE),
        (550, "User unknown", ErrorClass.RECIPIENT_GONE),
        (550, "5.7.1 Blocked", ErrorClass.POLICY),
        (550, "5.7.26 Unauthenticated mail", ErrorClass.POLICY),
        (550, "5.4.5 Daily user sending quota exceeded", ErrorClass.RATE_LIMITED),
        (552, "5.2.2 Mailbox full", ErrorClass.RECIPIENT_GONE),
        (552, "5.3.4 Message too big", ErrorClass.TOO_LONG),
        (552, "5.2.3 Too long for them", ErrorClass.TOO_LONG),
        (554, "rejected", ErrorClass.POLICY),
        (535, "5.7.8 Bad credentials", ErrorClass.AUTH),
        (530, "5.7.0 Authentication required", ErrorClass.AUTH),
        (553, "5.6.7 no SMTPUTF8", ErrorClass.INVALID),
        (599, "who knows", ErrorClass.PERMANENT),
    ],
)
def test_codes_have_classes(code: int, words: str, expected: ErrorClass) -> None:
    assert classify(code, words) is expected


def test_detail_names_no_address_and_tells_how_long_to_wait() -> None:
    error = explain(450, "4.7.28 <ann@example.org> too fast,\n try again in 3 minutes", doing="the mail")
    assert error.retry_after == timedelta(minutes=3)
    assert error.code == "4.7.28"
    assert "ann@example.org" not in error.detail


def test_report_of_a_mail_that_was_given_up_is_final() -> None:
    error = explain_report("4.4.1", "smtp; 451 4.4.1 connection timed out")
    assert not error.error_class.retriable


def test_guard_counts_by_address_and_forgets() -> None:
    guard = Guard()
    for _ in range(ANSWERS_MAX):
        assert not guard.is_spent("ann@example.org", NOW)
        guard.note("ann@example.org", NOW)
    assert guard.is_spent("ann@example.org", NOW)
    assert not guard.is_spent("bob@example.org", NOW)
    assert not guard.is_spent("ann@example.org", NOW + timedelta(hours=2))


def test_structure_of_a_mail_is_read_with_its_numbers() -> None:
    data = [
        (
            b'1 (UID 7 BODYSTRUCTURE ((("TEXT" "PLAIN" ("CHARSET" {5}',
            b"utf-8",
        ),
        (
            (
                b') NIL NIL "7BIT" 12 1 NIL NIL NIL)("text" "html" NIL NIL NIL "base64" 400 9) "alternative")'
                b'("IMAGE" "PNG" ("NAME" "a \\") b.png") NIL NIL "BASE64" 4000 NIL NIL) "MIXED") '
                b"BODY[HEADER]<0> {9}"
            ),
            b"From: (x\r",
        ),
        b")",
    ]
    (answer_,) = read_fetched(data)
    assert (answer_["UID"], answer_["BODY[HEADER]<0>"]) == (b"7", b"From: (x\r")
    sections = list_sections(answer_["BODYSTRUCTURE"])
    assert [(each.number, each.mime, each.size, each.encoding) for each in sections] == [
        ("1.1", "text/plain", 12, "7bit"),
        ("1.2", "text/html", 400, "base64"),
        ("2", "image/png", 4000, "base64"),
    ]


@pytest.mark.parametrize("broken", [b"1 (UID 7", b"1 (((((" * 40, b'1 (A "x)', b"1 (A {99}\r\nx)"])
def test_broken_answers_are_refused(broken: bytes) -> None:
    try:
        read_fetched([broken])
    except ValueError:
        return
    assert broken.endswith(b"x)")  # a literal that is cut short is what there is


@pytest.mark.parametrize(
    ("status", "diagnostic", "expected"),
    [
        ("5.0.0", "smtp; 550 Message looks like spam", ErrorClass.POLICY),
        ("5.0.0", "X-Postfix; host mx.example.org said: 534 SIZE=Message too big", ErrorClass.TOO_LONG),
        ("5.7.1", "smtp; 530 5.7.1 Client was not authenticated", ErrorClass.POLICY),
        ("5.0.0", "smtp; 535 log in first", ErrorClass.POLICY),
        ("5.0.0", "smtp; 550 user unknown", ErrorClass.RECIPIENT_GONE),
        ("5.1.1", "smtp; 550 5.1.1 unknown, try our spam trap", ErrorClass.RECIPIENT_GONE),
    ],
)
def test_reports_say_why_a_mail_came_back(status: str, diagnostic: str, expected: ErrorClass) -> None:
    assert explain_report(status, diagnostic).error_class is expected
