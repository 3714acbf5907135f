"""The widget's frames, both ways. Pure."""

from __future__ import annotations

import json
from urllib.parse import quote

from bot.connector import AccountConfig, Delivery, InboundEvent, InboundRequest
from bot.connector.fields import MAX_ID, parse_object, read_optional_text, read_text
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Button, Content, Kind, Message
from bot.domain.staff import first_name
from bot.errors import BadPayload

CHANNEL = "webchat"
HIDDEN = frozenset({Kind.NOTE, Kind.RECEIPT, Kind.UNSUPPORTED})
MAX_TITLE = 500


def parse_message(request: InboundRequest, account: AccountConfig) -> InboundEvent:
    """Read `{type: "message", id, text, payload?}` of a visitor.

    `request.query` is the endpoint's word, not the visitor's: `visitor` (authenticated), and
    `name` and `locale` where they are known, `files` (attachments, as JSON) where there are any: then
    words may be missing. With `payload` it is a pressed button: the payload is
    what was said, `text` is the button's label. The client's `id` counts per visitor.
    """
    data = parse_object(request.body)
    if data.get("type") != "message":
        raise BadPayload('`type` must be "message"')
    visitor = request.query.get("visitor", "")
    if not visitor or len(visitor) > MAX_ID:
        raise BadPayload("the visitor is not known")
    client_id = read_text(data, "id", limit=MAX_ID)
    payload = read_optional_text(data, "payload")
    title = read_text(data, "text", limit=MAX_TITLE) if payload else None
    files = tuple(Attachment(**each) for each in json.loads(request.query.get("files", "[]")))
    text = payload or (read_optional_text if files else read_text)(data, "text") or ""
    return InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=f"{quote(visitor, safe='')}/{client_id}",
        kind=Kind.POSTBACK if payload else Kind.TEXT if text.strip() else Kind.MEDIA,
        conversation_key=visitor,
        sender=Handle(native_id=visitor, name=request.query.get("name"), locale=request.query.get("locale")),
        content=Content(text=text if text.strip() else "", attachments=files),
        metadata={"client_id": client_id, **({"title": title} if title else {})},
        reply_context={"delivery": Delivery.SHOWN},
    )


def render_message(message: Message) -> JsonObject | None:
    """Return the frame that shows a stored message, None for what customers never see."""
    if message.kind in HIDDEN:
        return None
    content = message.content
    client_id = message.metadata.get("client_id")
    files: list[Json] = [render_file(number, each) for number, each in enumerate(content.attachments)]
    title = message.metadata.get("title") if message.kind is Kind.POSTBACK else None
    return {
        "type": "message",
        "id": message.id,
        "seq": message.seq,
        "author": message.author,
        "name": first_name(message.staff_name),
        "text": title or content.text,
        "buttons": [render_button(button) for button in content.buttons],
        "image": content.image,
        "at": message.created_at.isoformat(),
        **({"files": files} if files else {}),
        **({"client_id": client_id} if client_id else {}),
    }


def render_file(number: int, file: Attachment) -> JsonObject:
    """Return a file as the widget shows it; it lies at `…/files/<id of the message>/<number>`."""
    return {"number": number, "kind": file.kind, "name": file.name, "mime": file.mime, "size": file.size}


def render_button(button: Button) -> JsonObject:
    """Return a button as the widget shows it: a link where there is a `url`."""
    return {"title": button.title, "payload": button.payload, "url": button.url}
