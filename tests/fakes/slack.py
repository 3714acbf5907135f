"""Slack as an app sees it: the Web API on loopback, and the people of one workspace.

It is strict where Slack is: the token, escaping, lengths, blocks, channels, error words in answers with
status 200. Requests to the webhook are signed by slack-sdk, which is the oracle here.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.fakes.serving import reset, serve
from tests.fakes.slack_checks import Body, Refusal, check_message

TOKEN = "xoxb-111-222-abcdefghijkl"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, APP, BOT_USER, BOT = "T061EG9R6", "A0KRQLJ9H", "U0LAN0Z89", "B0LAN0Z89"
SCOPES = (
    "app_mentions:read,channels:history,chat:write,files:read,files:write,groups:history,"
    "im:history,im:write,reactions:read,users:read"
)


class Fault(StrEnum):
    """What goes wrong with a call."""

    TOO_MANY = "too_many"
    UNAVAILABLE = "service_unavailable"
    ERROR = "internal_error"  # and it was done
    GATEWAY = "gateway"  # 502 in HTML
    RESET = "reset"  # the connection breaks and nothing was done
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    HANG = "hang"  # it was done, and no answer comes


@dataclass(slots=True, kw_only=True)
class FakeSlack:
    """One workspace with one app. `sent` holds the messages that were posted, `transcript` every call."""

    url: str = ""
    site: web.TCPSite | None = None
    hook_url: str = ""
    scopes: str = SCOPES
    sent: list[Body] = field(default_factory=list)
    said: list[Body] = field(default_factory=list)  # by people, in threads
    updated: list[Body] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    transcript: list[tuple[str, Body]] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)  # that the app may post to
    archived: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    faults: dict[str, deque[Fault | None]] = field(default_factory=lambda: defaultdict(deque))
    _last: int = 0
    _called: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true; looked at after each call."""
        async with asyncio.timeout(20), self._called:
            await self._called.wait_for(happened)

    # --- people -----------------------------------------------------------------------------

    async def deliver(self, *bodies: Body, copies: int = 1, seed: int | None = None) -> list[int]:
        """Post events to the webhook, each `copies` times; return the statuses."""
        posts = [(body, number) for body in bodies for number in range(copies)]
        if seed is not None:
            random.Random(seed).shuffle(posts)  # noqa: S311 - an order of a test
        statuses = []
        async with aiohttp.ClientSession() as session:
            for body, number in posts:
                again = (
                    {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
                    if number
                    else {}
                )
                raw, headers = sign_body(json.dumps(body).encode())
                async with session.post(self.hook_url, data=raw, headers={**headers, **again}) as response:
                    statuses.append(response.status)
        return statuses

    async def press(self, payload: Body) -> tuple[int, str]:
        """Post an interaction as Slack does, as a form; return the status and the body."""
        raw, headers = sign_body(urlencode({"payload": json.dumps(payload)}).encode())
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.hook_url, data=raw, headers=headers) as response,
        ):
            return response.status, await response.text()

    # --- the Web API ------------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        method = request.match_info["method"]
        fields = await read_fields(request)
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault is Fault.RESET:
            return await reset(request)
        if fault in BEFORE:
            return BEFORE[fault]()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return refuse("invalid_auth")
        try:
            body = {"ok": True, **self._answer(method, fields)}
        except Refusal as refusal:
            body = {"ok": False, "error": str(refusal)}
        async with self._called:
            self.transcript.append((method, fields))
            self._called.notify_all()
        if fault is Fault.RESET_AFTER:
            return await reset(request)
        if fault is Fault.HANG:
            await asyncio.sleep(60)
        if fault is Fault.ERROR:
            return refuse("internal_error")
        return web.json_response(body, headers={"x-oauth-scopes": self.scopes})

    async def take_upload(self, request: web.Request) -> web.Response:
        """Take the bytes of a file. The address is the proof."""
        assert "Authorization" not in request.headers
        self.uploads[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    def _answer(self, method: str, fields: Body) -> Body:
        answer = getattr(self, "_on_" + method.replace(".", "_"), None)
        if answer is None:
            raise Refusal("unknown_method")
        found: Body = answer(fields)
        return found

    def _on_auth_test(self, _: Body) -> Body:
        who = {"user": "lyra", "user_id": BOT_USER, "bot_id": BOT, "team": "Us", "team_id": TEAM}
        return {"url": "https://us.slack.com/", **who}

    def _on_chat_postMessage(self, fields: Body) -> Body:  # noqa: N802 - Slack's name
        self._check_channel(fields.get("channel", ""))
        check_message(fields)
        message = {**fields, "user": BOT_USER, "bot_id": BOT, "ts": self._next_ts()}
        self.sent.append(message)
        return {"channel": fields["channel"], "ts": message["ts"], "message": message}

    def _on_chat_update(self, fields: Body) -> Body:
        known = {(each["channel"], each["ts"]) for each in self.sent}
        if (fields.get("channel"), fields.get("ts")) not in known:
            raise Refusal("message_not_found")
        self.updated.append(fields)
        return {"channel": fields["channel"], "ts": fields["ts"]}

    def _on_conversations_open(self, fields: Body) -> Body:
        person = str(fields.get("users"))
        if person not in self.names:
            raise Refusal("user_not_found")
        self.channels.add("D" + person)
        return {"channel": {"id": "D" + person}}

    def _on_conversations_history(self, fields: Body) -> Body:
        found = [m for m in reversed(self.sent) if m["channel"] == fields["channel"] and "thread_ts" not in m]
        return {"messages": found[: int(fields.get("limit", 100))]}

    def _on_conversations_replies(self, fields: Body) -> Body:
        where = fields["channel"], fields["ts"]
        return {
            "messages": [m for m in (*self.said, *self.sent) if (m["channel"], m.get("thread_ts")) == where]
        }

    def _on_users_info(self, fields: Body) -> Body:
        if fields.get("user") not in self.names:
            raise Refusal("user_not_found")
        return {"user": {"id": fields["user"], "profile": {"display_name": self.names[fields["user"]]}}}

    def _on_files_info(self, fields: Body) -> Body:
        files = {
            "F1": "https://files.slack.com/files-pri/T1-F1/a.png",
            "F2": "https://drive.example/a.png",  # a file that lies elsewhere, only named at Slack
        }
        if fields.get("file") not in files:
            raise Refusal("file_not_found")
        return {"file": {"id": fields["file"], "url_private": files[fields["file"]]}}

    def _on_files_getUploadURLExternal(self, fields: Body) -> Body:  # noqa: N802 - Slack's name
        if not fields.get("filename") or int(fields.get("length", 0)) <= 0:
            raise Refusal("invalid_arguments")
        file_id = f"F{len(self.uploads) + 10}"
        base = self.url.removesuffix("/api")
        return {"file_id": file_id, "upload_url": f"{base}/upload/{file_id}"}

    def _on_files_completeUploadExternal(self, fields: Body) -> Body:  # noqa: N802 - Slack's name
        self._check_channel(fields.get("channel_id", ""))
        if any(each["id"] not in self.uploads for each in fields["files"]):
            raise Refusal("file_not_found")
        return {"files": fields["files"]}

    def _check_channel(self, channel: str) -> None:
        if channel in self.archived:
            raise Refusal("is_archived")
        if channel not in self.channels:
            raise Refusal("channel_not_found")

    def _next_ts(self) -> str:
        self._last += 1
        return f"{int(time.time())}.{self._last:06d}"


async def read_fields(request: web.Request) -> Body:
    """Return a call's fields, sent as JSON or as a form."""
    if request.content_type == "application/json":
        fields: Body = json.loads(await request.read() or b"{}")
        return fields
    return dict(await request.post())


def sign_body(body: bytes) -> tuple[bytes, dict[str, str]]:
    """Return a body and its headers, signed as Slack signs now."""
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return body, {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def refuse(word: str) -> web.Response:
    """Return Slack's body of an error: with status 200."""
    return web.json_response({"ok": False, "error": word})


def refuse_for_now() -> web.Response:
    """Return what Slack answers to too many calls."""
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": "7"})


BEFORE: dict[Fault | None, Callable[[], web.Response]] = {  # nothing was done
    Fault.TOO_MANY: refuse_for_now,
    Fault.UNAVAILABLE: lambda: refuse("service_unavailable"),
    Fault.GATEWAY: lambda: web.Response(
        status=502, text="<html>Bad Gateway</html>", content_type="text/html"
    ),
}


@asynccontextmanager
async def run_fake_slack() -> AsyncIterator[FakeSlack]:
    """Run a workspace with one app; `url` is what `api_url` should be."""
    fake = FakeSlack()
    app = web.Application()
    app.router.add_post("/api/{method}", fake.take)
    app.router.add_post("/upload/{file}", fake.take_upload)
    async with serve(app) as (address, site):
        fake.site = site
        fake.url = f"{address}/api"
        yield fake
