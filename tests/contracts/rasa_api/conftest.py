"""The whole service with the native engine on the project that real Rasa was recorded with."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.rasa_format.project import load_project
from bot.web.keys import SERVING
from tests.conversations.talk import Words, build_engine
from tests.fakes.whole_app import whole_service

if TYPE_CHECKING:
    from aiohttp import web

    from bot.engines.serving import ServingEngine
    from bot.service.road import Road

HERE = Path(__file__).parent
PROJECT = HERE / "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    type: str
    text: str

    @property
    def body(self) -> Any:
        """The body as JSON, where it is some."""
        return json.loads(self.text) if self.type.endswith("json") else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Rasa's API of a running service."""

    url: str
    app: web.Application
    http: aiohttp.ClientSession
    road: Road
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def serving(self) -> ServingEngine:
        """What answers."""
        return self.app[SERVING]

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one call; a body of bytes as it is."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        data = None if body is None else BytesIO(raw)
        named = {"Content-Type": "application/json", **self.headers, **headers}
        async with self.http.request(method, self.url + path, data=data, headers=named) as response:
            return Answer(
                status=response.status, type=response.content_type, text=await response.text(errors="replace")
            )

    async def get(self, path: str, **headers: str) -> Answer:
        """Read."""
        return await self.ask("GET", path, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Write."""
        return await self.ask("POST", path, body, **headers)

    async def say(self, sender: str, text: str) -> Any:
        """Say something as a contact; returns the items of the answer."""
        return (await self.post("/webhooks/rest/webhook", {"sender": sender, "message": text})).body

    async def rows(self, sql: str) -> list[Any]:
        """Read the database: what the road left there."""
        async with self.road.database.read() as connection:
            return [tuple(row) for row in await connection.exec_driver_sql(sql)]


@pytest.fixture
async def api(road: Road) -> AsyncIterator[Api]:
    """The API, open to this machine."""
    project = load_project(PROJECT, {})
    engine = build_engine(project.dialogue, words=Words({"hello": "greet", "bye": "bye"}))
    async with whole_service(road, PROJECT) as (url, app), aiohttp.ClientSession() as http:
        await app[SERVING].switch(engine, digest="0123456789abcdef" * 4)
        yield Api(url=url, app=app, http=http, road=road)
