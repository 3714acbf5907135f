"""Replies out, as posts. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.connector import OutboundFile, OutboundReply, ReplyMode
from bot.connector.lines import say_button, say_file
from bot.connector.text import clean_text, split_text
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from connectors.mastodon.entities import FOR_MANY
from connectors.mastodon.files import is_uploaded
from connectors.mastodon.plain_text import mention_nobody

DIRECT = "direct"
VISIBILITIES = FOR_MANY | {DIRECT}
LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server allows in one post; the defaults are Mastodon's."""

    characters: int = 500
    link: int = 23  # what any link counts, however long it is
    files: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Whom a reply is for, which post it answers, and how many people see it."""

    acct: str
    reply_to: str | None
    visibility: str
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of a reply. The first answers the address's post, each further one the one before."""

    text: str
    files: tuple[OutboundFile, ...] = ()


def make_address(reply: OutboundReply, acct: str) -> Address:
    """Return where a reply goes. What is not known to be public stays between two people."""
    context = reply.reply_context
    visibility, warning = context.get("visibility"), context.get("warning")
    kept = visibility if isinstance(visibility, str) and visibility in VISIBILITIES else None
    if reply.mode is ReplyMode.PRIVATE or (kept is None and reply.surface is Surface.DIRECT):
        kept = DIRECT
    reply_to = context.get("reply_to") or read_thread(reply.conversation_key)
    return Address(
        acct=acct,
        reply_to=reply_to if isinstance(reply_to, str) else None,
        visibility=kept or "unlisted",
        warning=warning if isinstance(warning, str) else "",
    )


def read_person(key: str) -> str:
    """Return the id of the account that a conversation is with."""
    return key.partition(":")[0]


def read_thread(key: str) -> str | None:
    """Return the first post of a public conversation, None for a direct one."""
    return key.partition(":")[2] or None


def render_reply(reply: OutboundReply, address: Address, limits: Limits) -> tuple[Post, ...]:
    """Return the posts that say a reply, in order; none where nothing in it can be shown.

    Each begins with the name of whom it is for: without it they would not be told of it.
    """
    uploads = [file for file in reply.files if is_uploaded(file)]
    name = f"@{address.acct} "
    room = max(limits.characters - len(name) - len(address.warning), 1)
    texts = split_posts(mention_nobody(list_words(reply)), room, limits.link)
    groups = list(group_files(uploads, limits.files))
    if not texts and not groups:
        return ()
    first = max(len(texts) - 1, 0)  # files hang on the last text
    posts = [Post(text=name + text) for text in texts[:first]]
    rest = texts[first:] or [""]
    posts.append(Post(text=(name + rest[0]).strip(), files=groups[0] if groups else ()))
    return (*posts, *(Post(text=name.strip(), files=group) for group in groups[1:]))


def list_words(reply: OutboundReply) -> str:
    """Return all that is said in text: buttons and files that are not uploaded are lines."""
    content = reply.content
    named = [say_file(file) for file in reply.files if not is_uploaded(file)]
    lines = [*map(say_button, content.buttons), content.image or "", *named]
    return clean_text("\n".join(part for part in (content.text.strip(), *lines) if part))


def group_files(files: list[OutboundFile], most: int) -> Iterator[tuple[OutboundFile, ...]]:
    """Yield what goes with one post: up to `most` images, or one sound or film."""
    images = [file for file in files if file.kind == "image"]
    for start in range(0, len(images), max(most, 1)):
        yield tuple(images[start : start + max(most, 1)])
    yield from ((file,) for file in files if file.kind != "image")


def split_posts(text: str, room: int, link: int) -> tuple[str, ...]:
    """Cut a text into parts of at most `room` characters, where any link counts at least `link`."""
    limit = room
    while True:
        parts = split_text(text, limit=limit)
        if limit <= link or all(count(part, link) <= room for part in parts):
            return parts
        limit = limit * 9 // 10


def count(text: str, link: int) -> int:
    """Return what a server counts at most: long links count less for it, short ones more."""
    return len(text) + sum(max(link - len(found), 0) for found in LINK.findall(text))


def make_fields(post: Post, address: Address, reply_to: str | None, media: list[str]) -> JsonObject:
    """Return the fields of a new post."""
    fields: dict[str, Json] = {"status": post.text, "visibility": address.visibility}
    if reply_to:
        fields["in_reply_to_id"] = reply_to
    if address.warning:
        fields["spoiler_text"] = address.warning
    if media:
        fields["media_ids"] = media
    return fields


def make_idempotency_key(reply: OutboundReply, number: int, text: str) -> str:
    """Return the key of a reply's post: the same on every try, another for any other post.

    The reply's own key is only unique in one database: the words tell two brands' tries apart.
    """
    parts = (reply.idempotency_key, reply.conversation_key, str(number), text)
    return hashlib.sha256("\x00".join(parts).encode(errors="replace")).hexdigest()
