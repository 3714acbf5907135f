"""What became of a message of ours, as WhatsApp tells it later and in any order. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.connector import ErrorClass, InboundEvent, Receipt, ReceiptState, SendError
from bot.domain.json import Json, JsonObject
from bot.domain.message import Kind
from connectors.whatsapp.people import find_recipient
from connectors.whatsapp.reading import need_id, take_objects, take_text, take_time
from connectors.whatsapp.refusals import read_refusal

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "played": ReceiptState.READ,  # a voice message was listened to
    "failed": ReceiptState.FAILED,
}
PART_MARK = "#"  # between our key and the number of the part in what WhatsApp gives back with a status
LONGEST_KEY = 400


def read_status(status: JsonObject, blank: InboundEvent, contacts: Sequence[JsonObject]) -> InboundEvent:
    """Fill in `blank` from a status; states that say nothing of the message's way stay unsupported.

    Raises `BadPayload` for one that makes no sense.
    """
    name, message_id = take_text(status, "status"), need_id(status, "id")
    numbered = replace(blank, event_id=f"status:{name}:{message_id}", metadata={"update": f"status {name}"})
    if name not in STATES or take_text(status, "recipient_type") == "group":
        return numbered
    person = find_recipient(status, contacts)
    state = STATES[name]
    error = read_error(status) if state is ReceiptState.FAILED else None
    return replace(
        numbered,
        kind=Kind.RECEIPT,
        conversation_key=person.key,
        sender=person.handle,
        target_id=message_id,
        receipt=Receipt(state=state, error=error),
        platform_at=take_time(status),
        metadata=read_mark(take_text(status, "biz_opaque_callback_data", limit=LONGEST_KEY)),
    )


def read_error(status: JsonObject) -> SendError:
    """Return why a message failed; Meta does not always say."""
    errors = take_objects(status, "errors")
    if errors:
        return read_refusal(errors[0])
    return SendError(error_class=ErrorClass.PERMANENT, detail="WhatsApp does not say why it failed")


def make_mark(key: str, part: int) -> str:
    """Return what goes with the part of a reply and comes back with its statuses."""
    return f"{key}{PART_MARK}{part}"


def read_mark(mark: str) -> JsonObject:
    """Return whose status it is: our `idempotency_key`, and which `part` of the reply, counted from 0.

    This settles a send whose answer never came: the status names the message we could not.
    """
    key, _, part = mark.rpartition(PART_MARK)
    found: dict[str, Json] = {"idempotency_key": key, "part": part}
    return found if key and part.isascii() and part.isdigit() else {}
