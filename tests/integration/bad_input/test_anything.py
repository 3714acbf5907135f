"""Anything at all, at every address there is: never a 500, and the log never repeats it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import aiohttp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.domain.staff import Role
from bot.service.add_staff import add_staff
from tests.fakes.whole_app import TELEGRAM_SECRET
from tests.integration.bad_input.conftest import REST, Door

if TYPE_CHECKING:
    from bot.service.road import Road

PASSWORD = "correct horse battery"
SECRETS = {"x-telegram-bot-api-secret-token": TELEGRAM_SECRET}
HOOKS = (REST, "/webhooks/rest/open", "/webhooks/rest/signed", "/webhooks/telegram/lyra", "/model/parse")

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NAMES = st.sampled_from(
    ["sender", "message", "metadata", "message_id", "text", "update_id", "chat", "from", "id", "date", "type"]
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
BODIES = st.binary(max_size=200) | ANYTHING.map(json.dumps).map(str.encode)

# What stands in a path where an id is wanted, and what comes as a query, a form or a header.
STRANGE = (
    "0",
    "9" * 19,
    "9" * 5000,
    "-1",
    "1.5",
    "%00",
    "%ff",
    "..%2f..",
    "%F0%9F%98%80",
    "a'--",
    "x" * 3000,
)
QUERIES = ("view", "ids", "after", "before", "next", "p", "m", "id", "name")
MOMENTS = ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-01-31", "2026-W05", "%00")
FORMS = (
    b"",
    b"csrf=%00&key=%00&text=%00&email=%00&password=%00&intent=%00&words=%00&files=%00&template=%00&seen=%00",
    b"key=1&text=a&files=9,%D9%A3&private=1&word=erase&contacts=%00&scope=all&place.0=%00&template=x",
    b"key=1&text=a&files=" + b"9," * 500 + b"&seen=" + b"9" * 5000 + b"&word=erase&contacts=1&quietly=%00",
    b"csrf=\xff\xfe&key=\xff&text=\xff&email=\xff&password=\xff",
    b"csrf=%ED%A0%80&key=1&text=%ED%A0%80&email=%ED%A0%80&password=x",
    b"text=" + b"x" * 100_000 + b"&key=1&email=" + b"x" * 100_000 + b"&password=" + b"x" * 100_000,
    b"&".join(b"a%d=1" % number for number in range(2000)),
    b'{"not": "a form"}',
)
TYPES = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=klingon",
    "application/x-www-form-urlencoded; charset=utf-16",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain; charset=\xff",
)
FEW = 3  # requests with a strange path, which is read before what is sent there
EXPENSIVE = {"/trainer/train", "/logout"}  # a training, and the end of what follows


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_body_breaks_a_hook(door: Door, data: st.DataObject) -> None:
    path, body = data.draw(st.sampled_from(HOOKS)), data.draw(BODIES)
    answer = await door.post(path, body, **SECRETS)
    assert answer.status in (200, 400, 401, 413), answer.body
    assert [line for line in answer.logs if line["log_level"] in ("error", "critical")] == []


async def test_no_request_of_a_stranger_breaks_a_page(door: Door) -> None:
    assert await door.is_fine()  # there is a conversation 1
    assert await _find_broken(door, door.http, "made up") == {}
    assert await door.is_fine("somebody more")


async def test_no_request_of_staff_breaks_a_page(door: Door, road: Road) -> None:
    await add_staff(road, email="a@b.example", name="Ann", password=PASSWORD, roles=set(Role))
    assert await door.is_fine()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        login = {"email": "a@b.example", "password": PASSWORD}
        async with http.post(f"{door.url}/login", data=login) as done:
            page = await done.text()
        csrf = re.search(r'name="csrf" content="([^"]+)"', page)
        assert csrf, page
        assert await _find_broken(door, http, csrf[1]) == {}
    assert await door.is_fine("yet another")  # somebody took conversation 1, or erased it


async def _find_broken(door: Door, session: aiohttp.ClientSession, csrf: str) -> dict[str, Any]:
    """Send everything everywhere; return what was answered, and logged, where it broke something."""
    broken: dict[str, Any] = {}
    for method, path, strange in _addresses(door):
        for headers, body in _requests(method, csrf)[: FEW if strange else None]:
            with capture_logs() as logs:
                status = await _ask(session, method, door.url + path, headers, body)
            errors = [line for line in logs if line["log_level"] in ("error", "critical")]
            if errors or (status >= 500 and status != 501):  # 501: Rasa's, of what is not offered
                broken[f"{method} {path[:60]} {headers} {body[:40]!r}"] = (status, logs)
    return broken


def _addresses(door: Door) -> list[tuple[str, str, bool]]:
    """Return method and path of all there is, and whether something strange is in the path."""
    found = []
    for route in door.app.router.routes():
        assert route.resource is not None
        pattern = re.sub(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}", "{}", route.resource.canonical)
        if route.method in ("*", "HEAD") or pattern in EXPENSIVE or pattern == "/desk/events":
            continue
        ids = ("1", *STRANGE) if "{}" in pattern else ("",)
        found += [(route.method, pattern.replace("{}", each), each in STRANGE) for each in ids]
        if route.method == "GET":
            query = "&".join(f"{name}={{0}}" for name in QUERIES)
            path = pattern.replace("{}", "1")
            found += [("GET", f"{path}?{query.format(each[:1000])}", True) for each in STRANGE]
            found += [("GET", f"{path}?before={each}&id={STRANGE[1]}", True) for each in MOMENTS]
        elif pattern.endswith("/outgoing"):
            named = [f"{pattern.replace('{}', '1')}?name={each[:1000]}" for each in STRANGE]
            found += [(route.method, path, True) for path in named]
    return found


def _requests(method: str, csrf: str) -> list[tuple[dict[str, str], bytes]]:
    token = {"X-CSRF-Token": csrf}
    if method != "POST":
        return [({"HX-Request": "true"}, b""), ({"Accept": "text/html"}, b"")]
    forms = [({**token, "Content-Type": TYPES[0]}, form) for form in FORMS]
    types = [({**token, "Content-Type": kind}, b"text=%ff&key=1") for kind in TYPES]
    untrusted = [
        ({"X-CSRF-Token": "\xff\xfe", "Content-Type": TYPES[0]}, b"key=1"),
        ({"Origin": "http://[", "Content-Type": TYPES[0]}, b"key=1"),
        ({"Cookie": "visavis_session=\xff; tz=\xff; theme=\xff", "Content-Type": TYPES[0]}, b"key=1"),
    ]
    return [*forms, *types, *untrusted]


async def _ask(
    session: aiohttp.ClientSession, method: str, url: str, headers: dict[str, str], body: bytes
) -> int:
    from yarl import URL

    async with session.request(
        method, URL(url, encoded=True), headers=headers, data=body or None, allow_redirects=False
    ) as response:
        return response.status
