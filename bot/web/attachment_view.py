"""What a shared file, place or business card looks like to staff. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.media import SHOWN_TYPES, MediaFile, MediaState
from bot.web.words import load_texts, say

if TYPE_CHECKING:
    from bot.domain.message import Attachment

# A reference is a customer's: it becomes a link only as one of these, never as it came.
_PHONE = re.compile(r"tel:(\+?[\d ()./-]{3,32})", re.ASCII)
_PLACE = re.compile(r"geo:(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)", re.ASCII)
# A story may not be kept. It lies with Meta, for a day.
_STORY = re.compile(
    r"story:(https://[a-z0-9.-]+\.(?:fbcdn\.net|fbsbx\.com|cdninstagram\.com)/[!-~]*)", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """Words, then perhaps a link. `elsewhere`: it leads to another site.

    `shown` is how the file at `href` can be shown in the page: image, audio, video, or not at all.
    """

    words: str
    link: str = ""
    href: str = ""
    elsewhere: bool = False
    shown: str = ""


def view_file(attachment: Attachment, file: MediaFile | None, href: str) -> AttachmentView:
    """Show a file that we keep at `href`, or say what has become of it."""
    view = view_attachment(attachment)
    if file is None:
        return view
    if file.state is not MediaState.KEPT:
        told = say(f"attachment.{file.state.value}")
        return replace(view, words=f"{view.words}: {told}" + (f" ({file.reason})" if file.reason else ""))
    shown = file.mime.partition("/")[0] if file.mime in SHOWN_TYPES else ""
    return replace(view, link=say_size(file.size), href=href, shown=shown)


def say_size(size: int) -> str:
    """Say a number of bytes as people do."""
    if size < 1_000_000:  # noqa: PLR2004 - a megabyte
        return say("attachment.kilobytes", number=max(1, round(size / 1_000)))
    return say("attachment.megabytes", number=f"{size / 1_000_000:.1f}")


def view_attachment(attachment: Attachment) -> AttachmentView:
    """Show a phone number as one to call, a place on a map, a story where it lies, all else by its name."""
    words = attachment.name or load_texts().get(f"attachment.{attachment.kind}", attachment.kind)
    if phone := _PHONE.fullmatch(attachment.ref):
        return AttachmentView(words=words, link=phone[1], href=f"tel:{re.sub(r'[^+0-9]', '', phone[1])}")
    if place := _PLACE.fullmatch(attachment.ref):
        latitude, longitude = place.groups()
        href = (
            f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
        )
        return AttachmentView(words=words, link=f"{latitude}, {longitude}", href=href, elsewhere=True)
    if story := _STORY.fullmatch(attachment.ref):
        return AttachmentView(words=words, link=say("attachment.look"), href=story[1], elsewhere=True)
    return AttachmentView(words=words)
