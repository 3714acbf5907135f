"""How Bluesky shows posts, notifications and messages, and what its lexicons refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import regex

ME = "lyra"
POST = "app.bsky.feed.post"
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
FIRST = 1_769_860_800_000_000  # microseconds: when the first post of a test is written

Record = dict[str, Any]


def make_did(person: str) -> str:
    """Return a person's id."""
    return f"did:plc:{person}"


def make_profile(person: str) -> dict[str, Any]:
    """Return a person as others see them."""
    return {
        "did": make_did(person),
        "handle": f"{person}.bsky.example",
        "displayName": person.title(),
        "labels": [],
    }


def make_tid(number: int) -> str:
    """Return the key that an app makes of the time."""
    value = (FIRST + number) << 10
    return "".join(DIGITS[value >> (5 * place) & 31] for place in reversed(range(13)))


def make_post(person: str, key: str, text: str, *, to: Record | None = None, **more: Any) -> Record:
    """Return a post, in answer to another if `to` is given."""
    record: dict[str, Any] = {
        "$type": POST,
        "text": text,
        "createdAt": "2026-01-31T12:00:00.000Z",
        "langs": ["en"],
        **more,
    }
    if to is not None:
        parent = {"uri": to["uri"], "cid": to["cid"]}
        record["reply"] = {"root": to["record"].get("reply", {}).get("root", parent), "parent": parent}
    return {
        "uri": f"at://{make_did(person)}/{POST}/{key}",
        "cid": f"bafyrei{key}",
        "record": record,
        "author": make_profile(person),
    }


def make_notification(person: str, post: Record, reason: str, at: datetime) -> dict[str, Any]:
    """Return a notification of a post."""
    return {
        "uri": post["uri"],
        "cid": post["cid"],
        "author": make_profile(person),
        "reason": reason,
        "record": post["record"],
        "isRead": False,
        "indexedAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "labels": [],
    }


def make_log(
    kind: str,
    person: str,
    text: str,
    number: int,
    *,
    at: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC),
    sender: str | None = None,
    message: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return an entry of the log of a private conversation with a person."""
    defs = "chat.bsky.convo.defs"
    return {
        "$type": f"{defs}#log{kind}",
        "rev": make_tid(number),
        "convoId": f"convo-{person}",
        "message": {
            "$type": f"{defs}#{'deletedMessageView' if kind == 'DeleteMessage' else 'messageView'}",
            "id": message or f"m{make_tid(number)}",
            "rev": make_tid(number),
            "sender": {"did": make_did(sender or person)},
            "sentAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **({} if kind == "DeleteMessage" else {"text": text}),
        },
        "relatedProfiles": [make_profile(person)],
        **more,
    }


def check_record(record: Record, blobs: dict[str, int]) -> str:
    """Return why a post is refused, empty if it is not."""
    text = record.get("text")
    if (
        record.get("$type") != POST
        or not isinstance(text, str)
        or not record.get("createdAt", "").endswith("Z")
    ):
        return f"Invalid {POST} record"
    if count(text) > 300:
        return f"Invalid {POST} record: Record/text must not be longer than 300 graphemes"
    if len(text.encode()) > 3000:
        return f"Invalid {POST} record: Record/text must not be longer than 3000 characters"
    reply = record.get("reply", {})
    if reply and not all(reply[name].get("uri") and reply[name].get("cid") for name in ("root", "parent")):
        return f'Invalid {POST} record: Record/reply must have the property "cid"'
    images = record.get("embed", {}).get("images", [])
    if len(images) > 4 or any(each["image"]["ref"]["$link"] not in blobs for each in images):
        return "Could not find blob"
    return check_facets(text, record.get("facets", []))


def check_message(message: dict[str, Any]) -> str:
    """Return why a direct message is refused, empty if it is not."""
    text = message["text"]
    if count(text) > 1000 or len(text.encode()) > 10_000:
        return "Input/message/text must not be longer than 1000 graphemes"
    return check_facets(text, message.get("facets", []))


def check_facets(text: str, facets: list[dict[str, Any]]) -> str:
    """Return why facets do not fit a text: they count bytes, and end between characters."""
    data = text.encode()
    for facet in facets:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        try:
            part = data[start:end].decode()
        except UnicodeDecodeError:
            return "facet cuts a character"
        (feature,) = facet["features"]
        if feature["$type"].endswith("#link") and part != feature["uri"]:
            return f"facet is not about its link: {part}"
        if feature["$type"].endswith("#mention") and not part.startswith("@"):
            return f"facet is not about a name: {part}"
    return ""


def count(text: str) -> int:
    """Count what people see as characters."""
    return len(regex.findall(r"\X", text))
