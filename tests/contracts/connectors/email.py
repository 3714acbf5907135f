"""E-mail, with a fake SMTP server; mails come in as they lie in a mailbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from bot.connector import AccountConfig, InboundRequest, ReceiptState
from bot.domain.message import Kind
from connectors.email.connector import CONNECTOR
from connectors.email.threads import digest, make_key
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.fakes.mail import PASSWORD, Fault, run_fake_smtp

ANN = "ann@example.org"
US = "help@shop.example"
KEY = make_key(digest("subject order"), ANN)
OURS = f"<visavis-7.{digest('subject order')}@shop.example>"
OPTIONS = {
    "address": US,
    "password": PASSWORD,
    "imap_host": "mail.shop.example",
    "smtp_host": "mail.shop.example",
    "sent_mailbox": "Sent",
    "authserv_id": "mx.shop.example",
}
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.DOWN,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}


def sealed(body: bytes) -> InboundRequest:
    """Return a mail as it was fetched; one of ours lay in the box of sent mails."""
    folder = {"folder": "sent"} if b"X-Folder: sent" in body else {}
    return InboundRequest(body=body, query=folder, received_at=NOW)


def frame(text: str, *, number: int = 1, sender: str = ANN) -> dict[str, Any]:
    """Return a mail's headers and text."""
    return {
        "From": f"Ann <{sender}>",
        "To": US,
        "Subject": "Order",
        "Date": "Sat, 31 Jan 2026 12:00:00 +0000",
        "Message-ID": f"<{number}.{sender}>",
        "text": text,
    }


def dump(data: Any) -> bytes:
    """Write a mail, whatever its headers hold."""
    if not isinstance(data, dict):
        return b""
    heads = [f"{name}: {value}" for name, value in data.items() if name not in {"text", "raw"}]
    typed = [] if "Content-Type" in data else ["Content-Type: text/plain; charset=utf-8"]
    head = "\r\n".join([*(line.replace("\n", " ") for line in heads), *typed])
    return f"{head}\r\n\r\n{data.get('text', '')}".encode("utf-8", "surrogatepass")


def message(text: str, *, number: int = 1, sender: str = ANN) -> InboundRequest:
    """Return a mail that somebody wrote."""
    return sealed(dump(frame(text, number=number, sender=sender)))


def mail(**more: Any) -> dict[str, Any]:
    """Return a mail with other headers; `_` stands for `-` in their names."""
    return {**frame("hi"), **{name.replace("_", "-"): value for name, value in more.items()}}


def with_file(text: str) -> dict[str, Any]:
    """Return a mail that brings a picture."""
    made = EmailMessage(policy=SMTP)
    made.set_content(text)
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="broken cup.png")
    return {**mail(Content_Type=made["Content-Type"]), "text": made.as_string().partition("\r\n\r\n")[2]}


def report(action: str, status: str) -> dict[str, Any]:
    """Return a delivery report about a mail of ours (RFC 3464)."""
    lines = (
        "--b",
        "Content-Type: text/plain",
        "",
        "This is the mail system.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.org",
        "",
        f"Final-Recipient: rfc822; {ANN}",
        f"Action: {action}",
        f"Status: {status}",
        "Diagnostic-Code: smtp; 550 5.1.1 unknown user",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"To: {ANN}",
        f"Message-ID: {OURS}",
        "",
        "--b--",
    )
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    heads = mail(
        From="MAILER-DAEMON@example.org", Message_ID=f"<{action}@mx>", Return_Path="<>", Content_Type=kind
    )
    return {**heads, "text": "\r\n".join(lines)}


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a mail server in front of a started connector."""
    async with run_fake_smtp() as fake:
        server = {"smtp_host": "127.0.0.1", "smtp_port": str(fake.port), "smtp_security": "none"}
        config = AccountConfig(channel="email", name=ACCOUNT, options={**OPTIONS, **server})
        connector = CONNECTOR(config, http_timeout=limit)
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind is Trouble.REFUSED:
                fake.gone.add(ANN)
            else:
                fake.faults.append(FAULTS[kind])

        yield Stage(connector=connector, key=KEY, texts=fake.texts, trouble=trouble)
        await connector.close()


EMAIL = Channel(
    connector=CONNECTOR,
    options=OPTIONS,
    wrong_options=(
        ({}, "address"),
        ({"address": "us"}, "address"),
        ({"address": US}, "password"),
        ({**OPTIONS, "imap_host": "https://mail.example/"}, "imap_host"),
        ({**OPTIONS, "smtp_security": "none"}, "smtp_security"),
        ({**OPTIONS, "imap_security": "ssl"}, "imap_security"),
        ({**OPTIONS, "smtp_port": "70000"}, "smtp_port"),
        ({**OPTIONS, "aliases": "info"}, "aliases"),
        ({**OPTIONS, "authserv_id": "", "only_proven": "true"}, "only_proven"),
        ({**OPTIONS, "sent_mailbox": "", "keep_copies": "true"}, "keep_copies"),
        ({**OPTIONS, "passphrase": "x"}, "passphrase"),
    ),
    secrets=(PASSWORD,),
    sender=ANN,
    other_sender="bob@example.org",
    message=message,
    sealed=sealed,
    frame=frame,
    unknown=(
        mail(From=""),
        mail(From="Ann"),
        mail(From="Ann <ann@example.org>, Bob <bob@example.org>"),
        mail(Authentication_Results="mx.shop.example; dmarc=fail header.from=example.org"),
        {**mail(Subject=""), "text": "  "},
        {"Subject": "x"},
    ),
    machines=(
        mail(From=US),
        mail(Auto_Submitted="auto-replied"),
        mail(Auto_Submitted="auto-generated; why=vacation"),
        mail(Precedence="bulk"),
        mail(List_Id="<news.example.org>"),
        mail(Return_Path="<>"),
        mail(X_Autoreply="yes"),
        mail(X_Auto_Response_Suppress="All"),
        mail(From="no-reply@example.org"),
        mail(From="MAILER-DAEMON@example.org"),
        mail(Subject="Automatische Antwort: Order"),
        mail(Subject="Réponse automatique : Order"),
        mail(From=US, To=ANN, Message_ID=OURS, X_Folder="sent"),
        report("delayed", "4.4.1"),
    ),
    echoes=(mail(From=US, To=ANN, Message_ID="<typed@shop.example>", X_Folder="sent"),),
    samples={Kind.MEDIA: (with_file(""),)},
    receipts={
        ReceiptState.FAILED: report("failed", "5.1.1"),
        ReceiptState.DELIVERED: report("delivered", "2.0.0"),
        ReceiptState.SENT: report("relayed", "2.0.0"),
    },
    key=KEY,
    dump=dump,
    stage=stage,
    does_not_apply={
        **no_templates("mails are approved by nobody"),
        "test_authentic_request_is_accepted": "mails are fetched from the mail server, nobody brings them",
        "test_altered_body_is_refused": "the same: there is no signature of ours",
        "test_old_signature_is_refused": "the same: a mail may be of any age",
        "test_wrong_type_is_refused_with_the_fields_name": "every header is optional, and any text",
        "test_malformed_element_loses_no_other": "each mail is fetched and read alone",
        "test_send_with_the_same_key_arrives_once": "mail servers do not look at the Message-ID",
        "test_render_hides_notes": "nobody but mail servers reads what we render",
    },
)
