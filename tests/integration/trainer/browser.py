"""A trainer's browser, without a screen."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.staff import Staff

PASSWORD = "correct horse battery"


class Browser:
    """A logged-in browser. `act` posts as the page's script does, with the page's token."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http, self.csrf = http, ""

    async def get(self, path: str) -> str:
        async with self.http.get(path) as response:
            assert response.status == 200, await response.text()
            return await response.text()

    async def act(self, path: str, **form: str) -> tuple[int, str]:
        headers = {"HX-Request": "true", "X-CSRF-Token": self.csrf}
        async with self.http.post(path, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text()


@asynccontextmanager
async def logged_in(address: str, staff: Staff) -> AsyncIterator[Browser]:
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address that is a number
    async with aiohttp.ClientSession(URL(address), cookie_jar=jar) as http:
        browser = Browser(http)
        login = {"email": staff.email, "password": PASSWORD}
        async with http.post("/login?next=/trainer", data=login) as response:
            found = re.search(r'name="csrf" content="([^"]+)"', await response.text())
        browser.csrf = found[1] if found else ""
        yield browser
