"""`Content` ↔ the JSON it is stored as. Empty parts are left out."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.domain.message import Attachment, Button, Content

if TYPE_CHECKING:
    from collections.abc import Mapping


def dump_content(content: Content) -> dict[str, Any]:
    """Turn content into JSON."""
    stored: dict[str, Any] = {"text": content.text} if content.text else {}
    if content.buttons:
        stored["buttons"] = [_dump(button) for button in content.buttons]
    if content.attachments:
        stored["attachments"] = [_dump(attachment) for attachment in content.attachments]
    if content.image:
        stored["image"] = content.image
    if content.custom is not None:
        stored["custom"] = dict(content.custom)
    if content.private:
        stored["private"] = True
    return stored


def _dump(part: Button | Attachment) -> dict[str, Any]:
    dumped = asdict(part)
    if part.written is None:
        del dumped["written"]  # nearly always: and who has an older version running can read it
    return dumped


def load_content(stored: Mapping[str, Any]) -> Content:
    """Read content back."""
    return Content(
        text=stored.get("text", ""),
        buttons=tuple(Button(**button) for button in stored.get("buttons", ())),
        attachments=tuple(Attachment(**attachment) for attachment in stored.get("attachments", ())),
        image=stored.get("image"),
        custom=stored.get("custom"),
        private=stored.get("private", False),
    )
