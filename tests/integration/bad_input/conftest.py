"""The whole service, watched for what bad input leaves behind."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from tests.fakes.whole_app import whole_service

if TYPE_CHECKING:
    from aiohttp import web

    from bot.service.road import Road
    from bot.storage.database import Database

PROJECT = Path(__file__).resolve().parents[3]
REST = "/webhooks/rest/webhook"
CUSTOMER_WORDS = "my-card-number-is-4111"  # in every bad body: must never be found in a log

Row = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, and what was logged meanwhile."""

    status: int
    body: str
    headers: Mapping[str, str]
    logs: list[dict[str, Any]]

    @property
    def said(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The running service, seen from outside and from behind."""

    url: str
    app: web.Application
    http: aiohttp.ClientSession
    database: Database

    async def post(self, path: str, body: bytes | str, **headers: str) -> Answer:
        """POST a body as it is; JSON by its content type unless `content_type` says otherwise."""
        return await self.ask("POST", path, body, **{"content_type": "application/json", **headers})

    async def ask(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> Answer:
        """Send one request. Header names are written with `_` for `-`."""
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with capture_logs() as logs:
            async with self.http.request(
                method,
                self.url + path,
                data=BytesIO(raw) if raw else None,
                headers=named,
                allow_redirects=False,
            ) as response:
                text = await response.text(errors="replace")
        return Answer(
            status=response.status, body=text, headers=response.headers, logs=[dict(x) for x in logs]
        )

    async def count_rows(self) -> dict[str, int]:
        """Count what is stored, table by table."""
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        async with self.database.read() as connection:
            names = (await connection.exec_driver_sql(tables)).scalars().all()
            return {
                name: (await connection.exec_driver_sql(f"SELECT count(*) FROM {name}")).scalar_one()
                for name in names
            }

    async def is_fine(self, sender: str = "somebody else") -> bool:
        """Tell whether a good message is answered now."""
        answer = await self.post(REST, json.dumps({"sender": sender, "message": "hello"}))
        return answer.status == 200 and answer.said[0]["text"].endswith(": hello")


@pytest.fixture
async def door(road: Road) -> AsyncIterator[Door]:
    async with (
        whole_service(road, PROJECT) as (url, app),
        aiohttp.ClientSession() as http,
    ):
        yield Door(url=url, app=app, http=http, database=road.database)
