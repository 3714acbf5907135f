"""Links to files: given to whoever has them, from many addresses, and not without end."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.service.sent_files import SentFiles, make_path
from bot.storage.files import FileStore
from bot.web.clients import TRUSTED_PROXIES
from bot.web.link_limits import FROM_ALL, FROM_ONE, WRONG, LinkLimits
from tests.fakes.desk_service import KEY, make_desk_app
from tests.fakes.serving import serve
from tests.integration.desk.conftest import open_browser
from tests.integration.service.delivering import answered
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.service.road import Road

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


@pytest.fixture
def filed(road: Road, files: FileStore) -> Road:
    """The road of a process that has a store of files."""
    return replace(road, sent_files=SentFiles(store=files))


@pytest.fixture
async def url(filed: Road, files: FileStore) -> AsyncIterator[str]:
    """The desk behind a proxy of ours."""
    app = make_desk_app(filed, files=files)
    app[TRUSTED_PROXIES] = (ip_network("127.0.0.0/8"),)
    async with serve(app) as (address, _):
        yield address


async def send_file(filed: Road, url: str, name: str, key: str) -> str:
    """Send a file in a conversation; return the path of its link."""
    chat = await answered(filed, says("a person please", sender=f"ann-{key}"))
    async for desk in open_browser(filed, url, f"Mara{key}"):
        file = await desk.bring_good(chat, name, PDF)
        assert (await desk.act(f"/desk/c/{chat}/say", text="", key=key, files=file))[0] == 204
        return make_path(KEY, int(file), name, now=filed.now())
    raise AssertionError("nobody came")


async def fetch(http: aiohttp.ClientSession, path: str, address: str) -> int:
    """Fetch from an address; return the status."""
    async with http.get(path, headers={"X-Forwarded-For": address}) as answer:
        if answer.status == 429:
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.headers["Cache-Control"] == "no-store"
            assert PDF not in await answer.read()
        return answer.status


async def exhaust(http: aiohttp.ClientSession, path: str, address: str, limit: int) -> list[int]:
    """Fetch until it is refused; return the statuses before. What is used up comes back while one asks."""
    statuses: list[int] = []
    while len(statuses) < 10 * limit:
        status = await fetch(http, path, address)
        if status == 429:
            return statuses
        statuses.append(status)
    raise AssertionError("never refused")


async def test_link_is_given_so_often_to_one_address_and_still_to_others(filed: Road, url: str) -> None:
    path = await send_file(filed, url, "slip.pdf", "k1")
    other = await send_file(filed, url, "bill.pdf", "k2")
    async with aiohttp.ClientSession(url) as http:
        before = await exhaust(http, path, "203.0.113.7", FROM_ONE)
        assert len(before) >= FROM_ONE
        assert set(before) == {200}
        assert await fetch(http, path, "31.13.24.1") == 200  # a fetcher of the platform's
        assert await fetch(http, other, "203.0.113.7") == 200  # another link


async def test_wrong_links_are_looked_at_so_often_and_good_ones_of_the_address_still_are(
    filed: Road, url: str
) -> None:
    path = await send_file(filed, url, "slip.pdf", "k1")
    async with aiohttp.ClientSession(url) as http:
        before = await exhaust(http, path.replace("/files/", "/files/1"), "203.0.113.7", WRONG)
        assert len(before) >= WRONG
        assert set(before) == {404}
        assert await fetch(http, path, "203.0.113.7") == 200


async def test_link_is_given_so_often_to_all_addresses_together(road: Road) -> None:
    limits, given = LinkLimits(road), 0
    while not await limits.get_wait(f"203.0.113.{given % 250}", 7):
        given += 1
        assert given < 10 * FROM_ALL
    assert given >= FROM_ALL
    assert not await limits.get_wait("203.0.113.1", 8)


async def test_who_cannot_be_told_from_others_is_counted_by_the_link_alone(road: Road) -> None:
    limits = LinkLimits(road)
    assert not [wait for _ in range(2 * FROM_ONE) if (wait := await limits.get_wait(None, 7))]
    assert not [wait for _ in range(2 * WRONG) if (wait := await limits.get_wait(None, None))]
