"""Parts of Mastodon's entities in our words. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.connector.fields import MAX_ID, MAX_TEXT
from bot.connector.text import clean_text
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Content
from connectors.mastodon.plain_text import drop_names, read_html
from connectors.mastodon.quotes import split_quote

KINDS: Mapping[str, str] = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}
FOR_MANY = frozenset({"public", "unlisted", "private", "local"})
MAX_URL = 2_000
MAX_FILES = 32


def is_direct(status: JsonObject) -> bool:
    """Tell whether a post is between those it names. What is not known to be for more people is.

    Pleroma and its kin have `local` and `list` besides Mastodon's own: for one server, and for a few people.
    """
    return status.get("visibility") not in FOR_MANY


def is_me(account_id: Json, known: JsonObject) -> bool:
    """Tell whether an account is ours; never where we do not know who we are."""
    return known.get("me") is not None and account_id == known.get("me")


def make_key(person: str, status: JsonObject, known: JsonObject) -> str:
    """Return the conversation's key: people answer in threads, and one person may be in several."""
    if is_direct(status):
        return person
    if not status.get("in_reply_to_id"):
        return f"{person}:{take_id(status['id'])}"
    return f"{person}:{take_id(known.get('thread') or status['in_reply_to_id'])}"


def read_content(status: JsonObject, known: JsonObject) -> Content:
    """Return text, files and the quoted post. A content warning opens the text of a thread's first post.

    In answers apps repeat the warning by themselves: there it is only metadata.
    """
    html, quoted = split_quote(take_text(status.get("content")), status.get("quote"))
    words = drop_names(read_html(html), find_own_names(status, known))
    warning = "" if status.get("in_reply_to_id") else take_text(status.get("spoiler_text"), limit=MAX_ID)
    text = "\n\n".join(part for part in (warning.strip(), words, read_poll(status)) if part)
    files = status.get("media_attachments")
    found = (read_file(file) for file in (files if isinstance(files, list) else [])[:MAX_FILES])
    return Content(text=text[:MAX_TEXT], attachments=tuple(file for file in (*found, quoted) if file))


def read_poll(status: JsonObject) -> str:
    """Return a line for each choice of a post's poll."""
    poll = status.get("poll")
    options = poll.get("options") if isinstance(poll, Mapping) else None
    shown = options[:MAX_FILES] if isinstance(options, list) else []
    titles = (each.get("title") for each in shown if isinstance(each, Mapping))
    return "\n".join(f"- {take_text(title, limit=MAX_ID)}" for title in titles if isinstance(title, str))


def read_file(raw: Json) -> Attachment | None:
    """Return a file of a post, None for one without an address."""
    if not isinstance(raw, Mapping):
        return None
    url = raw.get("url") or raw.get("remote_url")
    if not isinstance(url, str) or not url:
        return None
    description = raw.get("description")
    return Attachment(
        kind=KINDS.get(str(raw.get("type")), "file"),
        ref=clean_text(url[:MAX_URL]),
        name=clean_text(description[:MAX_ID]) if isinstance(description, str) else None,
    )


def find_own_names(status: JsonObject, known: JsonObject) -> frozenset[str]:
    """Return what the post may call us by. A mention of one account alone is of us."""
    mentions = list_mentions(status)
    own = [each for each in mentions if each.get("id") == known.get("me")]
    if known.get("me") is None and len(mentions) == 1:
        own = mentions
    names = set()
    for each in own:
        username, acct = take_text(each.get("username")), take_text(each.get("acct"))
        names |= {username, acct, f"{username}@{find_host(take_text(each.get('url')))}"}
    return frozenset(f"@{name.lower()}" for name in names if name)


def is_mentioned(status: JsonObject, known: JsonObject) -> bool:
    """Tell whether a post names us; where we do not know who we are, whether it names anybody."""
    me = known.get("me")
    return any(me is None or each.get("id") == me for each in list_mentions(status))


def list_mentions(status: JsonObject) -> list[JsonObject]:
    """Return whom a post mentions."""
    mentions = status.get("mentions")
    return [each for each in mentions if isinstance(each, Mapping)] if isinstance(mentions, list) else []


def find_host(url: str) -> str:
    """Return the host of an address, empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def read_author(author: JsonObject, status: JsonObject) -> Handle:
    """Return who wrote a post. An account's id is the same for ever, its names are not."""
    acct = take_text(author.get("acct"), limit=MAX_ID)
    return Handle(
        native_id=take_id(author["id"]),
        name=take_text(author.get("display_name"), limit=MAX_ID) or acct or None,
        username=acct or None,
        locale=take_text(status.get("language"), limit=MAX_ID) or None,
    )


def name_app(status: JsonObject) -> str:
    """Return the name of the application that a post was written with; servers tell it to its author."""
    app = status.get("application")
    return take_text(app.get("name"), limit=MAX_ID) if isinstance(app, Mapping) else ""


def pick(data: JsonObject, name: str) -> JsonObject:
    """Return a required object. Raises TypeError for anything else."""
    value = data.get(name)
    if isinstance(value, Mapping):
        return value
    raise TypeError(f"{name} is no object")


def take_id(value: Json) -> str:
    """Return an id. Raises TypeError for what is none."""
    if isinstance(value, str) and 0 < len(value) <= MAX_ID:
        return clean_text(value) or "0"
    raise TypeError("not an id")


def take_text(value: Json, *, limit: int | None = None) -> str:
    """Return a string we can keep, empty for null. Raises TypeError for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("not a string")
    return clean_text(value[:limit])


def read_time(value: Json) -> datetime | None:
    """Return an ISO time in UTC, None for what is none."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def fingerprint(frame: JsonObject) -> str:
    """Return an id of an event that has none: the same event has the same."""
    return hashlib.sha256(json.dumps(frame, sort_keys=True, default=str).encode()).hexdigest()[:32]
