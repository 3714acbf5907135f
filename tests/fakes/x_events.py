"""What X tells a webhook, in both generations, and how it signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

Body = dict[str, Any]

ME, APP = "100", "31415"
NAME = "lyra"
SECRET = "the-apps-consumer-secret"


def sign(body: bytes, secret: str = SECRET) -> str:
    """Return the signature header's value."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def activity(event_type: str, payload: Body, *, includes: Body | None = None, user: str = ME) -> Body:
    """Return an Activity API body."""
    data = {
        "event_uuid": f"e{payload.get('id', 1)}",
        "event_type": event_type,
        "filter": {"user_id": user},
        "tag": "brand",
        "payload": payload,
    }
    return {"data": {**data, **({"includes": includes} if includes else {})}}


def post(post_id: str, text: str, *, author: str = "7", thread: str = "", **more: Any) -> Body:
    """Return a post of the second generation, which mentions us where it begins with our name."""
    at = text.find(f"@{NAME}")
    mention = {"id": ME, "username": NAME, "start": at, "end": at + len(NAME) + 1}
    return {
        "id": post_id,
        "text": text,
        "author_id": author,
        "conversation_id": thread or post_id,
        "created_at": "2026-01-31T12:00:00.000Z",
        "lang": "en",
        "reply_settings": "everyone",
        "edit_history_tweet_ids": [post_id],
        "entities": {"mentions": [mention] if at >= 0 else []},
        **more,
    }


def answer_to(post_id: str) -> list[Body]:
    """Return what a post says of the one that it answers."""
    return [{"type": "replied_to", "id": post_id}]


def person(user: str) -> Body:
    """Return somebody as the second generation shows them."""
    return {"id": user, "username": f"person{user}", "name": f"Person {user}"}


def mention(post_id: str, text: str, *, author: str = "7", **more: Any) -> Body:
    """Return the event of a post that mentions us."""
    made = post(post_id, text, author=author, **more)
    return activity("post.mention.create", made, includes={"users": [person(author), person(ME)]})


def legacy_post(post_id: str, text: str, *, author: str = "7", **more: Any) -> Body:
    """Return a post of the first generation."""
    at = text.find(f"@{NAME}")
    named = {"id_str": ME, "id": int(ME), "screen_name": NAME, "indices": [at, at + len(NAME) + 1]}
    return {
        "created_at": "Sat Jan 31 12:00:00 +0000 2026",
        "id": int(post_id),
        "id_str": post_id,
        "text": text,
        "in_reply_to_status_id_str": None,
        "in_reply_to_user_id_str": None,
        "user": {
            "id": int(author),
            "id_str": author,
            "name": f"Person {author}",
            "screen_name": f"person{author}",
        },
        "entities": {"user_mentions": [named] if at >= 0 else [], "urls": []},
        "lang": "en",
        **more,
    }


def legacy(**lists: Any) -> Body:
    """Return an Account Activity body."""
    return {"for_user_id": ME, **lists}


def direct(
    message_id: str, text: str, *, sender: str = "7", recipient: str = ME, app: str | None = None, **data: Any
) -> Body:
    """Return a direct message as both generations of webhooks carry it."""
    source = {"source_app_id": app} if app else {}
    return {
        "type": "message_create",
        "id": message_id,
        "created_timestamp": "1769860800000",
        "message_create": {
            "target": {"recipient_id": recipient},
            "sender_id": sender,
            **source,
            "message_data": {"text": text, "entities": {"urls": []}, **data},
        },
    }


def direct_event(message_id: str, text: str, *, event_type: str = "dm.received", **more: Any) -> Body:
    """Return the Activity API's event of a direct message."""
    users = {"7": {"data": person("7")}}
    return activity(event_type, {"direct_message_events": [direct(message_id, text, **more)], "users": users})


def encrypted(chat_id: str = "900", *, sender: str = "7", event_type: str = "chat.received") -> Body:
    """Return the event of a message that only keys can open."""
    return activity(
        event_type,
        {
            "id": chat_id,
            "conversation_id": f"{sender}:{ME}",
            "sender_id": sender,
            "created_at_msec": "1769860800000",
            "encoded_event": "CgQxMjM0",
            "conversation_key_version": "1",
        },
    )
