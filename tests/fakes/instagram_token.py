"""Instagram's renewal of tokens on loopback: for one that is a day old another is given, for 60 days."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.serving import serve

SECONDS = 60 * 24 * 3600


@dataclass(slots=True, kw_only=True)
class FakeTokens:
    """The tokens that are good, the last of them the newest; `young` ones are refused renewal.

    `asked` counts renewals, `used` is what calls came with.
    """

    good: list[str] = field(default_factory=lambda: ["token-1"])
    young: set[str] = field(default_factory=set)
    asked: int = 0
    used: list[str] = field(default_factory=list)
    url: str = ""
    renewed: asyncio.Event = field(default_factory=asyncio.Event)

    async def renew(self, request: web.Request) -> web.Response:
        """Answer one renewal."""
        self.asked += 1
        self.renewed.set()
        token = request.query.get("access_token", "")
        if request.query.get("grant_type") != "ig_refresh_token" or token not in self.good:
            return refuse("Error validating access token: Session has expired", 190)
        if token in self.young:
            return refuse("Access token is less than 24 hours old", 100)
        self.good.append(f"token-{len(self.good) + 1}")
        return web.json_response(
            {"access_token": self.good[-1], "token_type": "bearer", "expires_in": SECONDS}
        )

    async def answer(self, request: web.Request) -> web.Response:
        """Answer any other call, which needs a good token."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.used.append(token)
        if token not in self.good:
            return refuse("Error validating access token", 190)
        return web.json_response({"id": "17841400000000000", "username": "lyra", "data": []})


def refuse(words: str, code: int) -> web.Response:
    """Return a refusal as the Graph API says it."""
    return web.json_response(
        {"error": {"message": words, "type": "OAuthException", "code": code}}, status=400
    )


@asynccontextmanager
async def run_fake_tokens() -> AsyncIterator[FakeTokens]:
    """Run it; `url` is what `api_url` should be."""
    fake = FakeTokens()
    app = web.Application()
    app.router.add_get("/refresh_access_token", fake.renew)
    app.router.add_route("*", "/v{version}/{path:.+}", fake.answer)
    async with serve(app) as (address, _):
        fake.url = address
        yield fake
