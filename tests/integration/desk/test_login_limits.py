"""Who guesses is slowed down; who knows their password gets in all the same."""

from __future__ import annotations

from ipaddress import ip_network
from itertools import repeat
from typing import TYPE_CHECKING

import aiohttp
import pytest
from yarl import URL

from bot.service.sign_in import SHARED_LIMIT, Knock
from bot.web.clients import TRUSTED_PROXIES
from tests.fakes.desk_service import make_desk_app
from tests.fakes.serving import serve
from tests.integration.desk.conftest import PASSWORD, Browser
from tests.integration.desk.guessing import guess_until_stopped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.service.road import Road

OFFICE, STRANGER = "8.8.4.4", "1.1.1.1"


@pytest.fixture
async def behind_proxy(road: Road) -> AsyncIterator[str]:
    """The staff pages behind a proxy that is named."""
    app = make_desk_app(road)
    app[TRUSTED_PROXIES] = (ip_network("127.0.0.0/8"),)
    async with serve(app) as (url, _site):
        yield url


async def try_login(
    http: aiohttp.ClientSession, email: str, password: str = PASSWORD, *, client: str | None
) -> int:
    headers = {"X-Forwarded-For": client} if client else {}
    form = {"email": email, "password": password}
    async with http.post("/login", data=form, headers=headers, allow_redirects=False) as response:
        return response.status


def fresh_browser(address: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(URL(address), cookie_jar=aiohttp.CookieJar(unsafe=True))


async def test_guessing_from_one_address_shuts_nobody_else_out(behind_proxy: str, mara: Browser) -> None:
    """Every login comes through the same proxy: 40 wrong passwords of a stranger must stay his own."""
    async with fresh_browser(behind_proxy) as http:
        statuses = [
            await try_login(http, f"{number}@lyra.example", "a guess", client=STRANGER)
            for number in range(41)
        ]
        assert statuses == [403] * 40 + [429]
    async with fresh_browser(behind_proxy) as http:
        assert await try_login(http, mara.staff.email, client=OFFICE) == 303


async def test_guessing_one_person_from_everywhere_does_not_shut_them_out_of_their_browser(
    behind_proxy: str, mara: Browser
) -> None:
    async with fresh_browser(behind_proxy) as known:
        assert await try_login(known, mara.staff.email, client=OFFICE) == 303
        async with fresh_browser(behind_proxy) as http:
            for number in range(SHARED_LIMIT):
                await try_login(http, mara.staff.email, "a guess", client=f"1.1.2.{number}")
            assert await try_login(http, mara.staff.email, client="1.1.3.1") == 429
        # From another address too: it is the browser that proved itself.
        assert await try_login(known, mara.staff.email, client="9.9.9.9") == 303
        # But it is no way to guess without end, nor does it help to guess others.
        statuses = [
            await try_login(known, mara.staff.email, "a guess", client=OFFICE) for number in range(11)
        ]
        assert statuses == [403] * 10 + [429]


async def test_a_known_browser_is_known_for_its_own_person_only(
    behind_proxy: str, mara: Browser, tim: Browser
) -> None:
    async with fresh_browser(behind_proxy) as http:
        assert await try_login(http, mara.staff.email, client=OFFICE) == 303
        statuses = [await try_login(http, tim.staff.email, "a guess", client=OFFICE) for _ in range(11)]
        assert statuses == [403] * 10 + [429]


async def test_a_proxy_nobody_named_is_not_taken_for_a_guesser(address: str, mara: Browser) -> None:
    async with fresh_browser(address) as http:
        for number in range(41):
            assert await try_login(http, f"{number}@lyra.example", "a guess", client=STRANGER) == 403
        assert await try_login(http, mara.staff.email, client=OFFICE) == 303


async def test_a_person_is_slowed_down_also_where_addresses_are_unknown(road: Road, mara: Browser) -> None:
    knock = Knock(email=mara.staff.email, password="guess", address=None)
    await guess_until_stopped(road, repeat(knock))


async def test_cookies_are_secure_where_a_named_proxy_says_https(behind_proxy: str, mara: Browser) -> None:
    form = {"email": mara.staff.email, "password": PASSWORD}
    headers = {"X-Forwarded-For": OFFICE, "X-Forwarded-Proto": "https"}
    async with (
        fresh_browser(behind_proxy) as http,
        http.post("/login", data=form, headers=headers, allow_redirects=False) as response,
    ):
        cookies = response.cookies
    assert set(cookies) == {"__Host-visavis_session", "__Host-visavis_device"}
    assert all(cookie["secure"] and cookie["httponly"] for cookie in cookies.values())
