"""What leaves as mail, and what a mail server's answers mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.connector import AccountConfig, ErrorClass, OutboundFile, OutboundReply, SendState
from bot.domain.message import Author, Button, Content
from connectors.email.connector import EmailConnector
from connectors.email.faults import classify, explain, explain_report
from connectors.email.guard import ANSWERS_MAX, Guard
from connectors.email.render import File, Writer, render_reply
from connectors.email.structure import list_sections, read_fetched
from connectors.email.threads import MAX_REFERENCES, digest, make_key
from tests.fakes.mail import PASSWORD, Fault, run_fake_smtp

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEY = make_key(digest("subject order"), "ann@example.org")
WRITER = Writer(address="help@shop.example", name="The Shop", domain="shop.example")
REPLY = OutboundReply(
    idempotency_key="visavis-7", conversation_key=KEY, content=Content(text="Hello."), author=Author.BOT
)


def render(reply: OutboundReply, *files: File) -> EmailMessage:
    (letter,) = render_reply(reply, WRITER, files, at=NOW)
    return letter.message


def answer(**context: object) -> OutboundReply:
    return replace(REPLY, reply_context=context)  # type: ignore[arg-type]


def test_answer_stands_in_the_thread_of_what_it_answers() -> None:
    message = render(
        answer(
            message_id="<2@x>", references=["<1@x>", "<0@x>", "no id\r\nBcc: all@x"], subject="AW: Re: Order"
        )
    )
    assert message["In-Reply-To"] == "<2@x>"
    assert message["References"].split() == ["<1@x>", "<0@x>", "<2@x>"]
    assert message["Subject"] == "Re: Order"
    assert message["Message-ID"] == f"<visavis-7.{digest('subject order')}@shop.example>"
    assert message["Bcc"] is None


def test_message_id_is_the_same_for_every_try_and_another_for_every_reply() -> None:
    first, again = (render(REPLY)["Message-ID"] for _ in range(2))
    assert first == again != render(replace(REPLY, idempotency_key="visavis-8"))["Message-ID"]


def test_chain_of_references_is_capped_at_both_ends() -> None:
    chain = [f"<{number}@x>" for number in range(90)]
    sent = render(answer(message_id="<last@x>", references=chain))["References"].split()
    assert len(sent) == MAX_REFERENCES
    assert (sent[0], sent[-1]) == ("<0@x>", "<last@x>")


def test_only_the_bot_says_that_a_machine_wrote_it() -> None:
    assert render(REPLY)["Auto-Submitted"] == "auto-replied"
    person = render(replace(REPLY, author=Author.STAFF, author_name="Mara"))
    assert person["Auto-Submitted"] is None
    assert person["From"] == '"Mara (The Shop)" <help@shop.example>'


def test_buttons_are_lines_and_links() -> None:
    buttons = (
        Button(title="See <it>", payload="", url="https://shop.example/a?b=1&c=2"),
        Button(title="Track it", payload="/track"),
        Button(title="Bad", payload="", url="javascript:alert(1)"),
    )
    message = render(replace(answer(subject="Order"), content=Content(text="Which?", buttons=buttons)))
    plain, marked = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert plain.splitlines()[2:4] == ["• See <it>: https://shop.example/a?b=1&c=2", "• Track it"]
    assert 'href="https://shop.example/a?b=1&amp;c=2">See &lt;it&gt;</a>' in marked
    assert "mailto:help%40shop.example?subject=Re%3A%20Order&amp;body=Track%20it" in marked
    assert "javascript" not in marked
    assert "/track" not in plain + marked


def test_text_is_safe_in_html_and_its_addresses_are_links() -> None:
    message = render(replace(REPLY, content=Content(text="a <b> & c\nhttps://shop.example/x?y=1.\n\nNext")))
    marked = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "a &lt;b&gt; &amp; c<br>" in marked
    assert '<a href="https://shop.example/x?y=1">https://shop.example/x?y=1</a>.' in marked


def test_files_hang_on_the_mail_under_their_names() -> None:
    files = (
        File(name="größe.pdf", mime="application/pdf", content=b"%PDF"),
        File(name="", mime="x", content=b"y"),
    )
    found = list(render(REPLY, *files).iter_attachments())
    assert [(each.get_filename(), each.get_content_type()) for each in found] == [
        ("größe.pdf", "application/pdf"),
        ("file", "application/octet-stream"),
    ]
    assert found[0].get_content() == b"%PDF"


@pytest.mark.parametrize(
    "subject", ["x\r\nBcc: all@example.org", "\n", "größe " * 100, "Re: " * 40, "\udcff"]
)
def test_no_subject_makes_another_header(subject: str) -> None:
    message = render(answer(subject=subject.replace("\udcff", "?")))
    assert "Bcc" not in message
    assert message.as_bytes()


@pytest.mark.parametrize(
    "key", ["", "x", "abc:", "0123456789abcdef:", "0123456789abcdef:a b@c", "x:a@b\r\nBcc: c@d"]
)
def test_key_without_an_address_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="address"):
        render_reply(replace(REPLY, conversation_key=key), WRITER, (), at=NOW)


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


# Over a connection.


def connect(port: int, **more: str) -> EmailConnector:
    options = {
        "address": "help@shop.example",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(port),
        "smtp_security": "none",
    }
    account = AccountConfig(channel="email", name="main", options={**options, **more})
    return EmailConnector(account)


async def test_refused_password_is_said_so_and_never_shown() -> None:
    async with run_fake_smtp() as fake:
        fake.password = "another"
        connector = connect(fake.port)
        await connector.start(None)
        result = await connector.send(REPLY)
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.AUTH)
    assert PASSWORD not in repr(result)


@pytest.mark.parametrize(
    ("fault", "expected"), [(Fault.FULL, ErrorClass.TOO_LONG), (Fault.SPAM, ErrorClass.POLICY)]
)
async def test_refused_words_are_told_apart(fault: Fault, expected: ErrorClass) -> None:
    async with run_fake_smtp() as fake:
        fake.faults.append(fault)
        connector = connect(fake.port)
        await connector.start(None)
        result = await connector.send(REPLY)
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, expected)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_password_does_not_leave_unencrypted(security: str) -> None:
    """The server offers no encryption: nothing is said to it."""
    async with run_fake_smtp() as fake:
        connector = connect(fake.port, smtp_security=security)
        await connector.start(None)
        result = await connector.send(REPLY)
        assert not fake.letters
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.TRANSIENT)


def test_server_elsewhere_is_never_spoken_to_in_the_open() -> None:
    connector = connect(25, smtp_host="mail.shop.example")
    assert connector._settings.smtp.security == "tls"


async def test_machine_that_answers_us_is_left_alone_in_the_end() -> None:
    async with run_fake_smtp() as fake:
        connector = connect(fake.port)
        await connector.start(None)
        for number in range(ANSWERS_MAX):
            await connector.send(replace(REPLY, idempotency_key=f"visavis-{number}"))
        result = await connector.send(REPLY)
        assert len(fake.letters) == ANSWERS_MAX
        assert result.error is not None
        assert result.error.error_class is ErrorClass.POLICY
        person = await connector.send(replace(REPLY, idempotency_key="visavis-99", author=Author.STAFF))
        assert person.state is SendState.SENT


async def test_resumed_reply_goes_on_after_what_arrived() -> None:
    async def read() -> bytes:
        return b"%PDF"

    file = OutboundFile(kind="file", mime="application/pdf", name="a.pdf", size=4, url=None, read=read)
    long = replace(REPLY, content=Content(text="word " * 25_000), files=(file,))
    async with run_fake_smtp() as fake:
        connector = connect(fake.port)
        await connector.start(None)
        fake.faults.extend([Fault.DOWN])
        first = await connector.send(long)
        assert first.state is SendState.REJECTED
        whole = await connector.send(long)
        assert len(whole.native_ids) == len(fake.letters) == 3
        fake.letters.clear()
        resumed = await connector.send(replace(long, delivered=whole.native_ids[:2]))
        assert resumed.native_ids == whole.native_ids
        (last,) = fake.letters
        assert [each.get_filename() for each in last.iter_attachments()] == ["a.pdf"]


async def test_examination_says_what_to_do(tmp_path: Path) -> None:
    async with run_fake_smtp() as fake:
        connector = connect(fake.port, imap_port="1", imap_security="none")
        findings = await connector.examine(None)
        assert [finding.well for finding in findings] == [False, True, True]
        assert "`imap_host`" in findings[0].text
        fake.password = "another"
        refused = (await connector.examine(None))[1]
        assert not refused.well
        assert "password" in refused.text
        missing = connect(fake.port, imap_security="tls", ca_file=str(tmp_path / "none.pem"))
        assert not (await missing.examine(None))[0].well
