"""A server of the AT Protocol with one account on it, the network's view of its posts, and the chat.

It is strict where the real one is: sessions that end, keys that are taken, 300 graphemes and 3,000 bytes,
versions of the posts that are answered, blobs that were uploaded, who allows messages, rate headers.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from aiohttp import web

from tests.fakes.bluesky_methods import METHODS, Refusal
from tests.fakes.bluesky_records import (
    ME,
    Record,
    make_log,
    make_notification,
    make_post,
    make_profile,
    make_tid,
)
from tests.fakes.serving import reset, serve

SECONDS = 7  # what a rate limit asks to wait
START = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Fault(StrEnum):
    """What goes wrong with a call."""

    TOO_MANY = "too_many"
    ERROR = "error"  # 503 in the protocol's own JSON
    UPSTREAM = "upstream"  # 502 in the protocol's own JSON: the chat's server was asked
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    HANG = "hang"  # it was done, and no answer comes


@dataclass(slots=True, kw_only=True)
class FakeBluesky:
    """One account's server. `sent` holds what we posted, `said` what we wrote in private, in order.

    `faults` go to the next writing calls, None lets one through. `closed` are people who take no messages of
    strangers, `groups` conversations of many; `opens_chat` says whether the app password does, `chat_works`
    whether its server is well.
    """

    url: str = ""
    me: str = ME
    site: web.TCPSite | None = None
    opens_chat: bool = True
    chat_works: bool = True
    labelled: bool = True
    posts: dict[str, Record] = field(default_factory=dict)
    sent: list[Record] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    notifications: list[dict[str, Any]] = field(default_factory=list)
    logs: list[dict[str, Any]] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    blobs: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: deque[Fault | None] = field(default_factory=deque)
    access: set[str] = field(default_factory=set)
    renewals: set[str] = field(default_factory=set)
    _last: int = 0

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true."""
        async with asyncio.timeout(20):
            while not happened():  # noqa: ASYNC110 - a test's patience
                await asyncio.sleep(0.005)

    def has_called(self, name: str, times: int) -> bool:
        """Tell whether a method was called so often."""
        return self.calls.count(name) >= times

    def end_sessions(self) -> None:
        """Let what calls prove end; sessions can be renewed."""
        self.access.clear()

    # --- people -----------------------------------------------------------------------------

    def say(self, person: str, text: str, *, minutes: float | None = None, **more: Any) -> Record:
        """Let a person mention us, or answer the post `to`; `minutes`: the time that it says."""
        reason = more.pop("reason", "reply" if more.get("to") else "mention")
        number = self.next_number()
        post = make_post(person, make_tid(number), text, **more)
        self.posts[post["uri"]] = post
        at = START + timedelta(minutes=number if minutes is None else minutes)
        self.notifications.append(make_notification(person, post, reason, at))
        return post

    def answer_in_app(self, to: Record, text: str) -> Record:
        """Let one of the brand's people answer in an app."""
        post = make_post(ME, make_tid(self.next_number()), text, to=to)
        self.posts[post["uri"]] = post
        return post

    def write(self, person: str, text: str) -> dict[str, Any]:
        """Let a person write to us in private."""
        return self.log("CreateMessage", person, text)

    def log(self, kind: str, person: str, text: str, **more: Any) -> dict[str, Any]:
        """Let something happen in the private conversation with a person."""
        number = self.next_number()
        entry = make_log(kind, person, text, number, at=datetime.now(UTC), **more)
        self.logs.append(entry)
        return entry

    def next_number(self) -> int:
        """Return the next number of anything."""
        self._last += 1
        return self._last

    # --- the server -------------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        name = request.match_info["name"]
        self.calls.append(name)
        fields = await self._read(request, name)
        fault = self.faults.popleft() if name in WRITING and self.faults else None
        done = fault not in (Fault.TOO_MANY, Fault.ERROR, Fault.UPSTREAM)
        try:
            status, body = (200, await self._do(request, name, fields)) if done else (0, {})
        except Refusal as error:
            status, body = error.status, {"error": error.name, "message": error.message}
        if not done:
            status, body = FAULTS[fault]
        if fault is Fault.HANG:
            await asyncio.sleep(60)
        if fault is Fault.RESET_AFTER:
            return await reset(request)
        now = int(time.time())
        headers = {
            "Date": format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True),
            "ratelimit-limit": "5000",
            "ratelimit-remaining": "0" if status == 429 else "4998",
            "ratelimit-reset": str(now + SECONDS),
            "ratelimit-policy": "5000;w=3600",
        }
        return web.json_response(body, status=status, headers=headers)

    async def _read(self, request: web.Request, name: str) -> dict[str, Any]:
        if request.method == "GET":
            return {key: request.query.getall(key) for key in request.query}
        body = await request.read()
        if name == "com.atproto.repo.uploadBlob":
            return {"data": body, "mime": request.content_type}
        return json.loads(body) if body else {}

    async def _do(self, request: web.Request, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        self._check_proof(request, name)
        if name.startswith("chat.") and "atproto-proxy" not in request.headers:
            raise Refusal(404, "XRPCNotSupported")
        if name.startswith("chat.") and not self.opens_chat:
            raise Refusal(400, "InvalidToken", "Bad token method")
        if name.startswith("chat.") and not self.chat_works:
            raise Refusal(500, "InternalServerError", "Internal Server Error")
        method = METHODS.get(name)
        if method is None:
            raise Refusal(501, "MethodNotImplemented")
        return await method(self, fields)

    def _check_proof(self, request: web.Request, name: str) -> None:
        proof = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if name == "com.atproto.server.createSession":
            return
        known = self.renewals if name == "com.atproto.server.refreshSession" else self.access
        if not proof:
            raise Refusal(401, "AuthMissing", "Authentication Required")
        if proof not in known:
            raise Refusal(400, "ExpiredToken", "Token has expired")

    def make_session(self) -> dict[str, Any]:
        """Return a new session."""
        number = self.next_number()
        access, renewal = f"access-{number}-jwt", f"refresh-{number}-jwt"
        self.access.add(access)
        self.renewals = {renewal}
        document = {"service": [{"id": "#atproto_pds", "serviceEndpoint": self.url}]}
        profile = make_profile(ME)
        proofs = {"accessJwt": access, "refreshJwt": renewal, "didDoc": document}
        return {"did": profile["did"], "handle": profile["handle"], **proofs}


WRITING = frozenset({"com.atproto.repo.putRecord", "chat.bsky.convo.sendMessage"})
FAULTS: dict[Fault | None, tuple[int, dict[str, Any]]] = {
    Fault.TOO_MANY: (429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}),
    Fault.ERROR: (503, {"error": "NotEnoughResources", "message": "Not Enough Resources"}),
    Fault.UPSTREAM: (502, {"error": "UpstreamFailure", "message": "Upstream Failure"}),
}


@asynccontextmanager
async def run_fake_bluesky() -> AsyncIterator[FakeBluesky]:
    """Run a server with one account; `url` is what `api_url` should be."""
    fake = FakeBluesky()
    app = web.Application()
    app.router.add_route("*", "/xrpc/{name}", fake.take)
    async with serve(app) as (address, site):
        fake.site = site
        fake.url = address
        yield fake
