"""A server of the AT Protocol with one account on it, the network's view of its posts, and the chat.

It is strict where the real one is: sessions that end, keys that are taken, 300 graphemes and 3,000 bytes,
versions of the posts that are answered, blobs that were uploaded, who allows messages, rate headers.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from aiohttp import web

from tests.fakes.bluesky_records import (
    ME,
    POST,
    Record,
    check_message,
    check_record,
    make_log,
    make_notification,
    make_post,
    make_profile,
    make_tid,
)
from tests.fakes.serving import reset, serve

PASSWORD = "abcd-efgh-ijkl-mnop"
SECONDS = 7  # what a rate limit asks to wait
START = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Fault(StrEnum):
    """What goes wrong with a call."""

    TOO_MANY = "too_many"
    ERROR = "error"  # 503 in the protocol's own JSON
    UPSTREAM = "upstream"  # 502 in the protocol's own JSON: the chat's server was asked
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    HANG = "hang"  # it was done, and no answer comes


class Refusal(Exception):
    """The server says no."""

    def __init__(self, status: int, name: str, message: str = "") -> None:
        super().__init__(name)
        self.status, self.name, self.message = status, name, message or name


@dataclass(slots=True, kw_only=True)
class FakeBluesky:
    """One account's server. `sent` holds what we posted, `said` what we wrote in private, in order.

    `faults` go to the next writing calls, None lets one through. `closed` are people who take no messages of
    strangers; `opens_chat` says whether the app password does, `chat_works` whether its server is well.
    """

    url: str = ""
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
        async with asyncio.timeout(10):
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


Answer = dict[str, Any]


async def create_session(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    if fields.get("password") != PASSWORD:
        raise Refusal(401, "AuthenticationRequired", "Invalid identifier or password")
    return fake.make_session()


async def refresh_session(fake: FakeBluesky, _: dict[str, Any]) -> Answer:
    return fake.make_session()


async def list_notifications(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    reasons = fields.get("reasons", [])
    wanted = [each for each in fake.notifications if not reasons or each["reason"] in reasons]
    wanted.sort(key=lambda each: each["indexedAt"], reverse=True)
    start, limit = int(fields.get("cursor", ["0"])[0]), int(fields.get("limit", ["50"])[0])
    cursor = {"cursor": str(start + limit)} if len(wanted) > start + limit else {}
    return {"notifications": wanted[start : start + limit], **cursor}


async def get_posts(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    return {"posts": [fake.posts[uri] for uri in dict.fromkeys(fields["uris"]) if uri in fake.posts]}


async def get_profile(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    did = fields["actor"][0]
    return {**make_profile(ME), "labels": [{"val": "bot", "src": did}] if fake.labelled else []}


async def put_record(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    uri = f"at://{fields['repo']}/{fields['collection']}/{fields['rkey']}"
    problem = check_record(fields["record"], fake.blobs)
    if problem:
        raise Refusal(400, "InvalidRequest", problem)
    if uri in fake.posts and fields.get("swapRecord", "any") is None:
        raise Refusal(400, "InvalidSwap", f"Record was at {fake.posts[uri]['cid']}")
    digest = hashlib.sha256(json.dumps(fields["record"], sort_keys=True).encode()).hexdigest()
    post = {"uri": uri, "cid": f"bafy{digest[:40]}", "record": fields["record"], "author": make_profile(ME)}
    fake.posts[uri] = post
    fake.sent.append(post)
    return {"uri": uri, "cid": post["cid"], "validationStatus": "valid"}


async def get_record(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    uri = f"at://{fields['repo'][0]}/{fields['collection'][0]}/{fields['rkey'][0]}"
    if uri not in fake.posts:
        raise Refusal(400, "RecordNotFound", f"Could not locate record: {uri}")
    return {"uri": uri, "cid": fake.posts[uri]["cid"], "value": fake.posts[uri]["record"]}


async def list_records(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    mine = [post for uri, post in fake.posts.items() if uri.startswith(f"at://{fields['repo'][0]}/{POST}/")]
    mine.sort(key=lambda post: post["uri"], reverse=True)
    records = [{"uri": post["uri"], "cid": post["cid"], "value": post["record"]} for post in mine]
    return {"records": records[: int(fields.get("limit", ["50"])[0])]}


async def upload_blob(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    cid = f"bafk{hashlib.sha256(fields['data']).hexdigest()[:40]}"
    fake.blobs[cid] = len(fields["data"])
    blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": fields["mime"], "size": len(fields["data"])}
    return {"blob": blob}


async def list_convos(fake: FakeBluesky, _: dict[str, Any]) -> Answer:
    return {"convos": [{"id": each["convoId"], "rev": each["rev"]} for each in reversed(fake.logs[-1:])]}


async def get_log(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    after = fields["cursor"][0]
    logs = [each for each in fake.logs if each["rev"] > after]
    return {"logs": logs, "cursor": max([after, *(each["rev"] for each in logs)])}


async def accept_convo(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    fake.accepted.add(fields["convoId"])
    return {}


async def get_convo(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    (did,) = fields["members"]
    if did in fake.closed:
        words = "recipient requires incoming messages to come from someone they follow"
        raise Refusal(400, "InvalidRequest", words)
    return {"convo": {"id": f"convo-{did.rpartition(':')[2]}", "members": []}}


async def send_message(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    problem = check_message(fields["message"])
    if problem:
        raise Refusal(400, "InvalidRequest", problem)
    person = fields["convoId"].removeprefix("convo-")
    if f"did:plc:{person}" in fake.closed:
        raise Refusal(400, "InvalidConvo", "Convo not found")
    entry = fake.log("CreateMessage", person, fields["message"]["text"], sender=ME)
    fake.said.append({**entry["message"], "convoId": fields["convoId"]})
    return dict(entry["message"])


async def get_messages(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    convo = fields["convoId"][0]
    found = [each["message"] for each in fake.logs if each["convoId"] == convo]
    return {"messages": found[::-1]}


Method = Callable[[FakeBluesky, dict[str, Any]], Awaitable[Answer]]
METHODS: dict[str, Method] = {
    "com.atproto.server.createSession": create_session,
    "com.atproto.server.refreshSession": refresh_session,
    "com.atproto.repo.putRecord": put_record,
    "com.atproto.repo.getRecord": get_record,
    "com.atproto.repo.listRecords": list_records,
    "com.atproto.repo.uploadBlob": upload_blob,
    "app.bsky.notification.listNotifications": list_notifications,
    "app.bsky.feed.getPosts": get_posts,
    "app.bsky.actor.getProfile": get_profile,
    "chat.bsky.convo.listConvos": list_convos,
    "chat.bsky.convo.getLog": get_log,
    "chat.bsky.convo.acceptConvo": accept_convo,
    "chat.bsky.convo.getConvoForMembers": get_convo,
    "chat.bsky.convo.sendMessage": send_message,
    "chat.bsky.convo.getMessages": get_messages,
}
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
