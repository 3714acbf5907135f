"""Real programs of the networks, started once a run; everybody who writes is new in each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import aiohttp
import pytest

from connectors.bluesky.connector import BlueskyConnector
from tests.networks import atproto, mastodon
from tests.networks.acts import build_bluesky, polling
from tests.networks.missing import require
from tests.networks.people import Person, join
from tests.unit.connectors.asked import Reading

if TYPE_CHECKING:
    from bot.embedded import Child


@pytest.fixture(scope="session")
def network(postgres: Child) -> Iterator[atproto.Network]:
    require(atproto.find_missing())
    with atproto.run_network(postgres.url) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


@pytest.fixture
async def brand(network: atproto.Network, http: aiohttp.ClientSession) -> Person:
    return await join(network.url, http, "lyra")


@pytest.fixture
async def ann(network: atproto.Network, http: aiohttp.ClientSession) -> Person:
    return await join(network.url, http, "ann")


@pytest.fixture
async def connector(brand: Person) -> AsyncIterator[BlueskyConnector]:
    opened = await build_bluesky(brand)
    await opened.start(None)
    yield opened
    await opened.close()


@pytest.fixture
async def reading(connector: BlueskyConnector) -> AsyncIterator[Reading]:
    """A poll of an account that is connected just now."""
    async with polling(connector) as found:
        yield found


@pytest.fixture(scope="session")
def running_mastodon() -> Iterator[str]:
    require(mastodon.find_missing())
    with mastodon.run_mastodon() as url:
        yield url


@pytest.fixture
async def server(running_mastodon: str, http: aiohttp.ClientSession) -> mastodon.Server:
    """The server, as new."""
    opened = mastodon.Server(url=running_mastodon, http=http)
    await opened.call("nobody", "DELETE", "_mock/faults")
    await opened.call("nobody", "POST", "_mock/reset")
    return opened
