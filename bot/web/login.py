"""`/login` and `/logout`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from bot.domain.staff import Role
from bot.errors import Refused, StorageUnavailable
from bot.service.sign_in import Door, Knock, sign_in, sign_out
from bot.web import auth
from bot.web.bodies import read_form
from bot.web.clients import get_client
from bot.web.keys import ROAD
from bot.web.rasa_api.errors import RASA_VERSION
from bot.web.render import refuse, render

if TYPE_CHECKING:
    from bot.domain.staff import Staff

DOOR = web.AppKey("door", Door)


def home_of(staff: Staff) -> str:
    """Return the page somebody starts on."""
    return "/desk" if staff.may(Role.AGENT) or not staff.may(Role.TRAINER) else "/trainer"


GREETING = f"Hello from Visavis, which speaks the HTTP API of Rasa: {RASA_VERSION}"


async def get_home(request: web.Request) -> web.StreamResponse:
    """`GET /`: on to the page one works on; programs are greeted, as Rasa does."""
    session = await auth.load_session(request)
    if session is None and "text/html" not in request.headers.get(hdrs.ACCEPT, ""):
        return web.Response(text=GREETING)
    raise web.HTTPSeeOther(home_of(session.staff) if session else "/login")


async def get_login(request: web.Request) -> web.StreamResponse:
    """`GET /login`."""
    try:
        session = await auth.load_session(request)
    except StorageUnavailable as error:
        return refuse(request, error)
    if session is not None:
        raise web.HTTPSeeOther(home_of(session.staff))
    return _login_page(request, status=200)


async def post_login(request: web.Request) -> web.StreamResponse:
    """`POST /login`: a new session, then on to where they wanted to go."""
    form = await read_form(request)
    email, password = form.get("email", ""), form.get("password", "")
    knock = Knock(
        email=email,
        password=password,
        address=get_client(request),
        device=auth.get_device(request, email),
        old_token=auth.get_token(request),
    )
    try:
        auth.check_origin(request)
        token = await sign_in(request.app[ROAD], request.app[DOOR], knock)
    except Refused as error:
        return _login_page(request, status=error.status, email=email, sentence=str(error))
    except StorageUnavailable as error:
        return _login_page(request, status=503, email=email, sentence=str(error))
    response = web.Response(status=303, headers={"Location": _safe_next(request)})
    auth.set_token(request, response, token)
    auth.set_device(request, response, email)
    return response


@auth.require()
async def post_logout(request: web.Request) -> web.StreamResponse:
    """`POST /logout`: the session is gone on the server too."""
    token = auth.get_token(request)
    if token:
        await sign_out(request.app[ROAD], token)
    response = web.Response(status=303, headers={"Location": "/login", "Clear-Site-Data": '"storage"'})
    auth.drop_token(request, response)
    return response


def _login_page(request: web.Request, *, status: int, email: str = "", sentence: str = "") -> web.Response:
    return render(
        request, "login.html", status=status, email=email, sentence=sentence, next=_safe_next(request)
    )


def _safe_next(request: web.Request) -> str:
    """Return the page asked for, if it is one of ours: never another site."""
    wanted = request.query.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else "/"


def add_login_routes(app: web.Application) -> None:
    """Serve `/`, `/login` and `/logout`.

    The app must carry `ROAD`, `PUBLIC_URL`, `SIGNING_KEY` and `TEMPLATES`.
    """
    app[DOOR] = Door()
    app.router.add_get("/", get_home)
    app.router.add_get("/login", get_login)
    app.router.add_post("/login", post_login)
    app.router.add_post("/logout", post_logout)
