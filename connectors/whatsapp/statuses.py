"""What became of a message of ours, as WhatsApp tells it later and in any order. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.connector import ErrorClass, InboundEvent, Receipt, ReceiptState, SendError
from bot.connector.meta.fields import get_text, get_time
from bot.domain.json import JsonObject
from bot.domain.message import Kind
from connectors.whatsapp.faults import read_error
from connectors.whatsapp.people import Known, find_recipient, is_in_group
from connectors.whatsapp.reading import get_name, get_objects, need_id

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "played": ReceiptState.READ,  # a voice message was listened to
    "failed": ReceiptState.FAILED,
}
MARK = re.compile(r"(?P<key>.+)#(?P<part>[0-9]{1,3})/(?P<parts>[0-9]{1,3})", re.DOTALL)
LONGEST_MARK = 512  # what WhatsApp takes


def read_status(status: JsonObject, blank: InboundEvent, known: Known) -> InboundEvent | None:
    """Fill in `blank` from a status; states that say nothing of the message's way stay unsupported.

    A reply of several messages went its way when the last one did, so the others' are left out unless they
    failed. Raises `BadPayload` for one that makes no sense.
    """
    name, message_id = get_name(status, "status"), need_id(status, "id")
    numbered = replace(blank, event_id=f"status:{name}:{message_id}", metadata={"update": f"status {name}"})
    if name not in STATES or is_in_group(status):
        return numbered
    state, person = STATES[name], find_recipient(status, known)
    error = find_error(status) if state is ReceiptState.FAILED else None
    key, is_last = read_mark(get_text(status, "biz_opaque_callback_data", limit=LONGEST_MARK))
    if error is None and not is_last:
        return None
    return replace(
        numbered,
        kind=Kind.RECEIPT,
        conversation_key=person.key,
        sender=person.handle,
        target_id=key or message_id,
        receipt=Receipt(state=state, error=error),
        platform_at=get_time(status, "timestamp"),
        metadata={"message_id": message_id},
    )


def find_error(status: JsonObject) -> SendError:
    """Return why a message failed; Meta does not always say."""
    errors = get_objects(status, "errors")
    if errors:
        return read_error(errors[0])
    return SendError(error_class=ErrorClass.PERMANENT, detail="WhatsApp does not say why it failed")


def make_mark(key: str, *, part: int, parts: int) -> str:
    """Return what goes with a message of a reply, and comes back with its statuses. Parts count from 1."""
    return f"{key}#{part}/{parts}"


def read_mark(mark: str) -> tuple[str, bool]:
    """Return the idempotency key of a reply of ours, and whether it is about the last message of it.

    The key settles a send whose answer never came, and so never named the message. It is empty where
    somebody else sent the message.
    """
    found = MARK.fullmatch(mark)
    return (found["key"], int(found["part"]) >= int(found["parts"])) if found else ("", True)
