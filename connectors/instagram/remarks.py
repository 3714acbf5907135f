"""What people write under an account's posts and live videos, and where they mention it. Pure.

A boosted post has a second id, and what is said under it may be told twice, under one id of its own: the
first is kept. A mention is told by ids alone: `connector.complete` asks for its words. Sources:
https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram
https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/mentions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.connector import InboundEvent
from bot.connector.fields import MAX_ID
from bot.connector.meta.comments import hold_own, make_post_key, make_remark, say_remark
from bot.connector.meta.envelope import Change
from bot.connector.meta.fields import get_id, get_object, get_text, get_url
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from bot.domain.message import Content, Kind


def parse_change(change: Change, username: str) -> InboundEvent:
    """Say a change in our words; `username` is our own. What is about nobody's words is counted."""
    read = READERS.get(change.field)
    return read(change, username) if read else change.stray(change.field or "a change without a field")


def read_comment(change: Change, username: str) -> InboundEvent:
    """Read a comment under one of our posts, or during a live video of ours.

    Where the post is not told, what the comment answers, or the comment itself, stands for it.
    """
    value, media = change.value, get_object(change.value, "media")
    comment_id = get_id(value, "id") or get_id(value, "comment_id")
    parts = ((media, "original_media_id"), (media, "id"), (value, "media_id"), (value, "parent_id"))
    post_id = next(filter(None, (get_id(*part) for part in parts)), comment_id)
    author = read_author(value)
    if is_own(change, author, username):
        parent, content = get_id(value, "parent_id"), Content(text=get_text(value, "text"))
        return hold_own(change, comment_id=comment_id, parent_id=parent, content=content)
    if not comment_id:
        return change.stray("a comment without an id")
    if not author.native_id:
        author = Handle(native_id=f"comment:{comment_id}")
    live: JsonObject = {"live": True} if change.field == "live_comments" else {}
    context: JsonObject = {"comment_id": comment_id, "media_id": post_id, **live}
    remark = make_remark(change, remark_id=comment_id, post_id=post_id, author=author, reply_context=context)
    text = get_text(value, "text")
    return say_remark(
        remark,
        Content(text=text),
        {
            "addressed": "mention" if names(text, username) else "comment",
            **live,
            **read_parent(value),
            **read_advertisement(media),
        },
    )


def read_mention(change: Change, _: str) -> InboundEvent:
    """Keep what a mention is told by: where, and in which comment, unless it is in the words of the post."""
    comment_id, media_id = get_id(change.value, "comment_id"), get_id(change.value, "media_id")
    stray = change.stray("mentions")
    if not media_id:
        return stray
    ids: JsonObject = {"media_id": media_id, **({"comment_id": comment_id} if comment_id else {})}
    return replace(
        stray,
        event_id=comment_id or f"mention:{media_id}",
        platform_at=change.at,
        metadata={**stray.metadata, "mention": ids},
    )


def complete_mention(event: InboundEvent, ids: JsonObject, found: JsonObject) -> InboundEvent:
    """Return a mention with its words, as Instagram tells them of the comment or the post."""
    media_id, comment_id = get_id(ids, "media_id"), get_id(ids, "comment_id")
    text = get_text(found, "text") or get_text(found, "caption")
    if not text:
        return event
    username = get_text(found, "username", limit=MAX_ID)
    native_id = get_id(get_object(found, "from"), "id") or (f"@{username}" if username else "")
    author = Handle(native_id=native_id or f"comment:{comment_id or media_id}", username=username or None)
    link = get_url(found, "permalink")
    return replace(
        event,
        kind=Kind.TEXT,
        conversation_key=make_post_key(media_id, author.native_id),
        sender=author,
        surface=Surface.PUBLIC,
        content=Content(text=text),
        reply_context={**ids, "mention": True},
        metadata={"addressed": "mention", **({"permalink": link} if link else {})},
    )


def read_author(value: JsonObject) -> Handle:
    """Return who wrote it; its id is empty where Instagram does not tell."""
    author = get_object(value, "from")
    username = get_text(author, "username", limit=MAX_ID)
    return Handle(
        native_id=get_id(author, "id") or (f"@{username}" if username else ""), username=username or None
    )


def read_parent(value: JsonObject) -> JsonObject:
    """Return which comment is answered."""
    parent = get_id(value, "parent_id")
    return {"parent_id": parent} if parent else {}


def read_advertisement(media: JsonObject) -> JsonObject:
    """Return which advertisement a comment stands under."""
    told: dict[str, Json] = {
        "ad_id": get_id(media, "ad_id"),
        "ad_title": get_text(media, "ad_title", limit=MAX_ID),
    }
    return {name: value for name, value in told.items() if value}


def names(text: str, username: str) -> bool:
    """Tell whether a text names somebody: a longer name is another one, and a dot may end a sentence."""
    named = rf"@{re.escape(username)}(?![A-Za-z0-9_]|\.[A-Za-z0-9_])"
    return bool(username) and re.search(named, text, re.IGNORECASE) is not None


def is_own(change: Change, author: Handle, username: str) -> bool:
    """Tell whether a comment is the account's: by its id, its name, or the id that only its own have.

    https://developers.facebook.com/docs/instagram-platform/self-messaging
    """
    known = author.native_id == change.us.own_id or is_same(author.username, username)
    return known or bool(get_id(get_object(change.value, "from"), "self_ig_scoped_id"))


def is_same(username: str | None, ours: str) -> bool:
    """Tell whether a name is ours."""
    return bool(username and ours) and (username or "").lower() == ours.lower()


READERS: Mapping[str, Callable[[Change, str], InboundEvent]] = {
    "comments": read_comment,
    "live_comments": read_comment,
    "mentions": read_mention,
}
