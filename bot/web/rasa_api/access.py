"""Who may use Rasa's API: as with Rasa, by `?token=` or by JWT; without either, programs of this machine.

Nothing fails open: where a key is set, whoever shows none is refused.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from bot.errors import BadSignature, NotAllowed
from bot.web.clients import is_this_machine
from bot.web.keys import AUTH_TOKEN, JWT_READER

if TYPE_CHECKING:
    from bot.domain.json import JsonObject

_REFUSED = "User is not authenticated."
_NOT_YOURS = "User has insufficient permissions."


def check_access(request: web.Request) -> None:
    """Let in who may do anything. Raises `BadSignature`, `NotAllowed`."""
    _check(request, conversation=None)


def check_access_to(request: web.Request, conversation: str) -> None:
    """Let in who may do anything, and the user of that name. Raises `BadSignature`, `NotAllowed`."""
    # Accounts are chosen by those who may see all of them: names are one's own on one channel only.
    chosen = "channel" in request.query or "account" in request.query
    _check(request, conversation=None if chosen else conversation)


def _check(request: web.Request, *, conversation: str | None) -> None:
    token, reader = request.app[AUTH_TOKEN], request.app[JWT_READER]
    if token is None and reader is None:
        if not is_this_machine(request):
            raise NotAllowed("set VISAVIS_AUTH_TOKEN to use this from another machine")
        return
    given = request.query.get("token", "")
    if token is not None and hmac.compare_digest(_bytes(given), token.encode()):
        return
    payload = None
    header = request.headers.get(hdrs.AUTHORIZATION, "")
    if reader is not None and header.startswith("Bearer "):
        payload = reader.read(header)
    if payload is None:
        raise BadSignature(_REFUSED)
    if not _may(payload, conversation):
        raise NotAllowed(_NOT_YOURS)


def _may(payload: JsonObject, conversation: str | None) -> bool:
    user = payload.get("user")
    if not isinstance(user, Mapping):
        return False
    if user.get("role") == "admin":
        return True
    return user.get("role") == "user" and conversation is not None and user.get("username") == conversation


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
