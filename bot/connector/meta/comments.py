"""What is said under posts, in our words: what Facebook's and Instagram's comments have in common. Pure.

Everybody has a conversation of their own under each post: its key is `post:<post>:<author>`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.connector.events import InboundEvent
from bot.connector.meta.envelope import Change
from bot.connector.meta.fields import digest
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Content, Kind

PREFIX = "post:"


def make_post_key(post_id: str, author_id: str) -> str:
    """Return the key of what one person says under one post."""
    return f"{PREFIX}{post_id}:{author_id}"


def read_post_id(key: str) -> str:
    """Return the post of a conversation, empty where it is a private one."""
    return key.removeprefix(PREFIX).partition(":")[0] if key.startswith(PREFIX) else ""


def read_post_author(key: str) -> str:
    """Return whose words under a post a conversation holds, empty where it is a private one."""
    return key.removeprefix(PREFIX).partition(":")[2] if key.startswith(PREFIX) else ""


def make_remark(
    change: Change, *, remark_id: str, post_id: str, author: Handle, reply_context: JsonObject
) -> InboundEvent:
    """Return a public event without content yet: what it says, and of which kind it is, comes after."""
    return replace(
        change.stray(change.field),
        event_id=remark_id,
        conversation_key=make_post_key(post_id, author.native_id),
        sender=author,
        surface=Surface.PUBLIC,
        reply_context=reply_context,
        platform_at=change.at,
        metadata={},
    )


def say_remark(remark: InboundEvent, content: Content, metadata: JsonObject) -> InboundEvent:
    """Return a remark with its content; one without any stays unsupported."""
    kind = Kind.TEXT if content.text else Kind.MEDIA if content.attachments else Kind.UNSUPPORTED
    return replace(remark, kind=kind, content=content, metadata=metadata)


def edit_remark(remark: InboundEvent, content: Content, number: int) -> InboundEvent:
    """Return the edit of a remark; `number` grows with time. Two edits of one request have the same."""
    told = digest([content.text, *(file.ref for file in content.attachments)])[:8]
    return replace(
        remark,
        kind=Kind.EDIT,
        event_id=f"edit:{remark.event_id}:{number}:{told}",
        target_id=remark.event_id,
        revision=number,
        content=content,
    )


def remove_remark(remark: InboundEvent) -> InboundEvent:
    """Return the deletion of a remark."""
    return replace(remark, kind=Kind.DELETE, event_id=f"remove:{remark.event_id}", target_id=remark.event_id)
