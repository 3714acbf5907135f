"""What people write under a page's posts, on its wall, about it and in reviews. Pure.

Source: https://developers.facebook.com/docs/graph-api/webhooks/reference/page/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.connector import InboundEvent
from bot.connector.fields import MAX_ID
from bot.connector.meta.comments import (
    edit_remark,
    hold_change,
    hold_own,
    make_remark,
    name_hidden,
    remove_remark,
    say_remark,
)
from bot.connector.meta.envelope import Change
from bot.connector.meta.fields import get_id, get_list, get_object, get_text, get_time, get_url
from bot.domain.contact import Handle
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Content

EDITED, REMOVED = frozenset({"edit", "edited"}), frozenset({"remove", "delete"})
POST_IDS = ("post_id", "parent_id", "open_graph_story_id", "comment_id")  # of what a comment stands under
PHOTOS_MAX = 20
VISITORS = "post"  # the only word for a post that is never the page's own
POSTS = frozenset({VISITORS, "status", "photo", "video", "share", "album", "link", "note"})


def parse_change(change: Change) -> InboundEvent:
    """Say a change in our words. Likes and posts of the page are nobody's message."""
    read = READERS.get(change.field)
    return read(change) if read else change.stray(change.field or "a change without a field")


def read_feed(change: Change) -> InboundEvent:
    """Read what happened under a post or on the page's wall."""
    item = get_text(change.value, "item", limit=40)
    if item == "comment":
        return read_comment(change, addressed="comment")
    removed = read_verb(change.value) in REMOVED  # which holds no words any more
    if item in POSTS and (removed or read_content(change.value) != Content()):
        return read_post(change)
    return change.stray(f"feed {item}".strip())


def read_mention(change: Change) -> InboundEvent:
    """Read where the page was named: in a comment, or in a post of somebody else's."""
    named_in_comment = bool(get_id(change.value, "comment_id"))
    return read_comment(change, addressed="mention") if named_in_comment else read_post(change)


def read_comment(change: Change, *, addressed: str) -> InboundEvent:
    """Read a comment that was added, edited or removed. Those that the page hides are only counted."""
    value, author, verb = change.value, read_author(change.value), read_verb(change.value)
    comment_id = get_id(value, "comment_id")
    post_id = next(filter(None, (get_id(value, name) for name in POST_IDS)), "")
    if author.native_id == change.us.own_id:
        return read_own(change, verb)
    if not comment_id or not post_id:
        return change.stray("a comment without ids")
    author = author if author.native_id else name_hidden(author, comment_id)
    remark = make_remark(
        change,
        remark_id=comment_id,
        post_id=post_id,
        author=author,
        reply_context={"comment_id": comment_id, "post_id": post_id},
    )
    if verb in EDITED | REMOVED:
        return change_remark(remark, verb, read_content(value), change)
    if verb != "add":
        return change.stray(f"comment {verb}".strip())
    named = any(get_id(tag, "id") == change.us.own_id for tag in list_tags(value))
    parent = get_id(value, "parent_id")
    answered: JsonObject = {"parent_id": parent} if parent and parent != post_id else {}
    about: JsonObject = {"addressed": "mention" if named else addressed, **read_post_link(value), **answered}
    return say_remark(date_remark(remark, value), read_content(value), about)


def read_own(change: Change, verb: str) -> InboundEvent:
    """Read what the page itself wrote, changed or removed under a comment, or under a post on its wall."""
    value = change.value
    if verb in EDITED | REMOVED:
        words = "" if verb in REMOVED else get_text(value, "message")
        return hold_change(
            change, comment_id=get_id(value, "comment_id"), removed=verb in REMOVED, words=words
        )
    if verb != "add":
        return change.stray("own comment")
    event = hold_own(
        change,
        comment_id=get_id(value, "comment_id"),
        parent_id=get_id(value, "parent_id") or get_id(value, "post_id"),
        content=read_content(value),
    )
    return date_remark(event, value)


def change_remark(remark: InboundEvent, verb: str, content: Content, change: Change) -> InboundEvent:
    """Return what became of a remark."""
    return remove_remark(remark) if verb in REMOVED else edit_remark(remark, content, change.number)


def date_remark(remark: InboundEvent, value: JsonObject) -> InboundEvent:
    """Return a new remark as of when it was written: windows count from then, however late it is told."""
    return replace(remark, platform_at=get_time(value, "created_time") or remark.platform_at)


def read_post(change: Change) -> InboundEvent:
    """Read what somebody wrote on the page's wall, or in a post of theirs that names the page."""
    value, author, verb = change.value, read_author(change.value), read_verb(change.value)
    post_id, item = get_id(value, "post_id"), get_text(value, "item", limit=40)
    if not author.native_id and (change.field == "mention" or item == VISITORS or verb in REMOVED):
        author = name_hidden(author, post_id)
    if not post_id or author.native_id in ("", change.us.own_id) or verb not in EDITED | REMOVED | {"add"}:
        return change.stray(f"{change.field} {item}".strip())
    remark = make_remark(
        change, remark_id=post_id, post_id=post_id, author=author, reply_context={"post_id": post_id}
    )
    if verb != "add":
        return change_remark(remark, verb, read_content(value), change)
    about: JsonObject = {"addressed": "mention", **read_post_link(value)}
    return say_remark(date_remark(remark, value), read_content(value), about)


def read_review(change: Change) -> InboundEvent:
    """Read a review, which can be answered like a post; `recommends` is what its author thinks.

    What is said under one is told here as well.
    """
    value, item = change.value, get_text(change.value, "item", limit=40)
    if item == "comment":
        return read_comment(change, addressed="comment")
    story = get_id(value, "open_graph_story_id")
    author = Handle(
        native_id=get_id(value, "reviewer_id"), name=get_text(value, "reviewer_name", limit=MAX_ID) or None
    )
    author = author if author.native_id else name_hidden(author, story)
    verb, text = read_verb(value), get_text(value, "review_text")
    if not story or item != "rating":
        return change.stray("ratings")
    remark = make_remark(
        change, remark_id=story, post_id=story, author=author, reply_context={"post_id": story}
    )
    if verb in EDITED | REMOVED:
        return change_remark(remark, verb, Content(text=text), change)
    thinks = get_text(value, "recommendation_type", limit=40).lower() or get_id(value, "rating")
    review: JsonObject = {"recommends": thinks} if thinks else {}
    return say_remark(date_remark(remark, value), Content(text=text), {"addressed": "mention", **review})


def read_verb(value: JsonObject) -> str:
    """Return what was done; where nobody says, something was said."""
    return get_text(value, "verb", limit=40) or "add"


def read_author(value: JsonObject) -> Handle:
    """Return who wrote it; its id is empty where Facebook does not tell. Older fields say it elsewhere."""
    author = get_object(value, "from")
    return Handle(
        native_id=get_id(author, "id") or get_id(value, "sender_id"),
        name=get_text(author, "name", limit=MAX_ID) or get_text(value, "sender_name", limit=MAX_ID) or None,
    )


def read_content(value: JsonObject) -> Content:
    """Return the words, and the photos or the video beside them; of a post, Facebook calls one its `link`."""
    item, photos = get_text(value, "item", limit=40), get_list(value, "photos")[:PHOTOS_MAX]
    linked = {"photo": "image", "video": "video"}.get(item)
    found = [
        *(("image", get_url({"photo": photo}, "photo")) for photo in photos),
        ("image", get_url(value, "photo")),
        ("video", get_url(value, "video")),
        *([(linked, get_url(value, "link"))] if linked else []),
    ]
    files = {ref: Attachment(kind=kind, ref=ref) for kind, ref in found if ref}
    return Content(text=get_text(value, "message"), attachments=tuple(files.values()))


def read_post_link(value: JsonObject) -> JsonObject:
    """Return the address of the post, where it is told."""
    link = get_url(get_object(value, "post"), "permalink_url") or get_url(value, "permalink_url")
    return {"permalink": link} if link else {}


def list_tags(value: JsonObject) -> list[JsonObject]:
    """Return who is named in the words."""
    return [tag for tag in get_list(value, "message_tags") if isinstance(tag, Mapping)]


READERS: Mapping[str, Callable[[Change], InboundEvent]] = {
    "feed": read_feed,
    "mention": read_mention,
    "ratings": read_review,
}
