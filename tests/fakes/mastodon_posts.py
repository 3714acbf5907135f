"""How Mastodon shows posts, accounts and notifications."""

from __future__ import annotations

import html
import re
from typing import Any

from aiohttp import web

Post = dict[str, Any]
ME: dict[str, Any] = {
    "id": "1",
    "username": "lyra",
    "acct": "lyra",
    "display_name": "Lyra",
    "bot": True,
    "url": "https://social.example/@lyra",
}
NAMED = ("id", "username", "acct", "url")  # what a post tells of whom it mentions
NAME = re.compile(r"(?<![\w/])@([A-Za-z0-9_]+)(@[\w.-]+)?")
LINK = re.compile(r"https?://[\w.-]+\.\w+\S*")


def make_account(number: str) -> dict[str, Any]:
    """Return a person of another server."""
    name = f"person{number}"
    return {
        "id": number,
        "username": name,
        "acct": f"{name}@other.example",
        "display_name": f"Person {number}",
        "bot": False,
        "url": f"https://other.example/@{name}",
    }


def make_post(post_id: str, author: dict[str, Any], text: str, **more: Any) -> Post:
    """Return a post of an author, its text as HTML."""
    mentioned = [ME] if f"@{ME['username']}" in text.split() or "@lyra" in text else []
    return {
        "id": post_id,
        "created_at": "2026-01-31T12:00:00.000Z",
        "edited_at": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "url": f"https://other.example/posts/{post_id}",
        "content": show(text),
        "account": author,
        "media_attachments": [],
        "mentions": [{name: each[name] for name in NAMED} for each in mentioned],
        **more,
    }


def show(text: str) -> str:
    """Return a text as Mastodon's HTML: paragraphs, lines, names and shortened links."""
    paragraphs = []
    for paragraph in html.escape(text, quote=False).split("\n\n"):
        lines = NAME.sub(show_name, LINK.sub(show_link, paragraph)).replace("\n", "<br />")
        paragraphs.append(f"<p>{lines}</p>")
    return "".join(paragraphs)


def show_name(found: re.Match[str]) -> str:
    """Return a mention: the name without its server."""
    return (
        f'<span class="h-card" translate="no"><a href="https://social.example/@{found[1]}" '
        f'class="u-url mention">@<span>{found[1]}</span></a></span>'
    )


def show_link(found: re.Match[str]) -> str:
    """Return a link, its beginning and end hidden."""
    scheme, rest = found[0].split("://", 1)
    return (
        f'<a href="{found[0]}" rel="nofollow"><span class="invisible">{scheme}://</span>'
        f'<span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span></a>'
    )


def make_notification(note_id: str, kind: str, post: Post) -> dict[str, Any]:
    """Return a notification of a post."""
    return {
        "id": note_id,
        "type": kind,
        "created_at": post["created_at"],
        "account": post["account"],
        "status": post,
    }


def measure(text: str) -> int:
    """Count a post's characters: a link counts 23, of a name its server does not count."""
    return len(NAME.sub(lambda found: f"@{found[1]}", LINK.sub("x" * 23, text)))


def within(items: list[dict[str, Any]], request: web.Request) -> list[dict[str, Any]]:
    """Return a page as Mastodon pages: newest first, right behind `min_id` or below `max_id`."""
    after = int(request.query.get("min_id", request.query.get("since_id", "0")))
    before = int(request.query.get("max_id", "999999999"))
    found = [each for each in items if after < int(each["id"]) < before]
    found.sort(key=lambda each: int(each["id"]))
    limit = int(request.query.get("limit", "40"))
    page = found[:limit] if "min_id" in request.query else found[-limit:]
    return page[::-1]
