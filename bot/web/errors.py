"""What a request gets when something is wrong: refused in words, or 500 without a word of ours in it.

At Rasa's own addresses it is told in Rasa's words (`rasa_api.errors`).
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web

from bot.errors import PayloadTooLarge, Refused, VisavisError
from bot.service.outages import OutageLog
from bot.web.bodies import MAX_BODY, read_body
from bot.web.clients import find_client
from bot.web.rasa_api.errors import find_kind, render_error, speaks_rasa
from bot.web.refusals import Refusals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.json import JsonObject

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger(__name__)
_REFUSALS: web.AppKey[Refusals] = web.AppKey("refusals")
_OUTAGES: web.AppKey[OutageLog] = web.AppKey("outages")

_RETRY_SECONDS = "1"
_GONE = 499  # nobody reads it: the caller hung up
_AWAY = (503, "unavailable")
_OUR_FAULT = 500  # and above: what the caller can do nothing about
_NOT_OFFERED = 501
_NAMED = ("channel", "account")  # parts of paths that are no secret, as those of visitors are
_WORDS = {
    404: ("not_found", "there is nothing at this address"),
    405: ("wrong_method", "this address does not take this method; `Allow` says which it takes"),
}


def answer_errors_in(app: web.Application) -> None:
    """Have what goes wrong in an application answered, inside of the middlewares it has, and told."""
    app[_REFUSALS] = Refusals()
    app[_OUTAGES] = OutageLog()
    app.middlewares.append(_answer_errors)


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors as `{"code", "message"}` with their status; log each refusal, of a flood some."""
    try:
        await read_body(request)
        response = await handler(request)
    except Refused as error:
        return _refuse(request, error)
    except web.HTTPClientError as error:
        return _refuse_lost(request, error)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets an answer and we a line
        return _fail(request, error)
    if response.status < _OUR_FAULT:
        outages = request.app[_OUTAGES]
        if outages.under_way:
            outages.worked(_name(request), log.info, "requests work again", **_describe(request))
    return response


def _fail(request: web.Request, error: Exception) -> web.Response:
    if isinstance(error, VisavisError):
        return _fail_in_words(request, error)
    if _hung_up(request):
        log.info("caller hung up", route=_route(request))
        return web.Response(status=_GONE)
    place = f"{type(error).__name__} at {_find_place(error)}"
    log_failure(request, place, event="request broke", exc_info=error)
    return _answer(request, error, (500, "internal", "Something went wrong here. It was written down."))


def _fail_in_words(request: web.Request, error: VisavisError) -> web.Response:
    """Say what is away, the database, the bus or the model; or what a program may not ask for."""
    status, code = find_kind(error) if speaks_rasa(request) else _AWAY
    headers = None
    if status < _OUR_FAULT or status == _NOT_OFFERED:
        log_refusal(request, status=status, code=code, reason=str(error))
    else:
        log_failure(request, str(error), event="request failed", reason=str(error), kind=type(error).__name__)
        headers = {"Retry-After": _RETRY_SECONDS} if status == _AWAY[0] else None
    return _answer(request, error, (status, code, str(error)), headers=headers)


def log_failure(request: web.Request, cause: str, *, event: str, **fields: object) -> None:
    """Write a line about a request that failed here: the first of its `cause`, then one in a while.

    `left_out` says how many were not told before it.
    """
    where = _describe(request)
    request.app[_OUTAGES].failed(_name(request), cause, log.error, event, **where, **fields)


def _describe(request: web.Request) -> dict[str, str]:
    """Return what may be said of where a request went: the account, which fails or works by itself."""
    named = request.match_info
    return {"route": _route(request), **{name: named[name] for name in _NAMED if name in named}}


def _name(request: web.Request) -> str:
    return " ".join(_describe(request).values())


def _find_place(error: Exception) -> str:
    """Return the line at which an error was raised: other defects of the same kind are told, too."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "no place"


def _hung_up(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _refuse(request: web.Request, error: Refused) -> web.Response:
    log_refusal(request, status=error.status, code=error.code, reason=str(error))
    return _answer(request, error, (error.status, error.code, str(error)))


def _refuse_lost(request: web.Request, error: web.HTTPClientError) -> web.StreamResponse:
    """Say it to programs as everything is said to them; to browsers in plain words."""
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return _refuse(request, PayloadTooLarge(f"the body is larger than {MAX_BODY} bytes"))
    code, reason = _WORDS.get(error.status, ("refused", error.reason))
    log_refusal(request, status=error.status, code=code, reason=reason)
    if "text/html" in request.headers.get(hdrs.ACCEPT, ""):
        raise error
    allowed = error.headers.get(hdrs.ALLOW)
    headers = {"Allow": allowed} if allowed else None
    return _answer(request, error, (error.status, code, reason), headers=headers)


def log_refusal(request: web.Request, *, status: int, code: str, reason: str) -> None:
    """Write a line about a refused request. `reason` must not repeat what a customer wrote.

    Of a flood of them only some have one: `left_out` says how many were not told before it.
    """
    route = _route(request)
    left_out = request.config_dict[_REFUSALS].count(route, code, now=monotonic())
    if left_out is None:
        return
    log.warning(
        "request refused",
        route=route,
        address=str(find_client(request) or request.remote),
        status=status,
        code=code,
        reason=reason,
        **({"left_out": left_out} if left_out else {}),
    )


def _route(request: web.Request) -> str:
    """Return the pattern of the route: paths themselves may hold visitors' ids."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else 'unknown'}"


def _answer(
    request: web.Request,
    error: Exception,
    told: tuple[int, str, str],
    *,
    headers: dict[str, str] | None = None,
) -> web.Response:
    status, code, message = told
    body: JsonObject = {"code": code, "message": message}
    if speaks_rasa(request):
        body = render_error(error, status=status, reason=code, message=message)
    return web.json_response(body, status=status, headers=headers)
