"""What a shared file, place or business card looks like to staff. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.web.words import load_texts

if TYPE_CHECKING:
    from bot.domain.message import Attachment

# A reference is a customer's: it becomes a link only as one of these, never as it came.
_PHONE = re.compile(r"tel:(\+?[\d ()./-]{3,32})", re.ASCII)
_PLACE = re.compile(r"geo:(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """Words, then perhaps a link. `elsewhere`: it leads to another site."""

    words: str
    link: str = ""
    href: str = ""
    elsewhere: bool = False


def view_attachment(attachment: Attachment) -> AttachmentView:
    """Show a phone number as one to call, a place on a map, anything else by its name."""
    words = attachment.name or load_texts().get(f"attachment.{attachment.kind}", attachment.kind)
    if phone := _PHONE.fullmatch(attachment.ref):
        return AttachmentView(words=words, link=phone[1], href=f"tel:{re.sub(r'[^+0-9]', '', phone[1])}")
    if place := _PLACE.fullmatch(attachment.ref):
        latitude, longitude = place.groups()
        href = (
            f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
        )
        return AttachmentView(words=words, link=f"{latitude}, {longitude}", href=href, elsewhere=True)
    return AttachmentView(words=words)
