"""The same actions behind two servers: rasa_sdk's own, and ours."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.domain.action_spec import ActionServer, ActionsSpec
from bot.engines.native.actions import LocalActions
from bot.engines.native.remote_actions import RemoteActions
from bot.plugins import load_actions
from bot.web.action_server import make_action_app
from tests.fakes.service import find_free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PROJECT = Path(__file__).parent / "project"
SDK, OURS = "rasa_sdk", "ours"


@pytest.fixture(scope="session")
def sdk_port() -> Iterator[int]:
    """The port of rasa_sdk's server, in a process of its own: it takes a second to start."""
    port = find_free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)],
        cwd=PROJECT,
        env={"PATH": "", "SANIC_HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield port
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
async def sdk(sdk_port: int) -> str:
    """The address of rasa_sdk's server, once it answers."""
    address = f"http://127.0.0.1:{sdk_port}"
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                async with session.get(f"{address}/health") as response:
                    assert response.status == 200
                    return address
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
    pytest.fail("rasa_sdk's server did not start")


@pytest.fixture(scope="session")
def actions() -> LocalActions:
    return LocalActions(load_actions(PROJECT))


@pytest.fixture
async def ours(actions: LocalActions) -> AsyncIterator[str]:
    """The address of our server."""
    async with TestServer(make_action_app(actions)) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture(params=[SDK, OURS])
def address(request: pytest.FixtureRequest, sdk: str, ours: str) -> str:
    """Either."""
    return sdk if request.param == SDK else ours


class MakeRemote(Protocol):
    """Makes a client of an action server, which is closed after the test."""

    def __call__(self, url: str, *, limit: float = 5, **options: Any) -> RemoteActions: ...


@pytest.fixture
async def make_remote() -> AsyncIterator[MakeRemote]:
    made: list[RemoteActions] = []

    def make(url: str, *, limit: float = 5, **options: Any) -> RemoteActions:
        server = ActionServer(url=url, **options)
        made.append(RemoteActions(server, ActionsSpec(limit=timedelta(seconds=limit))))
        return made[-1]

    yield make
    for each in made:
        await each.close()
