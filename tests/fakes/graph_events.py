"""What Meta tells a webhook: bodies of Messenger's, Facebook's and Instagram's events."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
AT = 1_767_000_000_000  # milliseconds
PAGE, INSTAGRAM = "page", "instagram"


def body(kind: str, own_id: str, **entry: Any) -> Json:
    """Return a body with one entry of an account."""
    return {"object": kind, "entry": [{"id": own_id, "time": AT, **entry}]}


def element(own_id: str, person: str, **what: Any) -> Json:
    """Return an element of a thread that a person wrote or did."""
    return {"sender": {"id": person}, "recipient": {"id": own_id}, "timestamp": AT, **what}


def said(own_id: str, person: str, text: str, *, mid: str = "m_1", **more: Any) -> Json:
    """Return a message of a person."""
    return element(own_id, person, message={"mid": mid, "text": text, **more})


def echo(own_id: str, person: str, text: str, *, mid: str = "m_9", **more: Any) -> Json:
    """Return what the account wrote to a person."""
    message = {"mid": mid, "text": text, "is_echo": True, **more}
    return {"sender": {"id": own_id}, "recipient": {"id": person}, "timestamp": AT, "message": message}


def comment(author: str, text: str, *, number: int = 1, post: str = "10_20", **more: Any) -> Json:
    """Return a change that tells a comment on a page's post; without an `author` Meta does not tell it."""
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"20_{number}",
        "post_id": post,
        "parent_id": post,
        **({"from": {"id": author, "name": f"Person {author}"}} if author else {}),
        "message": text,
        "created_time": AT // 1000,
        **more,
    }
    return {"field": "feed", "value": value}


def remark(
    author: str, text: str, *, number: int = 1, media: str = "77", username: str = "", **more: Any
) -> Json:
    """Return a change that tells a comment on an Instagram post."""
    value = {
        "id": f"1790{number}",
        "from": {"id": author, "username": username or f"person_{author}"},
        "text": text,
        "media": {"id": media, "media_product_type": "FEED"},
        **more,
    }
    return {"field": "comments", "value": value}
