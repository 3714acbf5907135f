"""Refusals are told in the log, of a flood only some; a flood of one application hides nothing of another."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.web import errors
from bot.web.errors import answer_errors_in
from bot.web.refusals import AT_ONCE
from tests.fakes.serving import serve

FLOOD = AT_ONCE + 20


async def _count_told(app: web.Application) -> int:
    with capture_logs() as logs:
        async with serve(app) as (address, _), aiohttp.ClientSession() as http:
            for _number in range(FLOOD):
                async with http.get(f"{address}/nothing/here") as answer:
                    assert answer.status == 404
    return len([line for line in logs if line["event"] == "request refused"])


async def test_applications_count_their_refusals_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "monotonic", lambda: 1.0)  # all within one second
    for _app in range(2):
        app = web.Application()
        answer_errors_in(app)
        assert await _count_told(app) == AT_ONCE
