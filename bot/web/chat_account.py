"""What the widget is told of an account, from its options. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.media import KEPT_TYPES
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import Json

MOST_FILES = 20  # of one visitor in FILES_PERIOD
FILES_PERIOD = timedelta(minutes=10)
FILES_EACH = 5  # in one message
_LARGEST = 10  # MB of one file, unless the account says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a customer agrees to before anything is kept. `version` changes with the words."""

    text: str
    link: str | None
    version: str


def read_consent(options: Mapping[str, str]) -> Consent | None:
    """Return what an account wants agreed to, None where it wants nothing."""
    text = options.get("consent", "").strip()
    if not text:
        return None
    link = options.get("consent_link") or None
    digest = hashlib.sha256(f"{text}\n{link or ''}".encode()).hexdigest()
    return Consent(text=text, link=link, version=digest[:12])


def read_asked(options: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a customer is asked for before the first message: `name`, `email`."""
    asked = options.get("ask", "").replace(",", " ").split()
    return tuple(each for each in ("name", "email") if each in asked)


def must_tell(options: Mapping[str, str]) -> bool:
    """Tell whether nobody may write without what is asked for."""
    return options.get("ask_required", "").strip().lower() in {"true", "yes", "on", "1"}


def read_largest(options: Mapping[str, str]) -> int:
    """Return how many bytes a customer's file may have; 0 where none are taken."""
    return int(options.get("largest_file", _LARGEST)) * 1_000_000


def render_account(options: Mapping[str, str], *, name: str, text_max: int) -> dict[str, Json]:
    """Say what the widget shows of the brand, and what it has to ask for."""
    title = options.get("title", name)
    consent = read_consent(options)
    return {
        "title": title,
        "greeting": options.get("greeting", say("chat.greeting", title=title)),
        "text_max": text_max,
        "consent": asdict(consent) if consent else None,
        "ask": list(read_asked(options)),
        "ask_required": must_tell(options),
        "files": {"largest": read_largest(options), "most": FILES_EACH, "kinds": sorted(KEPT_TYPES)},
    }
