"""What is said under posts, in our words: what Facebook's and Instagram's comments have in common. Pure.

Everybody has a conversation of their own under each post: its key is `post:<post>:<author>`. What the
account itself writes there is the brand's word to whoever wrote what it stands under, and no app is named:
the service knows which of it left by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.connector.events import Earlier, InboundEvent
from bot.connector.meta.envelope import Change
from bot.connector.meta.fields import digest, get_id, get_list, get_object, get_text
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Content, Kind

PREFIX = "post:"
HELD = "held"
NOTE_MAX = 500  # characters of changed words that staff are shown
CHANGED, REMOVED = "The brand changed what it had written here", "The brand removed what it had written here"


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


def name_hidden(author: Handle, remark_id: str) -> Handle:
    """Return an author whom Meta does not tell by an id: nobody else is who wrote this."""
    return replace(author, native_id=f"comment:{remark_id}")


def get_changed(event: InboundEvent) -> str | None:
    """Return what was edited or removed by somebody who is hidden; None for any other event."""
    changed = event.target_id if event.kind in (Kind.EDIT, Kind.DELETE) else None
    hidden = changed and event.sender.native_id == name_hidden(event.sender, changed).native_id
    return changed if hidden else None


def reveal_author(event: InboundEvent, known: Earlier | None) -> InboundEvent:
    """Return a change of a remark as its author's, who was told with the remark and not with the change."""
    author = read_post_author(known.conversation_key) if known else ""
    if known is None or not author:
        return event
    return replace(event, conversation_key=known.conversation_key, sender=Handle(native_id=author))


def hold_own(change: Change, *, comment_id: str, parent_id: str, content: Content) -> InboundEvent:
    """Return a comment of the account's own; one that answers somebody's is held until we know whose."""
    stray = change.stray("own comment")
    if not (comment_id and parent_id) or content == Content():
        return stray
    files: list[Json] = [{"kind": file.kind, "ref": file.ref} for file in content.attachments]
    held: JsonObject = {"id": comment_id, "parent": parent_id, "text": content.text, "files": files}
    return replace(stray, platform_at=change.at, metadata={**stray.metadata, HELD: held})


def hold_change(change: Change, *, comment_id: str, removed: bool, words: str) -> InboundEvent:
    """Return that the account's own comment was changed or removed, held until we know who reads it."""
    stray = change.stray("own comment")
    if not comment_id:
        return stray
    said = words if len(words) <= NOTE_MAX else f"{words[:NOTE_MAX]}…"
    note = REMOVED if removed else f"{CHANGED}: {said}" if said else CHANGED
    held: JsonObject = {"parent": comment_id, "note": note}
    return replace(stray, platform_at=change.at, metadata={**stray.metadata, HELD: held})


def get_held_parent(event: InboundEvent) -> str | None:
    """Return what the account's own comment stands under, or which was changed; None for any other event."""
    return get_id(get_object(event.metadata, HELD), "parent") or None


def release_own(event: InboundEvent, known: Earlier | None) -> InboundEvent:
    """Return a comment of the account's own as the brand's word to whoever wrote what it stands under.

    Without its words where we have not got that. What became of such a comment is told to staff, in the
    conversation in which it was said: it is nothing that the contact did.
    """
    held = get_object(event.metadata, HELD)
    metadata = {name: value for name, value in event.metadata.items() if name != HELD}
    author = read_post_author(known.conversation_key) if known else ""
    if known is None or not author:
        return replace(event, metadata=metadata)
    author_only = Handle(native_id=author)
    if note := get_text(held, "note"):
        return replace(
            event,
            conversation_key=known.conversation_key,
            sender=author_only,
            surface=Surface.PUBLIC,
            for_staff=True,
            metadata={**metadata, "note": note},
        )
    files = [file for file in get_list(held, "files") if isinstance(file, Mapping)]
    return replace(
        event,
        kind=Kind.ECHO,
        event_id=get_id(held, "id"),
        conversation_key=known.conversation_key,
        sender=author_only,
        surface=Surface.PUBLIC,
        content=Content(
            text=get_text(held, "text"),
            attachments=tuple(Attachment(kind=str(file["kind"]), ref=str(file["ref"])) for file in files),
        ),
        metadata={},
    )
