"""What comes in as Rasa's clients write it: `{sender, message, metadata?}`, and our `attachments`. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

from bot.connector.events import InboundEvent
from bot.connector.fields import (
    MAX_ID,
    check_unicode,
    parse_object,
    read_optional_object,
    read_optional_text,
    read_text,
)
from bot.connector.rasa_files import read_attachments
from bot.domain.contact import Handle
from bot.domain.message import Content, Kind
from bot.errors import BadPayload

if TYPE_CHECKING:
    from bot.connector.capabilities import Delivery
    from bot.connector.events import AccountConfig, InboundRequest
    from bot.domain.json import JsonObject


def parse_rasa_message(
    request: InboundRequest, account: AccountConfig, *, signed: bool, delivery: Delivery
) -> InboundEvent:
    """Read `{sender, message, attachments?, metadata?}`; `delivery` is how replies leave.

    Raises `BadPayload`. With attachments, words may be missing.

    The event's id is, first that is there: the signed `webhook-id`; `Idempotency-Key` or
    `metadata.message_id`, both counted per sender (callers number their own messages); a new one.
    `metadata.name` is the sender's name.
    """
    data = parse_object(request.body)
    sender = read_sender(data)
    files = read_attachments(data)
    text = (read_optional_text if files else read_text)(data, "message") or ""
    metadata = read_optional_object(data, "metadata")
    own_id, fresh_id = read_own_id(request, metadata), uuid4().hex
    if signed:
        event_id = read_header(request, "webhook-id") or fresh_id
    else:
        event_id = join_ids(sender, own_id) if own_id else fresh_id
    return InboundEvent(
        channel=account.channel,
        account=account.name,
        event_id=event_id,
        kind=Kind.TEXT if text.strip() else Kind.MEDIA,
        conversation_key=sender,
        sender=Handle(native_id=sender, name=read_name(metadata)),
        content=Content(text=text if text.strip() else "", attachments=files),
        reply_context={"delivery": delivery},
        metadata=metadata,
    )


def read_sender(data: JsonObject) -> str:
    """Return who writes: programs that number their users say so by the number, which Rasa takes, too."""
    sender = data.get("sender")
    named = {"sender": str(sender)} if isinstance(sender, int) and not isinstance(sender, bool) else data
    return read_text(named, "sender", limit=MAX_ID)


def read_name(metadata: JsonObject) -> str | None:
    """Return what staff may call the sender. Metadata is the caller's own: what is no name is left alone."""
    name = metadata.get("name")
    return name.strip() or None if isinstance(name, str) and len(name) <= MAX_ID else None


def read_own_id(request: InboundRequest, metadata: JsonObject) -> str | None:
    """Return the id the caller gave the message, None if none."""
    return read_header(request, "idempotency-key") or read_optional_text(metadata, "message_id", limit=MAX_ID)


def join_ids(sender: str, own_id: str) -> str:
    """Return one id of a caller's message: readable where it is short, else its digest.

    Two ids of `MAX_ID` rare characters are more than an index of PostgreSQL can hold.
    """
    joined = f"{quote(sender, safe='')}/{own_id}"
    if len(joined) <= MAX_ID:
        return joined
    return f"sha256:{hashlib.sha256(joined.encode()).hexdigest()}"


def read_header(request: InboundRequest, name: str) -> str | None:
    """Return a header that can be kept, None if it is absent or empty."""
    value = request.headers.get(name, "").strip()
    check_unicode(value)
    if len(value) > MAX_ID:
        raise BadPayload(f"the header {name} is longer than {MAX_ID} characters")
    return value or None
