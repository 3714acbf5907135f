"""The chat's part of the service on real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web

from bot.domain.staff import Staff
from tests.fakes.chat_service import make_chat_app
from tests.fakes.serving import serve
from tests.fakes.visitor import Browser
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.service.road import Road


@pytest.fixture
def app(road: Road) -> web.Application:
    return make_chat_app(road)


@pytest.fixture
async def service(app: web.Application) -> AsyncIterator[str]:
    """The address of the running chat."""
    async with serve(app) as (url, _):
        yield url


@pytest.fixture
async def browser(service: str) -> AsyncIterator[Browser]:
    """A visitor of lyra's chat."""
    async with ClientSession() as http:
        yield Browser(http=http, url=f"{service}/chat/lyra")


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lindqvist")
