"""Replies of a page out, as calls of the Graph API. Pure.

Sources: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
https://developers.facebook.com/docs/messenger-platform/discovery/private-replies
https://developers.facebook.com/docs/graph-api/reference/object/comments
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.connector import OutboundReply, ReplyMode, TextUnit, Window
from bot.connector.egress import check_image
from bot.connector.lines import say_button, say_file
from bot.connector.meta.comments import read_post_id
from bot.connector.meta.events import OWN_MARK
from bot.connector.meta.messages import Limits, choose_type, render_direct, render_plain
from bot.connector.meta.send import Call, check_id
from bot.connector.text import clean_text, split_text
from bot.domain.json import JsonObject

TEXT_MAX, TEXT_UNIT = 2000, TextUnit.CHARACTER
COMMENT_MAX = 8000
FILES = frozenset({"image", "audio", "video", "file"})
LIMITS = Limits(text_max=TEXT_MAX, text_unit=TEXT_UNIT, files=FILES, metadata=True)
WINDOW = Window(
    bot=timedelta(hours=24),
    staff=timedelta(days=7),
    source="https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy",
)


def render_reply(reply: OutboundReply, *, page_id: str, now: datetime) -> tuple[Call, ...]:
    """Return the calls that say a reply, in order; none where nothing in it can be shown.

    Raises ValueError in words for a key, an image or a context that is not one.
    """
    post_id = read_post_id(reply.conversation_key)
    if post_id and reply.mode is ReplyMode.PRIVATE:
        return render_private(reply, page_id)
    if post_id:
        return render_comments(reply, post_id)
    head: JsonObject = {
        "recipient": {"id": check_id(reply.conversation_key)},
        **choose_type(reply, WINDOW, now=now),
    }
    return tuple(
        Call(path=f"{page_id}/messages", fields={**head, "message": part.message}, file=part.file)
        for part in render_direct(reply, LIMITS)
    )


def render_private(reply: OutboundReply, page_id: str) -> tuple[Call, ...]:
    """Return the one message that the author of a public remark may be sent."""
    text = render_plain(reply)
    if not text:
        return ()
    to: JsonObject = {"recipient": read_target(reply), "messaging_type": "RESPONSE"}
    mark = {"metadata": f"{OWN_MARK}{reply.idempotency_key}"}
    return (Call(path=f"{page_id}/messages", fields={**to, "message": {"text": text, **mark}}),)


def read_target(reply: OutboundReply) -> JsonObject:
    """Return what a private reply is about. Raises ValueError where the conversation does not know."""
    for name in ("comment_id", "post_id"):
        known = reply.reply_context.get(name)
        if isinstance(known, str) and known:
            return {name: check_id(known)}
    raise ValueError("no comment of this conversation is known: there is nobody to answer in private")


def render_comments(reply: OutboundReply, post_id: str) -> tuple[Call, ...]:
    """Return comments under the one that is answered, under the post where none is known.

    Comments have no buttons, and one picture each: the rest is said in lines.
    """
    content = reply.content
    lines = [*map(say_button, content.buttons), *map(say_file, reply.files)]
    text = "\n".join(part for part in (clean_text(content.text), *lines) if part)
    fields: list[dict[str, str]] = [{"message": part} for part in split_text(text, limit=COMMENT_MAX)]
    if content.image:
        fields = fields or [{}]
        fields[-1]["attachment_url"] = check_image(content.image)
    known = reply.reply_context.get("comment_id")
    target = check_id(known if isinstance(known, str) and known else post_id)
    return tuple(Call(path=f"{target}/comments", fields=each) for each in fields)
