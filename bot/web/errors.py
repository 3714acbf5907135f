"""What a request gets when something is wrong: refused in words, or 500 without a word of ours in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot.errors import PayloadTooLarge, Refused, VisavisError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger(__name__)

MAX_BODY = 1024**2  # bytes; platforms send far less, files come by reference
_RETRY_SECONDS = "1"


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors of ours as `{"code", "message"}` with their status; log each refusal once."""
    try:
        return await handler(request)
    except Refused as error:
        return _refuse(request, error)
    except web.HTTPRequestEntityTooLarge:
        return _refuse(request, PayloadTooLarge(f"the body is larger than {MAX_BODY} bytes"))
    except VisavisError as error:  # the database, the bus or the model is away: worth another try
        log.error("request failed", route=_route(request), reason=str(error), kind=type(error).__name__)  # noqa: TRY400 - the sentence says all there is to say
        return _answer(503, "unavailable", str(error), headers={"Retry-After": _RETRY_SECONDS})
    except web.HTTPException:
        raise
    except Exception:  # whatever it was, the caller gets an answer and we get the trace
        log.exception("request broke", route=_route(request))
        return _answer(500, "internal", "Something went wrong here. It was written down.")


def _refuse(request: web.Request, error: Refused) -> web.Response:
    log.warning(
        "request refused",
        route=_route(request),
        address=request.remote,
        status=error.status,
        code=error.code,
        reason=str(error),
    )
    return _answer(error.status, error.code, str(error))


def _route(request: web.Request) -> str:
    """Return the pattern of the route: paths themselves may hold visitors' ids."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else 'unknown'}"


def _answer(status: int, code: str, message: str, *, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=status, headers=headers)
