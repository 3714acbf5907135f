"""What stands around a customer's words: what they answer, where they come from, to whom they were said.

Connectors keep it in the metadata, and programs may write anything there: whatever is not of the shape that
is expected is passed over, and only `https` links become links. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.desk.brief import shorten, words_of
from bot.domain.contact import PASSED_ON
from bot.domain.message import Author
from bot.web.words import say

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject
    from bot.domain.message import Message

_QUOTED, _SHORT = 90, 120  # characters
# In this order: what is answered word for word, then the comment under which it stands.
_QUOTING = ("quoted", "reply_to", "parent_id")
_ANSWERED = re.compile(r"\s*(?:re|aw|sv|antw|r)\s*:", re.IGNORECASE)
_ADVERTISEMENTS = frozenset({"ad", "ads"})
_POST_ID = re.compile(r"[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundView:
    """One line of words, then perhaps a link to another site: `link` is its host."""

    words: str
    link: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """What a message answers. `id` is None where it is none of what we keep."""

    words: str
    who: str = ""
    id: int | None = None


def list_quoted(message: Message) -> list[str]:
    """Return the platform's ids of what a message may quote."""
    if message.author is not Author.CONTACT:
        return []
    named = (message.metadata.get(name) for name in _QUOTING)
    return [each for each in named if isinstance(each, str) and each]


def view_quote(message: Message, known: Mapping[str, QuoteView]) -> QuoteView | None:
    """Show what a message answers; a comment above it only where it is known."""
    quoted = list_quoted(message)
    words = _read(message.metadata, "quoted_text")
    found = next((known[each] for each in quoted if each in known), None)
    if found is not None:
        return QuoteView(words=shorten(words, _QUOTED), who=found.who, id=found.id) if words else found
    if words:
        return QuoteView(words=shorten(words, _QUOTED))
    is_told = any(_read(message.metadata, name) in quoted for name in ("quoted", "reply_to"))
    return QuoteView(words=say("around.unknown")) if is_told else None


def show_quoted(message: Message, who: str) -> QuoteView:
    """Return how a message looks where it is quoted."""
    words = shorten(words_of(message) or _read(message.metadata, "note"), _QUOTED)
    return QuoteView(words=words or say("desk.no_words"), who=who, id=message.id)


def view_around(message: Message) -> tuple[AroundView, ...]:
    """Show what stands around a customer's message, most telling first."""
    if message.author is not Author.CONTACT:
        return ()
    told = message.metadata
    lines = (
        _say_if(told.get("standby") is True, "standby"),
        _say_if("opt_out" in told, "opt_out"),
        _say_if(PASSED_ON in told, "passed_on"),
        _view_forwarded(told.get("forwarded")),
        _view_story(message),
        _view_referral(told),
        _say_if(told.get("live") is True, "live"),
        _name("product", _read(told, "product")),
        _name("subject", _read_subject(told)),
        _name("warning", _read(told, "content_warning")),
        _name("encrypted", _read(told, "encrypted")),
        _view_link(told),
    )
    return tuple(line for line in lines if line is not None)


def _view_forwarded(told: Json) -> AroundView | None:
    if isinstance(told, str) and told:
        return _name("forwarded_from", shorten(told, _SHORT))
    return _say_if(told is True, "forwarded")


def _view_story(message: Message) -> AroundView | None:
    shown = any(attachment.kind == "story" for attachment in message.content.attachments)
    return _say_if(bool(_read(message.metadata, "story_id")) and not shown, "story")


def _view_referral(told: JsonObject) -> AroundView | None:
    """Show by what somebody came: an advertisement, a post, a link with a word of ours in it."""
    referral = told.get("referral")
    start = _read(told, "start_payload")
    if not isinstance(referral, Mapping):
        return _name("start", start)
    title = _read(referral, "headline") or _read(referral, "ad_title")
    link = _read_link(referral.get("source_url")) or _link_post(_read(referral, "tweet_id"))
    source = {_read(referral, name).lower() for name in ("source", "source_type")}
    name = "advertisement" if source & _ADVERTISEMENTS or _read(referral, "ad_id") else "referral"
    if title:
        words = say(f"around.{name}_named", title=title)
    elif name == "referral" and start:
        words = say("around.start", text=start)
    elif _read(referral, "product_id"):
        words = say("around.product", text=_read(referral, "product_id"))
    elif _read(referral, "welcome_message_id"):
        words = say("around.welcome")
    else:
        words = say(f"around.{name}")
    return AroundView(words=words, link=_host_of(link), href=link)


def _view_link(told: JsonObject) -> AroundView | None:
    link = _read_link(told.get("permalink")) or _read_link(told.get("url"))
    return AroundView(words=say("around.there"), link=_host_of(link), href=link) if link else None


def _link_post(number: str) -> str:
    return f"https://x.com/i/status/{number}" if _POST_ID.fullmatch(number) else ""


def _read_subject(told: JsonObject) -> str:
    """Return a mail's subject, where it is not that of what it answers."""
    subject = _read(told, "subject")
    return "" if _ANSWERED.match(subject) else subject


def _read(told: JsonObject, name: str) -> str:
    value = told.get(name)
    return shorten(value, _SHORT) if isinstance(value, str) else ""


def _read_link(value: Json) -> str:
    if not isinstance(value, str) or not value.startswith("https://"):
        return ""
    return value if value.isprintable() and " " not in value and _host_of(value) else ""


def _host_of(link: str) -> str:
    """Return where a link leads, as people check it."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return "" if parts.username or parts.password else (parts.hostname or "").removeprefix("www.")


def _say_if(true: bool, name: str) -> AroundView | None:  # noqa: FBT001 - a condition
    return AroundView(words=say(f"around.{name}")) if true else None


def _name(name: str, value: str) -> AroundView | None:
    return AroundView(words=say(f"around.{name}", text=value)) if value else None
