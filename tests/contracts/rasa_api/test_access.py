"""Who may use the API, and who may not: by token, by JWT, and without either."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from structlog.testing import capture_logs

from bot.errors import SettingsError
from bot.web.keys import AUTH_TOKEN, CORS_ORIGINS, JWT_READER
from bot.web.rasa_api.jwt_tokens import JwtReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.contracts.rasa_api.conftest import Api

KEY = "a secret shared with who issues tokens"
TOKEN = "as in rasa run --auth-token"
ADMIN = {"user": {"username": "root", "role": "admin"}}
ANN = {"user": {"username": "ann", "role": "user"}}
pytestmark = pytest.mark.filterwarnings("ignore:Changing state of started:DeprecationWarning")

ELSEWHERE = {"X-Forwarded-For": "8.8.4.4"}
# What costs or tells something: method, path, body.
GUARDED: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/status", None),
    ("GET", "/domain", None),
    ("POST", "/model/parse", {"text": "/greet"}),
    ("POST", "/model/predict", [{"event": "action", "name": "action_listen"}]),
    ("POST", "/model/train", {}),
    ("DELETE", "/model", None),
    ("GET", "/conversations/ann/tracker", None),
    ("GET", "/conversations/ann/story", None),
    ("POST", "/conversations/ann/tracker/events", {"event": "pause"}),
    ("PUT", "/conversations/ann/tracker/events", []),
    ("POST", "/conversations/ann/messages", {"text": "hi", "sender": "user"}),
    ("POST", "/conversations/ann/predict", None),
    ("POST", "/conversations/ann/execute", {"name": "utter_bye"}),
    ("POST", "/conversations/ann/trigger_intent", {"name": "bye"}),
)


def bearer(payload: Mapping[str, Any], *, key: Any = KEY, method: str = "HS256") -> dict[str, str]:
    return {"Authorization": f"Bearer {jwt.encode(dict(payload), key, algorithm=method)}"}


def use(api: Api, *, token: str | None = None, key: str | None = None, method: str = "HS256") -> None:
    api.app[AUTH_TOKEN] = token
    api.app[JWT_READER] = JwtReader(key, method=method) if key else None


async def status(api: Api, path: str, **headers: str) -> int:
    return (await api.get(path, **headers)).status


async def test_without_a_key_it_is_for_this_machine(api: Api) -> None:
    for method, path, body in GUARDED:
        assert (await api.ask(method, path, body, **ELSEWHERE)).status == 403, path
    for path in ("/version", "/", "/webhooks/rest/"):
        assert await status(api, path, **ELSEWHERE) == 200
    assert await api.rows("SELECT count(*) FROM conversation") == [(0,)]


async def test_where_a_key_is_set_nobody_comes_in_without(api: Api) -> None:
    for keys in ({"token": TOKEN}, {"key": KEY}, {"token": TOKEN, "key": KEY}):
        use(api, **keys)
        for method, path, body in GUARDED:
            answer = await api.ask(method, path, body)
            assert (answer.status, answer.body["reason"]) == (401, "NotAuthenticated"), path
    assert await api.rows("SELECT count(*) FROM conversation") == [(0,)]


async def test_token_or_jwt_lets_in(api: Api) -> None:
    use(api, token=TOKEN, key=KEY)
    for path in ("/status", "/conversations/ann/tracker"):
        assert await status(api, f"{path}?token={TOKEN.replace(' ', '%20')}", **ELSEWHERE) == 200
        assert await status(api, path, **bearer(ADMIN), **ELSEWHERE) == 200
        assert await status(api, f"{path}?token=wrong", **ELSEWHERE) == 401


async def test_user_has_their_own_conversation_only(api: Api) -> None:
    use(api, key=KEY)
    assert await status(api, "/conversations/ann/tracker", **bearer(ANN)) == 200
    for path in (
        "/conversations/bob/tracker",
        "/conversations/ann/tracker?channel=telegram",
        "/conversations/ann/tracker?account=open",
        "/conversations/ann%2Fx/tracker",
        "/status",
        "/domain",
    ):
        assert await status(api, path, **bearer(ANN)) == 403, path


BAD_PAYLOADS: tuple[Any, ...] = (
    {},
    {"user": None},
    {"user": "admin"},
    {"user": ["admin"]},
    {"user": {"role": "ADMIN"}},
    {"user": {"role": ["admin"]}},
    {"user": {"role": "user"}},
    {"user": {"role": "user", "username": None}},
    {"role": "admin"},
)


async def test_token_that_says_something_else_lets_nobody_in(api: Api) -> None:
    use(api, key=KEY)
    for payload in BAD_PAYLOADS:
        assert await status(api, "/conversations/ann/tracker", **bearer(payload)) == 403, payload


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_broken_tokens_are_refused_and_never_logged(api: Api) -> None:
    use(api, token=TOKEN, key=KEY)
    good = bearer(ADMIN)["Authorization"]
    head, body, tail = good.removeprefix("Bearer ").split(".")
    unsigned = jwt.encode(ADMIN, "", algorithm="none")
    bad = [
        "Bearer",
        "Bearer ",
        "Bearer x.y.z",
        good.removeprefix("Bearer "),
        f"Basic {good}",
        f"Bearer {unsigned}",
        f"Bearer {head}.{body}.",
        f"Bearer {head}.{body}.{tail[:-4]}AAAA",
        "Bearer " + "a" * 7000,
        "Bearer " + "." * 3000,
        bearer(ADMIN, key="another secret, also long enough for it")["Authorization"],
        bearer(ADMIN, method="HS512", key=KEY * 2)["Authorization"],
        bearer({**ADMIN, "exp": time.time() - 3600})["Authorization"],
        bearer({**ADMIN, "nbf": time.time() + 3600})["Authorization"],
    ]
    with capture_logs() as logs:
        for header in bad:
            assert await status(api, "/status", Authorization=header) == 401, header[:40]
        assert await status(api, f"/status?token={TOKEN[:-1]}") == 401
    told = str(logs)
    assert not any(secret in told for secret in (KEY, TOKEN, TOKEN[:-1], tail))


async def test_public_key_opens_for_its_private_one(api: Api) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    use(api, key=public.decode(), method="ES256")
    assert await status(api, "/status", **bearer(ADMIN, key=private, method="ES256")) == 200
    forged = jwt.PyJWS().encode(b'{"user": {"role": "admin"}}', "x" * 32, algorithm="HS256")
    assert await status(api, "/status", Authorization=f"Bearer {forged}") == 401


def test_key_that_cannot_be_one_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="public key"):
        JwtReader("a secret", method="RS256")
    with pytest.raises(SettingsError, match="a secret"):
        JwtReader("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", method="HS256")


async def test_pages_of_named_sites_may_call(api: Api) -> None:
    ask = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    path = "/webhooks/rest/webhook"
    assert (await api.ask("OPTIONS", path, **ask)).status == 405
    assert await allowed(api, "GET", "/version", "https://shop.example") is None
    api.app[CORS_ORIGINS] = frozenset({"https://shop.example"})
    assert (await api.ask("OPTIONS", path, **ask)).status == 204
    assert await allowed(api, "GET", "/version", "https://shop.example") == "https://shop.example"
    assert (
        await allowed(api, "GET", "/conversations/x/nothing", "https://shop.example")
        == "https://shop.example"
    )
    assert await allowed(api, "GET", "/version", "https://evil.example") is None
    assert await allowed(api, "GET", "/login", "https://shop.example") is None


async def allowed(api: Api, method: str, path: str, origin: str) -> str | None:
    async with api.http.request(method, api.url + path, headers={"Origin": origin}) as response:
        return response.headers.get("Access-Control-Allow-Origin")


async def test_pages_of_named_sites_may_send_what_headers_they_like(api: Api) -> None:
    api.app[CORS_ORIGINS] = frozenset({"https://shop.example"})
    for wanted in ("x-requested-with, content-type", None):
        ask = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
        ask |= {"Access-Control-Request-Headers": wanted} if wanted else {}
        async with api.http.options(api.url + "/webhooks/rest/webhook", headers=ask) as response:
            allowed_headers = response.headers["Access-Control-Allow-Headers"]
        assert allowed_headers == (wanted or "Authorization, Content-Type, Idempotency-Key")
