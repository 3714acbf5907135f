"""Server-rendered pages: one Jinja environment, and the headers every page goes out with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.desk.reasons import describe_reason
from bot.errors import Refused
from bot.storage.sessions import Session
from bot.web.links import split_links
from bot.web.words import name_channel, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.errors import VisavisError

TEMPLATES = web.AppKey("templates", Environment)
SESSION = web.RequestKey("session", Session)
_ROOT = Path(__file__).parent / "templates"
_THEMES = frozenset({"light", "dark"})

# Our own scripts and styles and nothing else; customers' pictures come from anywhere over https.
PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Not `no-referrer`: it would turn the Origin of our own forms into `null`.
    "Referrer-Policy": "same-origin",
    "Vary": "HX-Request",
    "X-Content-Type-Options": "nosniff",
}


def make_templates(asset_url: Callable[[str], str]) -> Environment:
    """Return the environment of all pages. `asset_url` maps `desk.css` to where it is served."""
    templates = Environment(
        loader=FileSystemLoader(_ROOT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(asset=asset_url, say=say, name_channel=name_channel)
    templates.filters["reason"] = describe_reason
    templates.filters["links"] = split_links
    return templates


def render(request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
    """Answer with a page or a part of one. Every template knows `staff` (or None), `csrf` and `theme`."""
    session = request.get(SESSION)
    theme = request.cookies.get("theme")
    text = (
        request.app[TEMPLATES]
        .get_template(template)
        .render(
            staff=session.staff if session else None,
            csrf=session.csrf if session else "",
            theme=theme if theme in _THEMES else None,
            **values,
        )
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=PAGE_HEADERS)


def refuse(request: web.Request, error: VisavisError) -> web.Response:
    """Answer with an error's sentence: alone to a page that asks for a part of itself, else as a page."""
    status = error.status if isinstance(error, Refused) else 503
    template = "refusal.html" if is_fragment(request) else "refusal_page.html"
    return render(request, template, status=status, sentence=str(error))


def is_fragment(request: web.Request) -> bool:
    """Tell whether a page of ours asks for a part of itself (htmx), not a browser for a page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
