"""Twilio's requests in: messages and what became of ours. Pure; replies out are in `render`.

Native ids are Twilio's message sids. A conversation's key is the customer's number (+ and digits).
Source: https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.connector import AccountConfig, InboundEvent, InboundRequest, Receipt, ReceiptState
from bot.connector.fields import MAX_ID, MAX_TEXT
from bot.domain.contact import Handle
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Content, Kind
from bot.errors import BadPayload
from connectors.sms.faults import explain_failure, read_code
from connectors.sms.form import read_fields

CHANNEL = "sms"
SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NUMBER = re.compile(r"\+[0-9]{3,15}")  # E.164; short codes and names are senders that are machines
PREFIX = re.compile(r"([a-z]{2,20}):")  # of Twilio's other channels: whatsapp:, messenger:, rcs:
MEDIA_MAX = 10
STATES: Mapping[str, ReceiptState | None] = {
    "accepted": None,
    "scheduled": None,
    "queued": None,
    "sending": None,
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}
FILES = {"image": "photo", "audio": "audio", "video": "video"}  # by the first half of the MIME type
COMING = frozenset({"", "received", "receiving"})  # what a status says of a message to us
KEYWORDS = frozenset({"STOP", "START", "HELP"})


def parse_request(request: InboundRequest, account: AccountConfig) -> list[InboundEvent]:
    """Read a request; nothing for a status between queued and sent. Raises `BadPayload`."""
    fields = read_fields(request.body)
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not SID.fullmatch(sid):
        raise BadPayload("`MessageSid` must be the id of a message of Twilio's")
    refuse_other_channels(fields)
    hook = request.url.partition("?")[0]
    status = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    told = "MessageStatus" in fields or "Body" not in fields
    if told and status.lower() not in COMING:
        return read_status(fields, sid, status, account, hook)
    return [read_message(fields, sid, account, hook)]


def refuse_other_channels(fields: Mapping[str, str]) -> None:
    """Raise `BadPayload` for what came by another of Twilio's channels than text messages."""
    for name in ("From", "To"):
        found = PREFIX.match(fields.get(name, ""))
        if found:
            raise BadPayload(
                f"`{name}` begins with {found[1]}: this account takes text messages (SMS and MMS); "
                "connect WhatsApp by the channel `whatsapp`, and take this address away from Twilio's"
            )


def read_message(fields: Mapping[str, str], sid: str, account: AccountConfig, hook: str) -> InboundEvent:
    """Read what a phone sent. What another machine sent, or we to ourselves, belongs to no conversation."""
    sender, own = fields.get("From", ""), fields.get("To", "")[:MAX_ID]
    text = fields.get("Body", "")[:MAX_TEXT]
    attachments = (*read_attachments(fields), *read_location(fields))
    payload = fields.get("ButtonPayload", "")[:MAX_TEXT].strip()
    keyword = fields.get("OptOutType", "").upper()
    if not NUMBER.fullmatch(sender) or sender == own:
        return InboundEvent(
            channel=CHANNEL,
            account=account.name,
            event_id=sid,
            kind=Kind.UNSUPPORTED,
            conversation_key="",
            sender=Handle(native_id=sender[:MAX_ID]),
            metadata={"reason": "the sender is no phone number"},
        )
    kind = Kind.TEXT if text.strip() else Kind.MEDIA if attachments else Kind.UNSUPPORTED
    kind = Kind.POSTBACK if payload else kind
    # Twilio has answered such a word itself: an answer of ours would be a second one, or refused.
    answered: JsonObject = {"opt_out": keyword.lower()} if keyword in KEYWORDS else {}
    return InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=sid,
        kind=Kind.UNSUPPORTED if answered else kind,
        conversation_key=sender,
        sender=Handle(native_id=sender, name=fields.get("ProfileName", "").strip()[:MAX_ID] or None),
        content=Content(text=payload or text, attachments=attachments),
        reply_context=make_context(own, hook),
        metadata={**answered, **read_surroundings(fields)},
        for_staff=bool(answered),
    )


def make_context(own: str, hook: str) -> JsonObject:
    """Return which of our numbers was written to, and where Twilio calls us: receipts go there, too."""
    return {
        **({"own": own} if NUMBER.fullmatch(own) or own.isdigit() else {}),
        **({"hook": hook} if hook else {}),
    }


def read_surroundings(fields: Mapping[str, str]) -> JsonObject:
    """Return the country of a number, which message is answered, and what stood on a pressed button."""
    told: dict[str, str] = {
        "country": fields.get("FromCountry", ""),
        "quoted": fields.get("OriginalRepliedMessageSid", ""),
        "title": fields.get("ButtonText", "") if fields.get("ButtonPayload", "").strip() else "",
    }
    return {name: value[:MAX_ID] for name, value in told.items() if value}


def read_attachments(fields: Mapping[str, str]) -> tuple[Attachment, ...]:
    """Return the files of an MMS; `ref` is their address at Twilio, which asks for our credentials."""
    found = []
    for number in range(MEDIA_MAX):
        url = fields.get(f"MediaUrl{number}", "")[:2_000]
        mime = fields.get(f"MediaContentType{number}", "")[:MAX_ID]
        if url:
            kind = FILES.get(mime.partition("/")[0], "document")
            found.append(Attachment(kind=kind, ref=url, mime=mime or None))
    return tuple(found)


def read_location(fields: Mapping[str, str]) -> tuple[Attachment, ...]:
    """Return the place that somebody sends, none where its degrees make no sense."""
    try:
        latitude, longitude = (float(fields.get(name, "")) for name in ("Latitude", "Longitude"))
    except ValueError:
        return ()
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004 - degrees; also what is no number
        return ()
    names = (fields.get(name, "").strip()[:MAX_ID] for name in ("Label", "Address"))
    name = ", ".join(filter(None, names))[:MAX_ID] or None
    return (Attachment(kind="location", ref=f"geo:{latitude:.6f},{longitude:.6f}", name=name),)


def read_status(
    fields: Mapping[str, str], sid: str, said: str, account: AccountConfig, hook: str
) -> list[InboundEvent]:
    """Read what became of a message of ours; older requests say it by `SmsStatus` alone."""
    status = said.lower()[:MAX_ID]
    customer, state = fields.get("To", "")[:MAX_ID], STATES.get(status)
    if status in STATES and state is None:
        return []
    receipt = None
    if state is not None:
        code = read_code(fields.get("ErrorCode", ""))
        error = explain_failure(code) if state is ReceiptState.FAILED else None
        receipt = Receipt(state=state, error=error)
    known = receipt is not None and NUMBER.fullmatch(customer) is not None
    return [
        InboundEvent(
            channel=CHANNEL,
            account=account.name,
            event_id=f"status:{sid}:{status}",
            kind=Kind.RECEIPT if known else Kind.UNSUPPORTED,
            conversation_key=customer if known else "",
            sender=Handle(native_id=customer),
            target_id=sid,
            reply_context=make_context(fields.get("From", "")[:MAX_ID], hook),
            receipt=receipt,
            metadata={} if known else {"status": status},
        )
    ]
