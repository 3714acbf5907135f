"""Replies out, as messages of Twilio's. Pure.

Limits: 1,600 characters a message, ten files of 5 MB in all.
Sources: https://www.twilio.com/docs/messaging/api/message-resource,
https://www.twilio.com/docs/messaging/guides/accepted-mime-types
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bot.connector import FileRule, OutboundFile, OutboundReply, TextUnit
from bot.connector.egress import find_url_problem
from bot.connector.lines import say_button, say_file
from bot.connector.text import clean_text, split_text
from bot.domain.json import Json, JsonObject
from connectors.sms.payload import MEDIA_MAX, NUMBER

# Twilio says "characters"; this stays within either reading of it.
TEXT_MAX, TEXT_UNIT = 1600, TextUnit.UTF16
MEDIA_BYTES = 5_000_000  # of all files of one message
FILE_RULES = {
    **{kind: FileRule(most=MEDIA_BYTES) for kind in ("image", "audio", "video")},
    "file": FileRule(mimes=frozenset({"text/vcard", "application/pdf"}), most=MEDIA_BYTES),
}
MEDIA_TYPES = ("image/", "audio/", "video/", "text/vcard", "text/x-vcard", "text/csv", "application/pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One message: `body`, and the addresses of files that Twilio fetches."""

    body: str
    media: tuple[str, ...] = ()


def render_reply(reply: OutboundReply, *, links_only: bool = False) -> tuple[Text, ...]:
    """Return the messages that say a reply, in order; none where nothing in it can be said.

    Files go with the last text. Raises ValueError in words for a key that is no phone number.
    """
    if not NUMBER.fullmatch(reply.conversation_key):
        raise ValueError("the conversation's key is no phone number")
    content = reply.content
    words, images = read_own(content.custom or {})
    images += (content.image,) if content.image else ()
    media, links = sort_files(reply.files, images, links_only=links_only)
    buttons = [say_button(button) for button in content.buttons]
    lines = [line for line in (clean_text(content.text), words, *buttons, *links) if line]
    if not (lines or media) and content.custom:
        lines = [json.dumps(content.custom, ensure_ascii=False)]  # as Rasa shows what a channel does not know
    texts = split_text("\n".join(lines), limit=TEXT_MAX, unit=TEXT_UNIT)
    packs = list(pack(media))
    head = [Text(body=body) for body in texts[:-1]]
    last = texts[-1:] or ((None,) if packs else ())
    first, *others = packs or [()]
    return (
        *head,
        *(Text(body=body or "", media=first) for body in last),
        *(Text(body="", media=p) for p in others),
    )


def read_own(custom: JsonObject) -> tuple[str, tuple[str, ...]]:
    """Return the text and the files of a `custom` part in Twilio's own words: `body`, `media_url`."""
    body, media = custom.get("body"), custom.get("media_url")
    urls: list[Json] = list(media) if isinstance(media, list) else [media]
    words = clean_text(body) if isinstance(body, str) else ""
    return words, tuple(url for url in urls if isinstance(url, str) and url)


def sort_files(
    files: tuple[OutboundFile, ...], images: tuple[str, ...], *, links_only: bool
) -> tuple[list[tuple[str, int]], list[str]]:
    """Part files into those that Twilio fetches (address, bytes) and the lines that name the others."""
    media: list[tuple[str, int]] = []
    lines: list[str] = []
    for image in images:
        usable = not links_only and find_url_problem(image, allow_internal=False) is None
        media.extend([(image, 0)] if usable else [])
        lines.extend([] if usable else [image])
    for file in files:
        if file.url and not links_only and file.size <= MEDIA_BYTES and file.mime.startswith(MEDIA_TYPES):
            media.append((file.url, file.size))
        else:
            lines.append(say_file(file))
    return media, lines


def pack(media: list[tuple[str, int]]) -> Iterator[tuple[str, ...]]:
    """Yield the addresses in as few messages as the limits allow."""
    urls: list[str] = []
    total = 0
    for url, size in media:
        if urls and (len(urls) == MEDIA_MAX or total + size > MEDIA_BYTES):
            yield tuple(urls)
            urls, total = [], 0
        urls.append(url)
        total += size
    if urls:
        yield tuple(urls)
