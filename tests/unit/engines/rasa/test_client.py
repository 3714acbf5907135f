"""Rasa's server as a stranger: what it is shown of us, and its silence."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from aiohttp import web

from bot.domain.engine_spec import EngineSpec
from bot.engines.rasa.client import RasaClient
from bot.errors import EngineError
from tests.fakes.serving import serve
from tests.unit.engines.rasa.contact import open_engine

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from aiohttp.typedefs import Handler

    from bot.dialogue.catalogue import Catalogue
    from tests.fakes.rasa import FakeRasa


async def _open_client(stack: AsyncExitStack, parse: Handler, **spec: Any) -> RasaClient:
    """Return a client of a server that understands texts by `parse`, and takes messages by it."""
    app = web.Application()
    app.router.add_post("/model/parse", parse)
    app.router.add_post("/webhooks/rest/webhook", parse)
    url, _ = await stack.enter_async_context(serve(app))
    client = RasaClient(EngineSpec(name="rasa", **spec), url)
    stack.push_async_callback(client.close)
    return client


async def test_wrong_token_is_an_error_without_it(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    engine = await open_engine(rasa, catalogue, stack, token="wrong one")

    with pytest.raises(EngineError, match="401: NotAuthenticated") as raised:
        await engine.parse("hours")
    assert "wrong one" not in str(raised.value)


async def test_slow_rasa_is_given_up_in_time(stack: AsyncExitStack) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        raise AssertionError

    client = await _open_client(stack, never, answer_limit=timedelta(seconds=0.1))

    with pytest.raises(EngineError, match="did not answer within"):
        await client.parse("hours")


async def test_numbers_of_any_size_arrive(stack: AsyncExitStack) -> None:
    """Callers of the REST channel put what they like into a message's metadata."""
    seen: list[dict[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.json_response([])

    client = await _open_client(stack, hear)
    await client.say({"sender": "ann", "message": "hi", "metadata": {"order": 10**30}})

    assert seen[0]["metadata"] == {"order": 10**30}


async def test_jwt_says_that_we_are_an_admin(stack: AsyncExitStack) -> None:
    seen: list[str] = []
    secret = "a secret that is long enough for HS256"

    async def parse(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.json_response({"text": "x"})

    client = await _open_client(stack, parse, jwt_secret=secret)
    await client.parse("x")

    kind, _, token = seen[0].partition(" ")
    assert kind == "Bearer"
    assert jwt.decode(token, secret, algorithms=["HS256"])["user"] == {"username": "visavis", "role": "admin"}
