"""How pages say why a public post was left alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desk.public_posts import Reason
from bot.web.words import name_channel, say

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.left_alone import LeftAlone, Note

_KNOWN = frozenset(each.value for each in Reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftView:
    """A post that was left alone; `overruled` says who wanted it answered, empty where nobody did."""

    message_id: int
    conversation_id: int
    who: str
    channel: str
    text: str
    why: str
    at: datetime
    overruled: str


def view_left_alone(post: LeftAlone) -> LeftView:
    """Show a post."""
    name = post.overruled_by or say("desk.colleague")
    return LeftView(
        message_id=post.note.message_id,
        conversation_id=post.conversation_id,
        who=post.contact_name or say("desk.nameless", number=post.conversation_id),
        channel=name_channel(post.channel),
        text=post.text or say("desk.no_words"),
        why=describe_note(post.note),
        at=post.created_at,
        overruled=say("left_alone.overruled", name=name) if post.overruled_at else "",
    )


def describe_note(note: Note) -> str:
    """Say why, and by which words; a reason of another version is shown as it is."""
    known = note.reason in _KNOWN
    why = say(f"left_alone.reason_{note.reason}") if known else note.reason.replace("_", " ")
    words = ", ".join(f"“{word}”" for word in note.words)
    return f"{why}: {words}" if words else why
