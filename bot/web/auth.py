"""Who is asking: session cookies, roles, and proof that a POST comes from our own pages.

A handler says whom it serves with `@require(Role.AGENT)`; inside, `current_staff(request)` and
`current_session(request)` answer. Every request that changes something must carry the session's
token (`X-CSRF-Token` or the form field `csrf`) and, where the browser names one, our own origin.
"""

from __future__ import annotations

import hmac
from functools import wraps
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web

from bot.errors import BusUnavailable, NotAllowed, Refused, StorageUnavailable
from bot.service.sign_in import LONGEST, get_session
from bot.storage.sessions import Session
from bot.web.bodies import read_form
from bot.web.clients import is_https
from bot.web.devices import LIFETIME as DEVICE_LIFETIME
from bot.web.devices import make_device, read_device
from bot.web.errors import log_refusal
from bot.web.keys import PUBLIC_URL, ROAD, SIGNING_KEY
from bot.web.render import SESSION, is_fragment, refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta

    from bot.domain.staff import Role, Staff

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_COOKIE = "visavis_session"
_DEVICE_COOKIE = "visavis_device"


def current_session(request: web.Request) -> Session:
    """Return the session of a request that passed `require`."""
    return request[SESSION]


def current_staff(request: web.Request) -> Staff:
    """Return who is asking, in a request that passed `require`."""
    return request[SESSION].staff


def require(*roles: Role) -> Callable[[Handler], Handler]:
    """Let only staff with one of `roles` reach a handler (without any: all staff), from our own pages."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                session = await _check_staff(request, roles)
                return _to_login(request) if session is None else await handler(request)
            except Refused as error:
                log_refusal(request, status=error.status, code=error.code, reason=str(error))
                return refuse(request, error)
            except (StorageUnavailable, BusUnavailable) as error:
                return refuse(request, error)

        return guarded

    return decorate


async def _check_staff(request: web.Request, roles: tuple[Role, ...]) -> Session | None:
    session = await load_session(request)
    if session is None:
        return None
    request[SESSION] = session
    if roles and not any(session.staff.may(role) for role in roles):
        raise NotAllowed(f"This page is for people with the role {roles[0].value}. Ask an admin.")
    await check_own_page(request, session)
    return session


async def load_session(request: web.Request) -> Session | None:
    """Return the live session of a request's cookie, if there is one."""
    token = get_token(request)
    return await get_session(request.app[ROAD], token) if token else None


async def check_own_page(request: web.Request, session: Session) -> None:
    """Raise `NotAllowed` if a request that changes something was not made by a page of this session."""
    if request.method in _SAFE_METHODS:
        return
    check_origin(request)
    given = request.headers.get(CSRF_HEADER) or (await read_form(request)).get(CSRF_FIELD, "")
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), session.csrf.encode()):
        raise NotAllowed("Not done: this page is out of date. Load it again, then repeat.")


def check_origin(request: web.Request) -> None:
    """Raise `NotAllowed` if the browser says that another site made this request."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None:
        ours = {request.host, urlsplit(request.app[PUBLIC_URL] or "").netloc}
        own = _host_of(origin) in ours - {""}
    else:
        own = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    if not own:
        raise NotAllowed("Not done: the request came from another site.")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # no address at all
        return ""


def get_token(request: web.Request) -> str | None:
    """Return the session token a browser sent."""
    return request.cookies.get(_name(request, _COOKIE))


def set_token(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Give a browser its session token."""
    _set_cookie(request, response, _COOKIE, token, LONGEST)


def drop_token(request: web.Request, response: web.StreamResponse) -> None:
    """Take a browser's session token away."""
    name, secure = _name(request, _COOKIE), _is_secure(request)
    response.del_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")


def get_device(request: web.Request, email: str) -> str | None:
    """Return the name of the browser if this person has logged in with it before."""
    token = request.cookies.get(_name(request, _DEVICE_COOKIE), "")
    return read_device(request.app[SIGNING_KEY], email, token, now=request.app[ROAD].now())


def set_device(request: web.Request, response: web.StreamResponse, email: str) -> None:
    """Let a browser prove from now on that this person has logged in with it."""
    token = make_device(request.app[SIGNING_KEY], email, now=request.app[ROAD].now())
    _set_cookie(request, response, _DEVICE_COOKIE, token, DEVICE_LIFETIME)


def _set_cookie(
    request: web.Request, response: web.StreamResponse, name: str, value: str, lifetime: timedelta
) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="Lax",
    )


def _name(request: web.Request, cookie: str) -> str:
    return f"__Host-{cookie}" if _is_secure(request) else cookie


def _is_secure(request: web.Request) -> bool:
    # A proxy that ends TLS speaks plain HTTP to us: what the public address says counts for its host.
    public = urlsplit(request.app[PUBLIC_URL] or "")
    return is_https(request) or (public.scheme == "https" and public.netloc == request.host)


def _to_login(request: web.Request) -> web.StreamResponse:
    if is_fragment(request) or "text/event-stream" in request.headers.get(hdrs.ACCEPT, ""):
        return web.Response(
            status=401, headers={"HX-Redirect": f"/login{_come_back_to(_shown_page(request))}"}
        )
    if request.method not in _SAFE_METHODS:
        raise NotAllowed("Not done: you are logged out. Log in, then repeat.")
    raise web.HTTPSeeOther(f"/login{_come_back_to(request.path_qs)}")


def _come_back_to(page: str) -> str:
    return f"?next={quote(page, safe='')}" if page not in ("", "/") else ""


def _shown_page(request: web.Request) -> str:
    """Return the page on which a part was asked for; empty where the browser does not say."""
    try:
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:  # no address at all
        return ""
    return shown._replace(scheme="", netloc="", fragment="").geturl()
