"""Replies out, as posts and direct messages. Pure.

Limits: a post has 280 of X's weighted characters and four images or one video, a direct message
10,000 characters and one file; neither has buttons.
Sources: https://docs.x.com/fundamentals/counting-characters,
https://docs.x.com/x-api/media/quickstart/best-practices,
https://docs.x.com/x-api/direct-messages/manage/integrate
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from bot.connector import FileRule, OutboundFile, OutboundReply, ReplyMode, TextUnit
from bot.connector.lines import say_button, say_file
from bot.connector.text import clean_text, measure, split_text
from bot.domain.json import JsonObject
from connectors.x.posts import KEY
from connectors.x.reading import ID, take_id, take_text

POST_MAX, POST_UNIT = 280, TextUnit.WEIGHTED
MESSAGE_MAX, MESSAGE_UNIT = 10_000, TextUnit.CHARACTER
IMAGES_MAX = 4  # of a post; a direct message has one file
IMAGE_BYTES, GIF_BYTES, VIDEO_BYTES = 5_000_000, 15_000_000, 512_000_000
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime"})
FILE_RULES = {
    "image": FileRule(mimes=IMAGE_TYPES, most=IMAGE_BYTES),
    "video": FileRule(mimes=VIDEO_TYPES, most=VIDEO_BYTES),
}


NAME = re.compile(r"[A-Za-z0-9_]{1,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a reply goes: `person`'s direct messages, or below `post`, whose author `person` is.

    `name` is what X calls the author, where it told.
    """

    person: str
    post: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One post or message: what it says, and the files to upload first."""

    text: str
    files: tuple[OutboundFile, ...] = ()


def read_target(reply: OutboundReply) -> Target:
    """Return where a reply goes. Raises ValueError for a key that is not ours."""
    kind, _, rest = reply.conversation_key.partition(":")
    thread, _, author = rest.partition(":")
    if kind != KEY:
        if not ID.fullmatch(reply.conversation_key):
            raise ValueError("the conversation's key is neither a person nor a thread of X")
        return Target(person=reply.conversation_key)
    if not (ID.fullmatch(thread) and ID.fullmatch(author)):
        raise ValueError("the conversation's key is not a thread of X and its author")
    if reply.mode is ReplyMode.PRIVATE:
        return Target(person=author)
    answered, name = take_id(reply.reply_context.get("reply_to")), take_text(reply.reply_context.get("name"))
    return Target(person=author, post=answered or thread, name=name if NAME.fullmatch(name) else "")


def render_reply(reply: OutboundReply, target: Target) -> tuple[Part, ...]:
    """Return the posts or messages that say a reply, in order; none where nothing in it can be said.

    Files go with the first text, in as many further parts as they need.
    """
    content = reply.content
    shown = [file for file in reply.files if can_upload(file)]
    others = [say_file(file) for file in reply.files if not can_upload(file)]
    lines = [clean_text(content.text), *(say_button(button) for button in content.buttons)]
    lines += [content.image] if content.image else []
    if content.custom and not (any(lines) or reply.files):
        lines = [json.dumps(content.custom, ensure_ascii=False)]  # as Rasa shows what a channel does not know
    limit, unit = (POST_MAX, POST_UNIT) if target.post else (MESSAGE_MAX, MESSAGE_UNIT)
    texts = split_text("\n".join(line for line in (*lines, *others) if line), limit=limit, unit=unit)
    packs = pack(shown, together=IMAGES_MAX if target.post else 1)
    length = max(len(texts), len(packs))
    return tuple(
        Part(text=text, files=files)
        for text, files in zip(
            (*texts, *[""] * (length - len(texts))), (*packs, *[()] * (length - len(packs))), strict=True
        )
    )


def address(part: Part, name: str) -> Part | None:
    """Return a post with its reader's name in front, None where there is none or no room for it.

    X takes no text twice within some hours, also not below another post: what a bot says to
    everybody differs by the name.
    """
    text = f"@{name} {part.text}"
    fits = name and part.text and measure(text, POST_UNIT) <= POST_MAX
    return replace(part, text=text) if fits else None


def can_upload(file: OutboundFile) -> bool:
    """Tell whether X takes a file."""
    if file.mime in VIDEO_TYPES:
        return file.size <= VIDEO_BYTES
    return file.mime in IMAGE_TYPES and file.size <= (GIF_BYTES if file.mime == "image/gif" else IMAGE_BYTES)


def pack(files: list[OutboundFile], *, together: int) -> list[tuple[OutboundFile, ...]]:
    """Return files in packs of at most `together` still images; a video or animation is alone."""
    packs: list[tuple[OutboundFile, ...]] = []
    for file in files:
        fits = packs and len(packs[-1]) < together and all(map(is_still, (file, *packs[-1])))
        packs[-1:] = [(*packs[-1], file)] if fits else [*packs[-1:], (file,)]
    return packs


def is_still(file: OutboundFile) -> bool:
    """Tell an image from what moves."""
    return file.mime in IMAGE_TYPES - {"image/gif"}


def name_category(file: OutboundFile, *, direct: bool) -> str:
    """Return what X calls the use that a file is uploaded for."""
    kind = "video" if file.mime in VIDEO_TYPES else "image" if is_still(file) else "gif"
    return f"{'dm' if direct else 'tweet'}_{kind}"


def make_post(part: Part, media: tuple[str, ...], *, below: str) -> JsonObject:
    """Return the body that makes a post below another."""
    words: JsonObject = {"text": part.text} if part.text else {}
    files: JsonObject = {"media": {"media_ids": list(media)}} if media else {}
    return {**words, **files, "reply": {"in_reply_to_tweet_id": below}}


def make_message(part: Part, media: tuple[str, ...]) -> JsonObject:
    """Return the body that sends a direct message."""
    words: JsonObject = {"text": part.text} if part.text else {}
    return {**words, **({"attachments": [{"media_id": each} for each in media]} if media else {})}
