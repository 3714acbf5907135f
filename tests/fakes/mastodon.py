"""A Mastodon server as one account and its application see it, and the people who write to it.

It is strict where Mastodon is: the token, the length of a post with links as 23, idempotency keys, posts that
are gone, rate headers, direct posts that only the mentioned get. Deliveries over the stream may be lost.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from aiohttp import web

from tests.fakes.mastodon_methods import ROUTES
from tests.fakes.mastodon_posts import (
    ME,
    NAMED,
    Post,
    make_account,
    make_notification,
    make_post,
)
from tests.fakes.serving import reset, serve

SECONDS = 7  # what a rate limit asks to wait


class Fault(StrEnum):
    """What goes wrong with a call."""

    TOO_MANY = "too_many"
    ERROR = "error"  # 503 in Mastodon's own JSON
    GATEWAY = "gateway"  # 502 in HTML
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    HANG = "hang"  # it was done, and no answer comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it came in, and the status it was answered with (0: none)."""

    method: str
    path: str
    fields: dict[str, Any]
    status: int


@dataclass(slots=True, kw_only=True)
class FakeMastodon:
    """One account's server. `posts` holds all posts by id, `sent` what our application posted, in order.

    `faults` go to the next writing calls, None lets one through; `streams` says whether there is a stream.
    `untold` are posts whose thread the server cannot tell.
    """

    token: str = "tok-AAabcdefghijklmnop"
    url: str = ""
    site: web.TCPSite | None = None
    characters: int = 500
    streams: bool = True
    marked_as_bot: bool = True
    posts: dict[str, Post] = field(default_factory=dict)
    sent: list[Post] = field(default_factory=list)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    notifications: list[dict[str, Any]] = field(default_factory=list)
    transcript: list[Call] = field(default_factory=list)
    faults: deque[Fault | None] = field(default_factory=deque)
    people: dict[str, dict[str, Any]] = field(default_factory=lambda: {ME["id"]: ME})
    slow_media: int = 0
    untold: set[str] = field(default_factory=set)
    listeners: list[asyncio.Queue[str | None]] = field(default_factory=list)
    _keys: dict[str, Post] = field(default_factory=dict)
    _last: int = 100

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true."""
        async with asyncio.timeout(20):
            while not happened():  # noqa: ASYNC110 - a test's patience
                await asyncio.sleep(0.005)

    # --- people -----------------------------------------------------------------------------

    def say(self, person: str, text: str, *, lost: bool = False, **more: Any) -> Post:
        """Let a person mention us; `lost`: the stream does not tell of it."""
        post = self.post(person, f"@{ME['username']} {text}", **more)
        self.notify("mention", post, lost=lost)
        return post

    def post(self, person: str, text: str, **more: Any) -> Post:
        """Let anybody post anything."""
        author = self.people.setdefault(person, make_account(person))
        answered = self.posts.get(more.get("in_reply_to_id") or "")
        if answered:
            more["in_reply_to_account_id"] = answered["account"]["id"]
        post = make_post(self.next_id(), author, text, **more)
        self.posts[post["id"]] = post
        return post

    def notify(self, kind: str, post: Post, *, lost: bool = False) -> None:
        """Tell us of a post."""
        note = make_notification(self.next_id(), kind, post)
        self.notifications.append(note)
        if not lost:
            self.tell("notification", json.dumps(note))

    def edit(self, post: Post, text: str, *, seconds: int = 60) -> None:
        """Let a person change a post."""
        edited_at = (datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()
        fresh = make_post(post["id"], post["account"], f"@{ME['username']} {text}")
        self.posts[post["id"]] = {**post, "content": fresh["content"], "edited_at": edited_at}
        self.tell("status.update", json.dumps(self.posts[post["id"]]))

    def delete(self, post: Post) -> None:
        """Let a person take a post back."""
        del self.posts[post["id"]]
        self.tell("delete", post["id"])

    def write_in_app(self, to: Post | None, text: str, *people: str, **more: Any) -> Post:
        """Let one of the brand's people answer in Mastodon's own app, or begin; `people` are named."""
        named = [self.people.setdefault(each, make_account(each)) for each in people]
        more = (
            {**more, "mentions": [{name: each[name] for name in NAMED} for each in named]} if named else more
        )
        answered = {"in_reply_to_id": to["id"]} if to else {}
        application = {"name": "Web", "website": None}
        post = self.post(ME["id"], text, application=application, **answered, **more)
        self.tell("update", json.dumps(post))
        return post

    def tell(self, event: str, data: str) -> None:
        """Say something on all streams."""
        for listener in self.listeners:
            listener.put_nowait(f":thump\n\nevent: {event}\ndata: {data}\n\n")

    def cut(self) -> None:
        """Break all streams."""
        for listener in self.listeners:
            listener.put_nowait(None)

    def next_id(self) -> str:
        """Return the next id of anything."""
        self._last += 1
        return str(self._last)

    # --- the API ----------------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        fields = await read_fields(request)
        fault = self.faults.popleft() if request.method == "POST" and self.faults else None
        done = fault not in (Fault.TOO_MANY, Fault.ERROR, Fault.GATEWAY)
        status, body = await self._do(request, fields) if done else (0, None)
        if fault in (Fault.TOO_MANY, Fault.ERROR):
            status = 429 if fault is Fault.TOO_MANY else 503
            body = {"error": "Too many requests" if status == 429 else "Service Unavailable"}
        self.transcript.append(Call(method=request.method, path=request.path, fields=fields, status=status))
        if fault is Fault.HANG:
            await asyncio.sleep(60)
        if fault is Fault.RESET_AFTER:
            return await reset(request)
        if fault is Fault.GATEWAY:
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        return web.json_response(body, status=status, headers=self._rates(left=0 if status == 429 else 299))

    def _rates(self, *, left: int) -> dict[str, str]:
        now = datetime.now(UTC).replace(microsecond=0)
        return {
            "Date": format_datetime(now, usegmt=True),
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": (now + timedelta(seconds=SECONDS)).isoformat(timespec="microseconds"),
        }

    async def _do(self, request: web.Request, fields: dict[str, Any]) -> tuple[int, Any]:
        path = request.path
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"error": "The access token is invalid"}
        for pattern, answer in ROUTES:
            found = re.fullmatch(pattern, f"{request.method} {path}")
            if found:
                return await answer(self, request, fields, *found.groups())
        return 404, {"error": "Record not found"}

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Tell what happens until the connection is cut."""
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": "Missing access token"}, status=401)
        if not self.streams:
            return web.Response(status=404)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self.listeners.append(queue)
        try:
            await response.write(b":)\n")
            while (text := await queue.get()) is not None:
                await response.write(text.encode())
        except ConnectionError:
            pass
        finally:
            self.listeners.remove(queue)
        return response


async def read_fields(request: web.Request) -> dict[str, Any]:
    """Return a call's parameters, sent as JSON or as a form."""
    if request.method == "GET":
        return dict(request.query)
    if request.content_type == "application/json":
        fields: dict[str, Any] = json.loads(await request.read() or b"{}")
        return fields
    return dict(await request.post())


@asynccontextmanager
async def run_fake_mastodon() -> AsyncIterator[FakeMastodon]:
    """Run a server with one account; `url` is what `instance` should be."""
    fake = FakeMastodon()
    app = web.Application()
    app.router.add_get("/api/v1/streaming/health", healthy)
    app.router.add_get("/api/v1/streaming/user", fake.stream)
    app.router.add_route("*", "/{path:.*}", fake.take)
    async with serve(app) as (address, site):
        fake.site = site
        fake.url = address
        yield fake
        fake.cut()


async def healthy(_: web.Request) -> web.Response:
    """Say that the stream is alive."""
    return web.Response(text="OK")
