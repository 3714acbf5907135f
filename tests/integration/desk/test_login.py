"""Who gets in, who stays out, and that nobody else's page can act for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import aiohttp
import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from yarl import URL

from bot.bus.rates import Rates
from bot.domain.staff import Role
from bot.errors import BadPayload, Conflict, NotAllowed, TooManyAttempts
from bot.service.add_staff import add_staff
from bot.service.road import Road
from bot.service.sign_in import IDLE, LONGEST, Door, Knock, get_session, sign_in
from bot.storage.staff import disable_staff
from tests.integration.desk.conftest import PASSWORD, Browser, log_in
from tests.integration.desk.guessing import guess_until_stopped


async def test_staff_pages_send_a_stranger_to_the_login_and_back(address: str, mara: Browser) -> None:
    async with aiohttp.ClientSession(URL(address)) as http:
        async with http.get("/desk?view=mine", allow_redirects=False) as response:
            assert response.status == 303
            assert URL(response.headers["Location"]) == URL("/login").with_query(next="/desk?view=mine")
        form = {"email": mara.staff.email, "password": PASSWORD}
        async with http.post("/login?next=/desk?view=mine", data=form, allow_redirects=False) as response:
            assert response.headers["Location"] == "/desk?view=mine"


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_login_never_leads_to_another_site(address: str, mara: Browser, next_page: str) -> None:
    form = {"email": mara.staff.email, "password": PASSWORD}
    url = URL("/login").with_query(next=next_page)
    async with (
        aiohttp.ClientSession(URL(address)) as http,
        http.post(url, data=form, allow_redirects=False) as response,
    ):
        assert response.headers["Location"] == "/"


async def test_wrong_password_and_unknown_person_are_told_the_same(address: str, mara: Browser) -> None:
    pages = []
    async with aiohttp.ClientSession(URL(address)) as http:
        for email in (mara.staff.email, "nobody@lyra.example"):
            async with http.post("/login", data={"email": email, "password": "wrong horse"}) as response:
                assert response.status == 403
                assert "Set-Cookie" not in response.headers
                pages.append((await response.text()).replace(email, "…"))
    assert pages[0] == pages[1]
    assert "do not belong together" in pages[0]


async def test_guessing_is_stopped_also_for_the_right_password(address: str, mara: Browser) -> None:
    statuses = []
    async with aiohttp.ClientSession(URL(address)) as http:
        for password in [*(f"guess number {number}" for number in range(10)), PASSWORD]:
            form = {"email": mara.staff.email, "password": password}
            async with http.post("/login", data=form) as response:
                statuses.append(response.status)
    assert statuses == [403] * 10 + [429]
    assert "Waiting" in await mara.get("/desk")  # whoever is in, stays in


async def test_guessing_is_stopped_over_all_processes_and_without_redis(road: Road, mara: Browser) -> None:
    knocks = (
        Knock(email=mara.staff.email, password="guess", address=f"10.0.0.{number}") for number in count()
    )
    await guess_until_stopped(road, knocks)
    away = Redis.from_url("redis://127.0.0.1:1/0")
    alone = replace(road, bus=replace(road.bus, rates=Rates(away)))
    door = Door()
    knock = Knock(email=mara.staff.email, password="guess", address="10.0.2.1")
    for _ in range(10):
        with pytest.raises(NotAllowed):
            await sign_in(alone, door, knock)
    with pytest.raises(TooManyAttempts):
        await sign_in(alone, door, replace(knock, password=PASSWORD))
    await away.aclose()


async def test_cookie_is_out_of_scripts_reach_and_only_its_hash_is_stored(
    road: Road,
    address: str,
    mara: Browser,
) -> None:
    form = {"email": mara.staff.email, "password": PASSWORD}
    async with (
        aiohttp.ClientSession(URL(address)) as http,
        http.post("/login", data=form, allow_redirects=False) as response,
    ):
        cookie = response.cookies["visavis_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    async with road.database.read() as connection:
        stored = (await connection.execute(text("SELECT * FROM staff_session"))).all()
    assert all(cookie.value not in repr(row) for row in stored)


async def test_login_rotates_the_session(road: Road, mara: Browser) -> None:
    door = Door()
    knock = Knock(email=mara.staff.email, password=PASSWORD, address="127.0.0.1")
    first = await sign_in(road, door, knock)
    second = await sign_in(road, door, replace(knock, old_token=first))
    assert second != first
    assert await get_session(road, first) is None
    assert await get_session(road, second) is not None


async def test_sessions_end_when_idle_and_in_any_case_after_the_longest_time(
    road: Road, mara: Browser
) -> None:
    token = await sign_in(road, Door(), Knock(email=mara.staff.email, password=PASSWORD, address="::1"))
    start = road.now()

    def at(passed: timedelta) -> Road:
        return replace(road, now=lambda: start + passed)

    assert await get_session(at(IDLE + timedelta(minutes=1)), token) is None
    step, passed = IDLE / 2, timedelta()
    while passed + step < LONGEST:
        passed += step
        assert await get_session(at(passed), token) is not None
    assert await get_session(at(LONGEST + timedelta(seconds=1)), token) is None


async def test_disabled_staff_are_out_at_once(road: Road, mara: Browser) -> None:
    async with road.database.begin() as connection:
        await disable_staff(connection, mara.staff.id, road.now())
    async with mara.http.get("/desk", allow_redirects=False) as response:
        assert response.status == 303
    with pytest.raises(NotAllowed):
        await sign_in(road, Door(), Knock(email=mara.staff.email, password=PASSWORD, address="::1"))


async def test_logout_ends_the_session_on_the_server(mara: Browser, road: Road) -> None:
    cookies = mara.http.cookie_jar.filter_cookies(mara.http._base_url or URL())
    token = cookies["visavis_session"].value
    status, _ = await mara.act("/logout")
    assert status == 303
    assert await get_session(road, token) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": "guessed"},
        {"X-CSRF-Token": "{csrf}", "Origin": "https://evil.example"},
        {"X-CSRF-Token": "{csrf}", "Origin": "null"},
        {"X-CSRF-Token": "{csrf}", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_an_act_needs_our_own_page(mara: Browser, queued: int, headers: dict[str, str]) -> None:
    sent = {name: value.format(csrf=mara.csrf) for name, value in headers.items()}
    async with mara.http.post(f"/desk/c/{queued}/take", headers=sent) as response:
        assert response.status == 403
        assert "Not done" in await response.text()
    assert "Nobody has this yet" in await mara.get(f"/desk/c/{queued}")


async def test_login_from_another_site_is_refused(address: str, mara: Browser) -> None:
    form = {"email": mara.staff.email, "password": PASSWORD}
    async with (
        aiohttp.ClientSession(URL(address)) as http,
        http.post("/login", data=form, headers={"Origin": "https://evil.example"}) as response,
    ):
        assert response.status == 403
        assert "Set-Cookie" not in response.headers


async def test_the_desk_is_for_agents(road: Road, address: str) -> None:
    await add_staff(road, email="tea@lyra.example", name="Tea", password=PASSWORD, roles=[Role.TRAINER])
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(URL(address), cookie_jar=jar) as http:
        async with http.post(
            "/login", data={"email": "tea@lyra.example", "password": PASSWORD}, allow_redirects=False
        ):
            pass
        async with http.get("/desk") as response:
            assert response.status == 403
            assert "role agent" in await response.text()


async def test_emails_are_one_whatever_their_case(road: Road, address: str, mara: Browser) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(URL(address), cookie_jar=jar) as http:
        assert await log_in(http, mara.staff.email.upper())
    with pytest.raises(Conflict):
        await add_staff(road, email="MARA@lyra.example", name="Other", password=PASSWORD, roles=[Role.AGENT])


@pytest.mark.parametrize(
    ("email", "name", "password"),
    [
        ("no address", "Ann", PASSWORD),
        ("ann@lyra.example", " ", PASSWORD),
        ("ann@lyra.example", "Ann", "short"),
    ],
)
async def test_add_staff_says_what_is_missing(road: Road, email: str, name: str, password: str) -> None:
    with pytest.raises(BadPayload):
        await add_staff(road, email=email, name=name, password=password, roles=[Role.AGENT])
