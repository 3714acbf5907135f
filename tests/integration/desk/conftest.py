"""The desk served on loopback over the real road, and staff who are logged in."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from yarl import URL

from bot.domain.staff import Role, Staff
from bot.service.add_staff import add_staff
from bot.service.answer import answer
from bot.service.receive import receive
from bot.storage.files import FileStore
from tests.fakes.desk_service import make_desk_app
from tests.fakes.engine import PlainEngine
from tests.fakes.serving import serve
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road

PASSWORD = "correct horse battery"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    """Where customers' files lie."""
    return FileStore(tmp_path / "media")


@pytest.fixture
async def address(road: Road, files: FileStore) -> AsyncIterator[str]:
    """Where the staff pages are served."""
    async with serve(make_desk_app(road, files=files)) as (url, _site):
        yield url


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """One browser with its own cookies; `csrf` is what the pages of its session carry."""

    http: aiohttp.ClientSession
    staff: Staff
    csrf: str

    async def get(self, path: str, **headers: str) -> str:
        async with self.http.get(path, headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.text()

    async def act(self, path: str, **form: str) -> tuple[int, str]:
        """POST as the page's script does; returns (status, body)."""
        headers = FRAGMENT | {"X-CSRF-Token": self.csrf}
        async with self.http.post(path, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text()

    async def bring(self, conversation_id: int, name: str, content: bytes) -> tuple[int, str]:
        """Bring a file that is to be sent; returns (status, body)."""
        headers = FRAGMENT | {"X-CSRF-Token": self.csrf, "Content-Type": "application/octet-stream"}
        path = f"/desk/c/{conversation_id}/outgoing"
        async with self.http.post(
            path, params={"name": name}, data=io.BytesIO(content), headers=headers
        ) as response:
            return response.status, await response.text()

    async def bring_good(self, conversation_id: int, name: str, content: bytes) -> str:
        """Bring a file that is taken; returns its number."""
        status, body = await self.bring(conversation_id, name, content)
        assert status == 200, body
        return str(json.loads(body)["id"])


async def log_in(http: aiohttp.ClientSession, email: str) -> str:
    """Log in and return the session's token for forms."""
    async with http.post("/login", data={"email": email, "password": PASSWORD}) as response:
        page = await response.text()
        assert response.url.path == "/desk", page
    found = re.search(r'name="csrf" content="([^"]+)"', page)
    assert found
    return found[1]


async def open_browser(
    road: Road, address: str, name: str, roles: frozenset[Role] = frozenset({Role.AGENT})
) -> AsyncIterator[Browser]:
    """Yield the browser of somebody new, logged in."""
    email = f"{name.lower()}@lyra.example"
    staff = await add_staff(road, email=email, name=name, password=PASSWORD, roles=roles)
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address that is a number
    async with aiohttp.ClientSession(URL(address), cookie_jar=jar) as http:
        yield Browser(http=http, staff=staff, csrf=await log_in(http, email))


@pytest.fixture
async def mara(road: Road, address: str) -> AsyncIterator[Browser]:
    """An agent's browser, logged in."""
    async for browser in open_browser(road, address, "Mara"):
        yield browser


@pytest.fixture
async def tim(road: Road, address: str) -> AsyncIterator[Browser]:
    """Another agent's."""
    async for browser in open_browser(road, address, "Tim"):
        yield browser


@pytest.fixture
async def queued(road: Road) -> int:
    """A conversation in which somebody asked for a person and was promised one."""
    received = await receive(road, says("i want a person now", sender="ann"))
    assert received.conversation_id is not None
    await answer(road, PlainEngine(), received.conversation_id)
    return received.conversation_id
