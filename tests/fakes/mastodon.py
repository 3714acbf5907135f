"""A Mastodon server as one account and its application see it, and the people who write to it.

It is strict where Mastodon is: the token, the length of a post with links as 23, idempotency keys, posts that
are gone, rate headers, direct posts that only the mentioned get. Deliveries over the stream may be lost.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from aiohttp import web

from tests.fakes.mastodon_posts import (
    ME,
    Post,
    make_account,
    make_notification,
    make_post,
    measure,
    within,
)
from tests.fakes.serving import reset, serve

APP = "Visavis"
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
    listeners: list[asyncio.Queue[str | None]] = field(default_factory=list)
    _keys: dict[str, Post] = field(default_factory=dict)
    _last: int = 100

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true."""
        async with asyncio.timeout(10):
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

    def write_in_app(self, to: Post, text: str) -> Post:
        """Let one of the brand's people answer in Mastodon's own app."""
        post = self.post(
            ME["id"], text, in_reply_to_id=to["id"], application={"name": "Web", "website": None}
        )
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


Answer = tuple[int, Any]


async def get_me(fake: FakeMastodon, _: web.Request, __: dict[str, Any]) -> Answer:
    return 200, {**ME, "bot": fake.marked_as_bot}


async def get_app(_: FakeMastodon, __: web.Request, ___: dict[str, Any]) -> Answer:
    return 200, {"name": APP, "website": None, "scopes": ["read", "write"]}


async def get_instance(fake: FakeMastodon, _: web.Request, __: dict[str, Any]) -> Answer:
    limits = {
        "max_characters": fake.characters,
        "max_media_attachments": 4,
        "characters_reserved_per_url": 23,
    }
    urls = {"streaming": fake.url.replace("http", "ws", 1)}
    return 200, {"domain": "social.example", "configuration": {"statuses": limits, "urls": urls}}


async def get_notifications(fake: FakeMastodon, request: web.Request, _: dict[str, Any]) -> Answer:
    types = request.query.getall("types[]", [])
    wanted = [each for each in fake.notifications if not types or each["type"] in types]
    return 200, within(wanted, request)


async def get_account(fake: FakeMastodon, _: web.Request, __: dict[str, Any], person: str) -> Answer:
    found = fake.people.get(person)
    return (200, found) if found else (404, {"error": "Record not found"})


async def get_posts(fake: FakeMastodon, request: web.Request, _: dict[str, Any], person: str) -> Answer:
    return 200, within([each for each in fake.posts.values() if each["account"]["id"] == person], request)


async def get_context(fake: FakeMastodon, _: web.Request, __: dict[str, Any], post_id: str) -> Answer:
    post, ancestors = fake.posts.get(post_id), list[Post]()
    if post is None:
        return 404, {"error": "Record not found"}
    while post and post["in_reply_to_id"]:
        post = fake.posts.get(post["in_reply_to_id"])
        ancestors[:0] = [post] if post else []
    return 200, {"ancestors": ancestors, "descendants": []}


async def add_file(fake: FakeMastodon, _: web.Request, fields: dict[str, Any]) -> Answer:
    upload = fields["file"]
    media_id = fake.next_id()
    fake.uploads[media_id] = {
        "mime": upload.content_type,
        "size": len(upload.file.read()),
        "left": fake.slow_media,
    }
    return (202 if fake.slow_media else 200), {"id": media_id, "type": "image", "url": None}


async def get_file(fake: FakeMastodon, _: web.Request, __: dict[str, Any], media_id: str) -> Answer:
    upload = fake.uploads[media_id]
    upload["left"] -= 1
    return (206 if upload["left"] > 0 else 200), {"id": media_id, "type": "image"}


async def add_post(fake: FakeMastodon, request: web.Request, fields: dict[str, Any]) -> Answer:
    key = request.headers.get("Idempotency-Key", "")
    if key and key in fake._keys:
        return 200, fake._keys[key]
    text, warning = fields.get("status", ""), fields.get("spoiler_text", "")
    media = fields.get("media_ids", [])
    if measure(text) + len(warning) > fake.characters:
        return 422, {"error": f"Validation failed: Text character limit of {fake.characters} exceeded"}
    if not text.strip() and not media:
        return 422, {"error": "Validation failed: Text can't be blank"}
    if any(each not in fake.uploads for each in media) or len(media) > 4:
        return 422, {"error": "Validation failed: Media can't be attached"}
    answered = fields.get("in_reply_to_id")
    if answered and answered not in fake.posts:
        return 404, {"error": "Record not found"}
    names = ("in_reply_to_id", "visibility", "spoiler_text")
    more = {name: fields[name] for name in names if name in fields}
    post = fake.post(ME["id"], text, application={"name": APP, "website": None}, **more)
    fake.sent.append({**post, "said": text, "media_ids": media})
    fake._keys[key] = post
    fake.tell("update", json.dumps(post))
    return 200, post


Route = Callable[..., Awaitable[Answer]]
ROUTES: tuple[tuple[str, Route], ...] = (
    ("GET /api/v1/accounts/verify_credentials", get_me),
    ("GET /api/v1/apps/verify_credentials", get_app),
    ("GET /api/v2/instance", get_instance),
    ("GET /api/v1/notifications", get_notifications),
    (r"GET /api/v1/accounts/(\d+)", get_account),
    (r"GET /api/v1/accounts/(\d+)/statuses", get_posts),
    (r"GET /api/v1/statuses/(\d+)/context", get_context),
    ("POST /api/v2/media", add_file),
    (r"GET /api/v1/media/(\d+)", get_file),
    ("POST /api/v1/statuses", add_post),
)


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
