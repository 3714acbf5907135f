"""Replies out, as records and direct messages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.connector import OutboundFile, OutboundReply, TextUnit
from bot.connector.lines import say_button, say_file
from bot.connector.text import clean_text, measure, split_text
from bot.domain.json import Json, JsonObject
from connectors.bluesky.entities import IMAGES
from connectors.bluesky.records import POST

POST_MAX, POST_BYTES = 300, 3_000  # graphemes, and bytes of UTF-8: app.bsky.feed.post
DIRECT_MAX, DIRECT_BYTES = 1_000, 10_000  # chat.bsky.convo.defs#messageInput
IMAGES_MAX, IMAGE_BYTES = 4, 1_000_000  # app.bsky.embed.images
# The lexicon takes `image/*`; people see what Bluesky's servers can make smaller, which HEIC is not.
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"})
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?'()\[\]]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One post or direct message of a reply."""

    text: str
    images: tuple[OutboundFile, ...] = ()


def render_posts(reply: OutboundReply) -> tuple[Part, ...]:
    """Return the posts that say a reply, in order; none where nothing in it can be shown.

    Images hang on the last text, and beyond four on posts of their own.
    """
    images = tuple(file for file in reply.files if is_uploaded(file))
    lines = [file for file in reply.files if not is_uploaded(file)]
    texts = split(list_words(reply, lines), POST_MAX, POST_BYTES)
    groups = [images[start : start + IMAGES_MAX] for start in range(0, len(images), IMAGES_MAX)]
    if not texts and not groups:
        return ()
    first = [Part(text=text) for text in texts[:-1]]
    last = Part(text=texts[-1] if texts else "", images=groups[0] if groups else ())
    return (*first, last, *(Part(text="", images=group) for group in groups[1:]))


def render_direct(reply: OutboundReply) -> tuple[Part, ...]:
    """Return the direct messages that say a reply: text alone, files are lines."""
    return tuple(
        Part(text=text) for text in split(list_words(reply, list(reply.files)), DIRECT_MAX, DIRECT_BYTES)
    )


def is_uploaded(file: OutboundFile) -> bool:
    """Tell whether a file becomes part of a post."""
    mime = file.mime.partition(";")[0].strip().lower()
    return file.kind == "image" and mime in IMAGE_TYPES and file.size <= IMAGE_BYTES


def list_words(reply: OutboundReply, files: list[OutboundFile]) -> str:
    """Return all that is said in text: buttons and files that are not uploaded are lines."""
    content = reply.content
    lines = [*map(say_button, content.buttons), content.image or "", *map(say_file, files)]
    return clean_text("\n".join(part for part in (content.text.strip(), *lines) if part))


def split(text: str, graphemes: int, size: int) -> list[str]:
    """Cut a text at what people see as characters, and where those are very large, by their bytes."""
    found: list[str] = []
    for part in split_text(text, limit=graphemes, unit=TextUnit.GRAPHEME):
        fits = measure(part, TextUnit.BYTE) <= size
        found.extend([part] if fits else split_text(part, limit=size, unit=TextUnit.BYTE))
    return found


def make_record(part: Part, reply: JsonObject, facets: list[JsonObject], *, at: datetime) -> dict[str, Json]:
    """Return a post's record; `reply` is what it answers, with the thread's first post."""
    record: dict[str, Json] = {"$type": POST, "text": part.text, "createdAt": write_time(at), "reply": reply}
    return {**record, "facets": facets} if facets else record


def make_images(blobs: list[JsonObject], files: tuple[OutboundFile, ...]) -> JsonObject:
    """Return uploaded images as they hang on a post; their names are what people hear read out."""
    images: list[JsonObject] = [
        {"image": blob, "alt": file.name} for blob, file in zip(blobs, files, strict=True)
    ]
    return {"$type": IMAGES, "images": images}


def find_facets(text: str, handle: str = "", did: str = "") -> list[JsonObject]:
    """Return where a text has links and the customer's own name, in bytes of UTF-8.

    Nobody else is mentioned: who is not written to is not told.
    """
    found = [
        make_facet(text, each.start(), each.end(), {"$type": f"{FACET}#link", "uri": each[0]})
        for each in LINK.finditer(text)
    ]
    mention = {"$type": f"{FACET}#mention", "did": did}
    return [*found, *(make_facet(text, start, end, mention) for start, end in find_name(text, handle))]


def find_name(text: str, handle: str) -> Iterator[tuple[int, int]]:
    """Yield where `@handle` stands."""
    if handle:
        for each in re.finditer(rf"(?<![\w@/])@{re.escape(handle)}(?![\w-]|\.\w)", text, re.IGNORECASE):
            yield each.start(), each.end()


def make_facet(text: str, start: int, end: int, feature: Mapping[str, str]) -> JsonObject:
    """Return a facet; `start` and `end` count code points."""
    before = len(text[:start].encode())
    return {
        "index": {"byteStart": before, "byteEnd": before + len(text[start:end].encode())},
        "features": [feature],
    }


def write_time(at: datetime) -> str:
    """Return a time as records have it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


FACET = "app.bsky.richtext.facet"
