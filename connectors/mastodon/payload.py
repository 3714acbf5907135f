"""Mastodon's events in. Pure; replies out are in `render`.

What is read is one event as the streaming API has it: `event` and `payload`. Notifications that were asked
for are brought into the same shape by `intake`, which adds under `known` what the event itself does not say:
who we are (`me`), the name of our application (`app`), the first post of the thread (`thread`), and for a
deletion the post that it is about (`status`).

Native ids of messages are those of posts. A conversation's key is the author's id for direct posts, and
`<author>:<first post of the thread>` for others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.connector import AccountConfig, InboundEvent
from bot.connector.fields import MAX_ID, parse_json, read_optional_object
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from bot.domain.message import Content, Kind
from bot.errors import BadPayload
from connectors.mastodon.entities import (
    MAX_URL,
    fingerprint,
    is_direct,
    is_me,
    is_mentioned,
    make_key,
    pick,
    read_author,
    read_content,
    read_time,
    take_id,
    take_text,
)
from connectors.mastodon.own import read_own

CHANNEL = "mastodon"


def parse_body(body: bytes) -> list[JsonObject]:
    """Read one event, or notifications as they are listed. Raises `BadPayload` for what is neither."""
    value = parse_json(body)
    if isinstance(value, list) and value:
        return [{"event": "notification", "payload": each} for each in value]
    if not isinstance(value, Mapping):
        raise BadPayload("the body must be a JSON object, or a list of notifications")
    if "event" not in value and isinstance(value.get("type"), str):
        return [{"event": "notification", "payload": value}]
    if not isinstance(value.get("event"), str):
        raise BadPayload("`event` must be a string")
    return [value]


def parse_frame(frame: JsonObject, account: AccountConfig) -> list[InboundEvent]:
    """Say one event in our words; nothing for what is about posts that were never written to us.

    What cannot be read is `unsupported`: never an error.
    """
    blank = InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=f"event:{fingerprint(frame)}",
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        metadata={"event": take_text(frame.get("event"), limit=MAX_ID)},
    )
    read = READERS.get(str(frame.get("event")))
    if read is None:
        return [blank]
    try:
        known = read_optional_object(frame, "known")
        found = read(read_payload(frame.get("payload")), known, blank)
    except (KeyError, TypeError, ValueError, RecursionError, BadPayload):
        return [blank]
    if isinstance(found, list):
        return found
    return [] if found is None else [found]


def read_payload(payload: Json) -> JsonObject:
    """Return the payload: an object, also where it is cast to a string; of a deletion it is a mere id."""
    if not isinstance(payload, str) or payload.isalnum():
        return payload if isinstance(payload, Mapping) else {"id": payload}
    value = parse_json(payload.encode(errors="replace"))
    return value if isinstance(value, Mapping) else {}


def read_notification(raw: JsonObject, known: JsonObject, blank: InboundEvent) -> InboundEvent:
    """Read a mention, or the edit of a post that we are told of; other notifications stay `blank`."""
    blank = replace(
        blank,
        event_id=f"notification:{take_id(raw['id'])}",
        metadata={"notification": take_text(raw.get("type"), limit=MAX_ID)},
    )
    if raw.get("type") == "mention":
        return read_post({"account": raw.get("account"), **pick(raw, "status")}, known, blank)
    if raw.get("type") == "update":
        return read_edit(pick(raw, "status"), known, blank) or blank
    return blank


def read_post(status: JsonObject, known: JsonObject, blank: InboundEvent) -> InboundEvent:
    """Read what somebody wrote to us. Bots and we ourselves make no conversation."""
    author, post_id = pick(status, "account"), take_id(status["id"])
    if author.get("bot") is True or is_me(author.get("id"), known):
        return replace(blank, event_id=post_id)
    content = read_content(status, known)
    kind = Kind.TEXT if content.text else Kind.MEDIA if content.attachments else Kind.UNSUPPORTED
    warning = take_text(status.get("spoiler_text"), limit=MAX_ID)
    return replace(
        blank,
        event_id=post_id,
        kind=kind,
        conversation_key=make_key(take_id(author["id"]), status, known),
        sender=read_author(author, status),
        content=content,
        surface=Surface.DIRECT if is_direct(status) else Surface.PUBLIC,
        reply_context={
            "reply_to": post_id,
            "acct": take_text(author.get("acct"), limit=MAX_ID),
            "visibility": take_text(status.get("visibility"), limit=MAX_ID),
            **({"warning": warning} if warning else {}),
        },
        metadata=make_metadata(status, known, warning),
        platform_at=read_time(status.get("created_at")),
    )


def read_edit(status: JsonObject, known: JsonObject, blank: InboundEvent) -> InboundEvent | None:
    """Read an edited post; None unless it was written to us."""
    edited_at = read_time(status.get("edited_at"))
    event = read_post(status, known, blank)
    if edited_at is None or event.kind is Kind.UNSUPPORTED or not is_mentioned(status, known):
        return None
    revision = int(edited_at.timestamp() * 1000)
    return replace(
        event,
        kind=Kind.EDIT,
        event_id=f"edit:{event.event_id}:{revision}",
        revision=revision,
        target_id=event.event_id,
        platform_at=edited_at,
    )


def read_deletion(raw: JsonObject, known: JsonObject, blank: InboundEvent) -> InboundEvent | None:
    """Read that a post is gone; None where we never saw it: the event itself holds only its id."""
    status = known.get("status")
    if not isinstance(status, Mapping):
        return None
    post_id = take_id(raw["id"])
    event = read_post({**status, "content": "-"}, known, blank)
    if event.kind is Kind.UNSUPPORTED:
        return None
    return replace(
        event,
        kind=Kind.DELETE,
        event_id=f"delete:{post_id}",
        target_id=post_id,
        content=Content(),
        reply_context={},
        metadata={},
        platform_at=None,
    )


Reader = Callable[[JsonObject, JsonObject, InboundEvent], InboundEvent | list[InboundEvent] | None]
READERS: Mapping[str, Reader] = {
    "notification": read_notification,
    "status.update": read_edit,
    "delete": read_deletion,
    "update": read_own,
}


def make_metadata(status: JsonObject, known: JsonObject, warning: str) -> JsonObject:
    """Return what staff may want to know of a post."""
    metadata: dict[str, Json] = {"visibility": take_text(status.get("visibility"), limit=MAX_ID)}
    if not is_direct(status):
        answers_us = is_me(status.get("in_reply_to_account_id"), known)
        metadata["addressed"] = "reply" if answers_us else "mention"
    if warning:
        metadata["content_warning"] = warning
    url = take_text(status.get("url"), limit=MAX_URL)
    return {**metadata, "url": url} if url else metadata
