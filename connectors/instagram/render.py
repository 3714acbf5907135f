"""Replies of an Instagram account out, as calls of the Graph API. Pure.

Sources:
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message
https://developers.facebook.com/documentation/instagram-platform/private-replies
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies
https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentions
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.connector import OutboundReply, ReplyMode, TextUnit, Window
from bot.connector.meta.comments import read_post_id
from bot.connector.meta.messages import Limits, choose_type, render_direct, render_plain
from bot.connector.meta.send import Call, check_id
from bot.connector.text import split_text
from bot.domain.json import JsonObject

TEXT_MAX, TEXT_UNIT = 1000, TextUnit.BYTE
COMMENT_MAX = 2200
FILES = frozenset({"image", "audio", "video", "file"})
LIMITS = Limits(text_max=TEXT_MAX, text_unit=TEXT_UNIT, files=FILES, only_pdf=True)
WINDOW = Window(
    bot=timedelta(hours=24),
    staff=timedelta(days=7),
    source="https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose replies: `own_id` is the account's, `node_id` sends messages (its page, where it has one)."""

    own_id: str
    node_id: str


def render_reply(reply: OutboundReply, sender: Sender, *, now: datetime) -> tuple[Call, ...]:
    """Return the calls that say a reply, in order; none where nothing in it can be shown.

    Raises ValueError in words for a key, an image or a context that is not one.
    """
    media_id = read_post_id(reply.conversation_key)
    if media_id and reply.mode is ReplyMode.PRIVATE:
        return render_private(reply, sender)
    if media_id:
        return render_comments(reply, sender, media_id)
    head: JsonObject = {
        "recipient": {"id": check_id(reply.conversation_key)},
        **choose_type(reply, WINDOW, now=now),
    }
    return tuple(
        Call(path=f"{sender.node_id}/messages", fields={**head, "message": part.message}, file=part.file)
        for part in render_direct(reply, LIMITS)
    )


def render_private(reply: OutboundReply, sender: Sender) -> tuple[Call, ...]:
    """Return the one message that the author of a comment may be sent."""
    comment_id, text = reply.reply_context.get("comment_id"), render_plain(reply)
    if not isinstance(comment_id, str) or not comment_id or reply.reply_context.get("mention"):
        raise ValueError("only the author of a comment on a post of ours can be answered in private")
    fields: JsonObject = {"recipient": {"comment_id": check_id(comment_id)}, "message": {"text": text}}
    return (Call(path=f"{sender.node_id}/messages", fields=fields),) if text else ()


def render_comments(reply: OutboundReply, sender: Sender, media_id: str) -> tuple[Call, ...]:
    """Return answers under the comment that is answered. They have no buttons and no pictures."""
    texts = split_text(render_plain(reply), limit=COMMENT_MAX)
    context = reply.reply_context
    comment_id = context.get("comment_id")
    known = comment_id if isinstance(comment_id, str) else ""
    if context.get("mention"):  # under somebody else's post
        about: JsonObject = {
            "media_id": check_id(media_id),
            **({"comment_id": check_id(known)} if known else {}),
        }
        return tuple(
            Call(path=f"{sender.own_id}/mentions", fields={**about, "message": text}) for text in texts
        )
    path = f"{check_id(known)}/replies" if known else f"{check_id(media_id)}/comments"
    return tuple(Call(path=path, fields={"message": text}) for text in texts)
