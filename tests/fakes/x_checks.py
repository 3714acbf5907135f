"""Whom X lets in, and how it refuses. OAuth 1.0a signatures are computed here by RFC 5849, by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from tests.fakes.x_events import SECRET

KEY = "consumer-key"
TOKEN, TOKEN_SECRET = "100-access-token", "access-token-secret"
CLIENT, CLIENT_SECRET = "client-1", "client-secret"


class Refusal(Exception):
    """X says no."""

    def __init__(self, status: int, title: str, detail: str, kind: str = "about:blank") -> None:
        super().__init__(title)
        self.status = status
        self.body = {"title": title, "detail": detail, "type": kind, "status": status}


def escape(text: str) -> str:
    """Percent-encode as RFC 5849 (3.6) does."""
    return quote(text, safe="-._~")


def is_signed(request: web.Request) -> bool:
    """Tell whether a call is signed by the account, with its query."""
    header = request.headers.get("Authorization", "")
    given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', header)}
    signature = given.pop("oauth_signature", "")
    pairs = [*given.items(), *request.query.items()]
    listed = "&".join(f"{name}={value}" for name, value in sorted((escape(n), escape(v)) for n, v in pairs))
    address = str(request.url.with_query(None))
    base = "&".join(escape(part) for part in (request.method, address, listed))
    key = f"{escape(SECRET)}&{escape(TOKEN_SECRET)}".encode()
    wanted = base64.b64encode(hmac.new(key, base.encode(), hashlib.sha1).digest()).decode()
    known = given.get("oauth_consumer_key") == KEY and given.get("oauth_token") == TOKEN
    return header.startswith("OAuth ") and known and hmac.compare_digest(signature, wanted)


def is_app(request: web.Request, name: str, secret: str) -> bool:
    """Tell whether an app names itself."""
    pair = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return request.headers.get("Authorization") == f"Basic {pair}"


def check_fields(body: dict[str, Any], allowed: set[str]) -> None:
    """Refuse what no such call has."""
    if extra := set(body) - allowed:
        raise Refusal(400, "Invalid Request", f"unknown fields: {sorted(extra)}", "invalid-request")
