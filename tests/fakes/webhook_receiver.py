"""A customer's endpoint that receives signed call-backs, checks them and drops doubles.

Signatures are checked by `standardwebhooks`, which shares no code with us.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tests.fakes.serving import reset, serve


class Break(StrEnum):
    """Ways not to answer. Whatever arrived was read first."""

    HANG = "hang"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer of the endpoint."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class WebhookReceiver:
    """`script` holds what to do with the next requests; without one they are checked and taken.

    `messages` holds the bodies taken, by `webhook-id`, each once; `calls` counts all requests.
    """

    secret: str
    url: str = ""
    site: web.TCPSite | None = None
    script: deque[Answer | Break] = field(default_factory=deque)
    messages: dict[str, Any] = field(default_factory=dict)
    calls: list[Mapping[str, str]] = field(default_factory=list)

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call-back."""
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(headers)
        step = self.script.popleft() if self.script else Answer()
        if step is Break.HANG:
            await asyncio.sleep(60)
        if isinstance(step, Break):
            return await reset(request)
        try:
            data = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError as error:
            return web.Response(status=401, text=str(error))
        if step.status in range(200, 300):
            self.messages.setdefault(headers["webhook-id"], data)
        return web.Response(status=step.status, headers=dict(step.headers))


@asynccontextmanager
async def run_webhook_receiver(secret: str) -> AsyncIterator[WebhookReceiver]:
    """Run a customer's endpoint that knows `secret`."""
    receiver = WebhookReceiver(secret=secret)
    app = web.Application()
    app.router.add_post("/callback", receiver.take)
    async with serve(app) as (address, site):
        receiver.site = site
        receiver.url = f"{address}/callback"
        yield receiver
