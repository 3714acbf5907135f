"""A chat's server behind the real one that keeps accounts: no package has Bluesky's own.

What people say and read in it is the fake's; that calls come to it, who may make them and in whose name, is
the real server's doing, and is looked at here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jwt
from aiohttp import web

from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky_methods import METHODS, Refusal
from tests.networks.people import Person

CHAT = "did:web:api.bsky.chat"


@asynccontextmanager
async def run_chat(port: int, brand: Person) -> AsyncIterator[FakeBluesky]:
    """Run it on a port; `brand` is whose calls it takes."""
    fake = FakeBluesky(me=brand.did.rpartition(":")[2])

    async def take(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        fake.calls.append(name)
        claims = jwt.decode(
            request.headers["Authorization"].removeprefix("Bearer "), options={"verify_signature": False}
        )
        if (claims["iss"], claims["aud"].partition("#")[0], claims["lxm"]) != (brand.did, CHAT, name):
            return web.json_response({"error": "BadJwt", "message": str(claims)}, status=401)
        fields = (
            {key: request.query.getall(key) for key in request.query}
            if request.method == "GET"
            else await request.json()
        )
        try:
            return web.json_response(await METHODS[name](fake, fields))
        except Refusal as error:
            return web.json_response({"error": error.name, "message": error.message}, status=error.status)

    app = web.Application()
    app.router.add_route("*", "/xrpc/{name}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield fake
    finally:
        await runner.cleanup()
