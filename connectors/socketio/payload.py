"""The bodies of Rasa's socket.io events, both ways. Pure."""

from __future__ import annotations

import json

from bot.connector import AccountConfig, Delivery, InboundEvent, InboundRequest
from bot.connector.fields import MAX_ID, check_storable, parse_object, read_text
from bot.connector.rasa_messages import read_name
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Author, Button, Content, Kind, Message
from bot.errors import BadPayload

CHANNEL = "socketio"
METADATA = "metadata"
CUSTOM_DATA = "customData"  # what widgets call it where nobody told them Rasa's name


def parse_message(request: InboundRequest, account: AccountConfig) -> InboundEvent:
    """Read the body of `user_uttered`: `{message, metadata?}`.

    `request.query` is the endpoint's word, not the client's: `session`, whose conversation it is, and
    `id`, the message's own. Raises `BadPayload`.
    """
    data = parse_object(request.body)
    session, message_id = request.query.get("session", ""), request.query.get("id", "")
    if not session or len(session) > MAX_ID or not message_id:
        raise BadPayload("the session is not known")
    metadata = read_metadata(data, account.options.get("metadata_key", METADATA))
    return InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=message_id,
        kind=Kind.TEXT,
        conversation_key=session,
        sender=Handle(native_id=session, name=read_name(metadata)),
        content=Content(text=read_text(data, "message")),
        reply_context={"delivery": Delivery.SHOWN},
        metadata=metadata,
    )


def read_metadata(data: JsonObject, key: str) -> JsonObject:
    """Return what a client says beside the message: an object, or one written as text."""
    found: Json = data.get(key, data.get(CUSTOM_DATA))
    if found is None or found == "":
        return {}
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError) as error:
            raise BadPayload(f"`{key}` is no JSON") from error
        check_storable(found)
    if not isinstance(found, dict):
        raise BadPayload(f"`{key}` must be an object")
    return found


def render_message(message: Message) -> tuple[Json, ...]:
    """Return the bodies of `bot_uttered` that say a message: none for notes and the contact's own."""
    if message.author is Author.CONTACT or message.kind is Kind.NOTE:
        return ()
    return tuple(render_content(message.content))


def render_content(content: Content) -> list[Json]:
    """Return what Rasa's channel emits: texts cut at blank lines, buttons with the last of them, files."""
    parts = content.text.strip().split("\n\n") if content.text.strip() else []
    bodies: list[Json] = []
    if content.buttons:
        parts = parts or [""]
        bodies += [{"text": part, "quick_replies": []} for part in parts[:-1]]
        bodies.append({"text": parts[-1], "quick_replies": [render_button(each) for each in content.buttons]})
    else:
        bodies += [{"text": part} for part in parts]
    if content.custom:
        # Rasa passes the map on as arguments of `emit`, of which `data` is the body.
        bodies.append(content.custom.get("data", content.custom))
    if content.image:
        bodies.append(_attach("image", content.image))
    bodies += [
        _attach(each.kind, each.ref) if each.written is None else {"attachment": each.written}
        for each in content.attachments
    ]
    return bodies


def render_button(button: Button) -> JsonObject:
    """Return a quick reply."""
    url = {"url": button.url} if button.url else {}
    return {"content_type": "text", "title": button.title, "payload": button.payload, **url}


def _attach(kind: str, source: str) -> JsonObject:
    return {"attachment": {"type": kind, "payload": {"src": source}}}
