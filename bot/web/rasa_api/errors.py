"""Refusals as Rasa's clients read them: `{version, status, message, reason, details, help, code}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.errors import (
    BadEvent,
    BadParameter,
    EngineError,
    EngineUnavailable,
    ModelMissing,
    NotOffered,
    UnknownAction,
    VisavisError,
)

if TYPE_CHECKING:
    from bot.domain.json import JsonObject

RASA_VERSION = "3.6.21"  # whose API this is
_PREFIXES = ("/conversations/", "/model/")
_ADDRESSES = frozenset({"/model", "/domain", "/status", "/version"})
# The first that fits. An engine's words are for whoever called: programs, not customers.
_KINDS: tuple[tuple[type[VisavisError], int, str], ...] = (
    (NotOffered, 501, "NotImplemented"),
    (EngineUnavailable, 503, "Unavailable"),
    (BadEvent, 400, "BadRequest"),
    (UnknownAction, 400, "BadRequest"),
    (EngineError, 500, "ConversationError"),
    (ModelMissing, 409, "Conflict"),
)
_REASONS = {
    400: "BadRequest",
    401: "NotAuthenticated",
    403: "NotAuthorized",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
}


def speaks_rasa(request: web.Request) -> bool:
    """Tell whether a request is to one of Rasa's own addresses. Webhooks have refusals of ours."""
    return request.path.rstrip("/") in _ADDRESSES or request.path.startswith(_PREFIXES)


def find_kind(error: VisavisError) -> tuple[int, str]:
    """Return status and reason of an error that is no refusal: 503 where another try may help."""
    found = ((status, reason) for kind, status, reason in _KINDS if isinstance(error, kind))
    return next(found, (503, "Unavailable"))


def render_error(error: Exception, *, status: int, reason: str, message: str) -> JsonObject:
    """Return the body of a refusal."""
    details = {"parameter": error.name, "in": error.place} if isinstance(error, BadParameter) else {}
    return {
        "version": RASA_VERSION,
        "status": "failure",
        "message": message,
        "reason": _REASONS.get(status, reason),
        "details": details,
        "help": None,
        "code": status,
    }
