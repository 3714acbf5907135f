"""Mails that say what became of a mail of ours: delivery reports (RFC 3464) and the like. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message

from bot.connector import Receipt, ReceiptState
from connectors.email.faults import explain_report
from connectors.email.mail import Leaf, Mail, get_inner, read_content, read_words
from connectors.email.threads import ADDRESS, find_ours

DAEMON = re.compile(r"^(mailer-?daemon|postmaster|mail-daemon)@", re.IGNORECASE)
# What mail servers write above such a mail, and customers hardly: "delivery" alone may be that of a parcel.
FAILED = re.compile(
    r"^\s*(mail delivery (failed|failure|error)|undeliver(ed|able) mail|undeliverable:|undelivered:"
    r"|unzustellbar:|returned mail\b|mail could not be delivered|delivery status notification"
    r"|mail system error|failed mail:|mail delivery system)",
    re.IGNORECASE,
)
ADDRESSEE = re.compile(r"^[> ]{0,4}To:(.{1,300})$", re.IGNORECASE | re.MULTILINE)
STATES = {
    "failed": ReceiptState.FAILED,
    "failure": ReceiptState.FAILED,
    "delivered": ReceiptState.DELIVERED,
    "relayed": ReceiptState.SENT,
}
MAX_READ = 65_536  # bytes of a part


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of one mail of ours: its Message-ID, its thread, and whom it went to where that is said.

    Without the first two it is about some mail to that address, if it is about one of ours at all.
    """

    message_id: str
    thread: str
    recipient: str
    receipt: Receipt


def read_report(mail: Mail, sender: str, domain: str) -> Report | None:
    """Return what a report says of a mail of ours, None where it is no report, or of no mail of ours."""
    fields = next((read_fields(leaf) for leaf in mail.leaves if leaf.mime == "message/delivery-status"), None)
    failed_by_word = fields is None and (
        DAEMON.match(sender) is not None
        or mail.get("return-path").replace(" ", "") == "<>"
        or FAILED.match(mail.get("subject")) is not None
    )
    if fields is None and not failed_by_word:
        return None
    ours = find_ours(iterate_texts(mail), domain)
    if ours is None and not is_about_unnamed(mail, fields or {}):
        return None
    action = (fields or {}).get("action", "failed").lower()
    state = STATES.get(action)
    if state is None:  # delayed: it may still arrive; expanded: whoever it went on to
        return None
    status, diagnostic = (fields or {}).get("status", ""), (fields or {}).get("diagnostic-code", "")
    error = explain_report(status, diagnostic) if state is ReceiptState.FAILED else None
    return Report(
        message_id=ours.message_id if ours else "",
        thread=ours.thread if ours else "",
        recipient=find_recipient(mail, fields or {}),
        receipt=Receipt(state=state, error=error),
    )


def is_about_unnamed(mail: Mail, fields: dict[str, str]) -> bool:
    """Tell whether a server reports that a mail failed, and gives nothing back by which it could be known.

    One that brings the headers of the mail, with the Message-ID of somebody else's, is about that one.
    """
    named = any(each.get("message-id") or each.get("x-visavis-id") for each in iterate_originals(mail))
    return STATES.get(fields.get("action", "").lower()) is ReceiptState.FAILED and not named


def read_fields(leaf: Leaf) -> dict[str, str]:
    """Return the fields of the first recipient of a report; we write to one at a time."""
    for group in read_groups(leaf):
        if group.get("action") is not None:
            return {name.lower(): " ".join(str(value).split()) for name, value in group.items()}
    return {}


def read_groups(leaf: Leaf) -> list[Message]:
    """Return the groups of fields of a report: those of the mail, then those of each recipient."""
    inner = get_inner(leaf.part)
    groups = [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []
    if groups:
        return groups
    content = read_content(leaf)[:MAX_READ].decode("utf-8", "replace")
    return [message_from_string(part) for part in re.split(r"\r?\n\r?\n", content)]


def read_envelope_id(leaf: Leaf) -> str:
    """Return the Message-ID that we gave a mail in its envelope; empty where a report has none.

    Servers return it as it was, also those that return nothing of the mail (RFC 3461, 4.4; RFC 3464, 2.2.1).
    """
    for group in read_groups(leaf):
        value = group.get("original-envelope-id")
        if value is not None:
            return f"<{' '.join(str(value).split())}>"
    return ""


def find_recipient(mail: Mail, fields: dict[str, str]) -> str:
    """Return whom the mail of ours went to, empty where nothing says so.

    The original mail's own `To` is what we wrote; a server that passed it on reports another address. Old
    servers put the original below their words.
    """
    original = (each.get("to") for each in iterate_originals(mail))
    said = (fields.get("original-recipient"), fields.get("final-recipient"), mail.get("x-failed-recipients"))
    words = (read_words(leaf)[:MAX_READ] for leaf in mail.leaves if leaf.mime == "text/plain")
    quoted = (line[1] for text in words for line in ADDRESSEE.finditer(text))
    for text in (*original, *said, *quoted):
        match = ADDRESS.search((text or "").replace("rfc822;", "").replace("RFC822;", ""))
        if match:
            return match[0].lower()
    return ""


def iterate_originals(mail: Mail) -> Iterator[Message]:
    """Yield the headers of the mail that a report speaks about."""
    for leaf in mail.leaves:
        if leaf.mime in {"message/rfc822", "message/global"}:
            inner = get_inner(leaf.part)
            yield from (
                each for each in (inner if isinstance(inner, list) else []) if isinstance(each, Message)
            )
        if leaf.mime in {"text/rfc822-headers", "message/rfc822-headers"}:
            yield message_from_string(read_content(leaf)[:MAX_READ].decode("utf-8", "replace"))


def iterate_texts(mail: Mail) -> Iterator[str]:
    """Yield what may name our mail: the references, the original's headers, at last the words."""
    for leaf in mail.leaves:
        if leaf.mime.startswith("text/"):
            yield read_words(leaf)[:MAX_READ]
    yield mail.get("references")
    yield mail.get("in-reply-to")
    for original in iterate_originals(mail):
        yield f"{original.get('message-id', '')} {original.get('x-visavis-id', '')}"
    yield from (read_envelope_id(leaf) for leaf in mail.leaves if leaf.mime == "message/delivery-status")
