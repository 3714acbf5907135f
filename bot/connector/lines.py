"""Lines of text in place of what a platform does not show. Pure."""

from __future__ import annotations

from bot.connector.replies import OutboundFile
from bot.connector.text import clean_text
from bot.domain.message import Button


def say_button(button: Button) -> str:
    """Return the line that stands for a button: what the customer can write instead, or where it leads."""
    title = clean_text(button.title)
    return f"• {title}: {clean_text(button.url)}" if button.url else f"• {title}"


def say_file(file: OutboundFile) -> str:
    """Return the line that stands for a file: its name, and where it lies if anybody may fetch it."""
    name = clean_text(file.name)
    return f"{name}: {file.url}" if file.url else name
