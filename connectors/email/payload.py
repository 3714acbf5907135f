"""A mail, in our words. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.connector import InboundEvent
from bot.domain.contact import Handle
from bot.domain.json import JsonObject
from bot.domain.message import Content, Kind
from bot.errors import BadPayload
from connectors.email.addresses import read_addresses
from connectors.email.automatic import find_reason
from connectors.email.body import Body, read_body
from connectors.email.bounces import Report, read_report
from connectors.email.groups import read_group_mail
from connectors.email.mail import Mail, split_mail
from connectors.email.origin import Origin, judge_origin
from connectors.email.threads import (
    MAX_MESSAGE_ID,
    MAX_REFERENCES,
    find_message_id,
    find_ours,
    find_thread,
    make_key,
    read_references,
    strip_prefixes,
)

CHANNEL = "email"
MAX_SUBJECT = 200  # code points


@dataclass(frozen=True, slots=True, kw_only=True)
class Us:
    """Who the account is. `addresses` are all its own, in small letters; `domain` that of its Message-IDs.

    `authserv_id` is the server whose word on a mail's origin counts; with `only_proven` nothing else does.
    `groups` are the addresses of Google Groups through which customers' mails come to us.
    """

    account: str
    addresses: frozenset[str]
    domain: str
    authserv_id: str = ""
    only_proven: bool = False
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mail lies: enough to fetch a part of it again. `sent`: among what the brand's people sent."""

    uidvalidity: int = 0
    uid: int = 0
    sent: bool = False


def parse_mail(raw: bytes, us: Us, place: Place) -> InboundEvent:
    """Read a whole mail. Raises `BadPayload` for what is none."""
    mail = split_mail(raw)
    if not mail.head.keys():
        raise BadPayload("this is no mail: it has no headers")
    return read_mail(mail, us, place)


def read_mail(mail: Mail, us: Us, place: Place) -> InboundEvent:
    """Say a mail in our words. One that cannot be read is `unsupported`: never an error."""
    blank = InboundEvent(
        channel=CHANNEL,
        account=us.account,
        event_id=identify(mail),
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        platform_at=read_date(mail.get("date")),
    )
    try:
        return sort_mail(mail, us, place, blank)
    except Exception:  # noqa: BLE001 - the standard library's parser may raise anything on broken mails
        return refuse(blank, "unreadable")


def sort_mail(mail: Mail, us: Us, place: Place, blank: InboundEvent) -> InboundEvent:
    """Tell a report, the brand's own, a machine's and a person's mail apart."""
    senders = read_addresses(mail.get_all("from"))
    sender = senders[0] if senders else Handle(native_id="")
    report = None if place.sent else read_report(mail, sender.native_id, us.domain)
    if report is not None:
        return read_receipt(report, blank)
    if place.sent:
        return read_echo(mail, us, place, blank)
    if sender.native_id in us.addresses:
        return refuse(blank, "our own address")
    passed_on = read_group_mail(mail, senders, us.groups, us.authserv_id) if us.groups else None
    if passed_on is not None:
        sender = passed_on.author
    reason = find_reason(mail, sender.native_id, by_group=passed_on is not None)
    if reason is not None:
        return refuse(blank, reason)
    if len(senders) != 1 or len(mail.head.get_all("from", [])) != 1:
        return refuse(blank, "no single sender")
    origin = passed_on.origin if passed_on else judge_origin(mail, sender.native_id, us.authserv_id)
    return read_person(mail, us, place, replace(blank, sender=sender), origin)


def read_person(mail: Mail, us: Us, place: Place, blank: InboundEvent, origin: Origin) -> InboundEvent:
    """Read what a person wrote to us."""
    if origin is Origin.FORGED or (us.only_proven and origin is not Origin.PROVEN):
        return refuse(replace(blank, sender=Handle(native_id="")), f"origin {origin.value}")
    body = read_body(mail, place.uidvalidity, place.uid, blank.event_id)
    subject = cut(mail.get("subject"), MAX_SUBJECT)
    # A mail that says all in its subject is none the less one.
    text = body.text or ("" if body.files else strip_prefixes(subject))
    if not text and not body.files:
        return refuse(blank, "empty")
    references = read_references(mail.get("references"), mail.get("in-reply-to"))
    thread = find_thread(references, mail.get("subject"), blank.event_id, us.domain)
    return replace(
        blank,
        kind=Kind.TEXT if text else Kind.MEDIA,
        conversation_key=make_key(thread, blank.sender.native_id),
        content=Content(text=text, attachments=body.files),
        reply_context=make_context(mail, us, blank, references, origin),
        metadata=describe(subject, body, origin),
    )


def make_context(
    mail: Mail, us: Us, event: InboundEvent, references: tuple[str, ...], origin: Origin
) -> JsonObject:
    """Return what an answer needs. Where it shall go instead is only followed for a proven sender."""
    short = [each for each in references if len(each) <= MAX_MESSAGE_ID]
    kept = short if len(short) <= MAX_REFERENCES else [short[0], *short[-MAX_REFERENCES + 1 :]]
    wanted = read_addresses(mail.get_all("reply-to"))
    elsewhere = wanted[0].native_id if len(wanted) == 1 and origin is Origin.PROVEN else ""
    nowhere = {"", event.sender.native_id} | us.groups | us.addresses
    return {
        "message_id": find_message_id(mail.get("message-id")) or "",
        "references": list(kept),
        "subject": cut(mail.get("subject"), MAX_SUBJECT),
        **({"to": elsewhere} if elsewhere not in nowhere else {}),
    }


def describe(subject: str, body: Body, origin: Origin) -> JsonObject:
    """Return what staff may want to know beside the words."""
    return {
        "subject": subject,
        "origin": origin.value,
        **({"quoted": True} if body.quoted else {}),
        **({"encrypted": body.encrypted} if body.encrypted else {}),
        **({"signed": body.signed} if body.signed else {}),
        **({"left_out": body.left_out} if body.left_out else {}),
    }


def read_echo(mail: Mail, us: Us, place: Place, blank: InboundEvent) -> InboundEvent:
    """Read a mail in the account's own box of sent mails: a person's word, unless it is one of ours."""
    if find_ours([blank.event_id, mail.get("x-visavis-id")], us.domain) is not None:
        return refuse(blank, "sent by us")
    if find_reason(mail, "") is not None:
        return refuse(blank, "sent by a machine")
    people = [one for one in read_addresses(mail.get_all("to")) if one.native_id not in us.addresses]
    body = read_body(mail, place.uidvalidity, place.uid, blank.event_id)
    if len(people) != 1 or not (body.text or body.files):
        return refuse(blank, "sent to nobody in particular")
    references = read_references(mail.get("references"), mail.get("in-reply-to"))
    thread = find_thread(references, mail.get("subject"), blank.event_id, us.domain)
    return replace(
        blank,
        kind=Kind.ECHO,
        conversation_key=make_key(thread, people[0].native_id),
        sender=people[0],
        content=Content(text=body.text, attachments=body.files),
    )


def read_receipt(report: Report, blank: InboundEvent) -> InboundEvent:
    """Read what became of a mail of ours. Which one it was, some reports do not say: then only to whom."""
    if not report.recipient:
        return refuse(blank, "a report without a recipient")
    return replace(
        blank,
        kind=Kind.RECEIPT,
        event_id=f"report:{blank.event_id}",
        conversation_key=make_key(report.thread, report.recipient) if report.message_id else "",
        sender=Handle(native_id=report.recipient),
        target_id=report.message_id or None,
        receipt=report.receipt,
    )


def refuse(blank: InboundEvent, reason: str) -> InboundEvent:
    """Return a mail that is nobody's message to us, with the reason."""
    return replace(blank, metadata={"reason": reason})


def identify(mail: Mail) -> str:
    """Return the Message-ID in its angle brackets; without one, a hash of what the mail says."""
    found = find_message_id(mail.get("message-id"))
    if found is not None:
        return found
    seen = hashlib.sha256()
    for name in ("from", "to", "date", "subject"):
        seen.update(f"{mail.get(name)}\n".encode("utf-8", "surrogatepass"))
    for leaf in mail.leaves:
        seen.update(leaf.part.as_bytes(unixfrom=False) if not leaf.part.is_multipart() else b"-")
    return f"hash:{seen.hexdigest()[:32]}"


def read_date(value: str) -> datetime | None:
    """Return when a mail says that it was written, None where it says nothing that makes sense."""
    try:
        at = parsedate_to_datetime(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def cut(text: str, limit: int) -> str:
    """Return a text's beginning."""
    return text[:limit].strip()
