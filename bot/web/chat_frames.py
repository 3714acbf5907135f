"""The frames around messages, both ways. Messages themselves are the connector's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.connector.fields import parse_object
from bot.errors import BadPayload
from bot.web.ids import MAX_ID
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from bot.domain.json import JsonObject
    from bot.service.read_as_customer import Holder

MAX_FRAME = 64 * 1024  # bytes: 10,000 characters of any script, and what is around them


def parse_frame(text: str) -> JsonObject:
    """Read a frame of the widget. Raises `BadPayload`."""
    body = text.encode(errors="surrogatepass")
    if len(body) > MAX_FRAME:
        raise BadPayload(say("chat.too_large"))
    return parse_object(body)


def parse_hello(text: str) -> JsonObject:
    """Read the first frame. Raises `BadPayload`."""
    frame = parse_frame(text) if text else {}
    if frame.get("type") != "hello":
        raise BadPayload("a socket begins with hello")
    return frame


def read_message_id(frame: JsonObject, name: str) -> int:
    """Return the id of a message from a frame. Raises `BadPayload`."""
    value = frame.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_ID:
        raise BadPayload(f"`{name}` must be the id of a message")
    return value


def read_client_id(frame: JsonObject) -> str | None:
    """Return the id a refused frame is known by at the other end, if it has one."""
    value = frame.get("id")
    return value if isinstance(value, str) else None


def render_holder(holder: Holder) -> JsonObject:
    """Say who speaks with the visitor now."""
    by = holder.by.isoformat() if holder.by else None
    return {"who": holder.speaker.value, "name": holder.name, "by": by, "there": holder.there}


def render_history(messages: Iterable[JsonObject], *, earlier: bool) -> JsonObject:
    """Hand over messages from before what the widget has, oldest first."""
    return {"type": "history", "messages": list(messages), "earlier": earlier}


def render_error(
    code: str, text: str, *, client_id: str | None = None, wait: timedelta | None = None
) -> JsonObject:
    """Say why a frame was refused. With `wait`, the same frame is welcome after that long."""
    retry_after = round(wait.total_seconds(), 2) if wait is not None else None
    return {"type": "error", "code": code, "text": text, "id": client_id, "retry_after": retry_after}
