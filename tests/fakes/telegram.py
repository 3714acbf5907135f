"""Telegram as a bot sees it: the Bot API on loopback, and the people who write to the bot.

It is strict where Telegram is: limits, error bodies, one reader of updates at a time, secret tokens.
It differs where a test on loopback must: webhooks may be plain http, and nothing takes minutes.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.serving import reset, serve
from tests.fakes.telegram_checks import Refusal, Update, make_person, read_fields, refusal, wait_for
from tests.fakes.telegram_sends import SENDS

NAME = "Lyra_bot"  # what people call the bot by
MOST_BYTES = 20_000_000  # of a file that a bot may have
LONGEST_WAIT = 0.2  # seconds an empty getUpdates is held, however long the bot would wait
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Fault(StrEnum):
    """What goes wrong with a call. `TOO_MANY` asks to wait; see `FakeTelegram.retry_after`."""

    TOO_MANY = "too_many"
    ERROR = "error"  # 500 in Telegram's own JSON
    GATEWAY = "gateway"  # 502 in HTML, and nothing was done
    RESET = "reset"  # the connection breaks and nothing was done
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    HANG = "hang"  # it was done, and no answer comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it came in, and the status it was answered with (0: none)."""

    method: str
    fields: Mapping[str, Any]
    status: int


@dataclass(slots=True, kw_only=True)
class Hook:
    """The registered webhook."""

    url: str
    secret: str | None
    last_error: tuple[float, str] | None = None  # when, and in Telegram's words


@dataclass(slots=True, kw_only=True)
class FakeTelegram:
    """One bot's Telegram. `sent` holds what reached people, `transcript` every call.

    `faults` holds, by method, what goes wrong with the next calls; None lets one through.
    """

    token: str = "42:AAabcdefghijklmnop"
    url: str = ""
    site: web.TCPSite | None = None
    retry_after: int = 7
    transcript: list[Call] = field(default_factory=list)
    sent: list[Update] = field(default_factory=list)
    chats: dict[int, str] = field(default_factory=dict)  # id → type
    blocked: set[int] = field(default_factory=set)
    inboxes: dict[Any, set[int]] = field(default_factory=dict)  # topics in direct messages of channels
    businesses: dict[str, set[int]] = field(default_factory=dict)  # chats in use, by connection
    migrated: dict[int, int] = field(default_factory=dict)
    faults: dict[str, deque[Fault | None]] = field(default_factory=lambda: defaultdict(deque))
    hook: Hook | None = None
    files: dict[str, bytes] = field(default_factory=dict)  # by file id
    pressed: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    last_message: int = 0
    journal: list[Update] = field(default_factory=list)  # what the webhook was ever told
    _updates: dict[int, Update] = field(default_factory=dict)
    _last_update: int = 1000
    _reading: asyncio.Event | None = None
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

    def say(self, person: int, text: str, *, chat: int | None = None, **more: Any) -> Update:
        """Let a person write; in private unless a group's `chat` (negative) is given."""
        return self.push({"message": self._message(person, chat, {"text": text, **more})})

    def push_message(
        self, person: int, *, chat: int | None = None, business: bool = False, **body: Any
    ) -> Update:
        """Let a person send anything; with `business` to an account that the bot answers for."""
        kind = "business_message" if business else "message"
        return self.push({kind: self._message(person, chat, body)})

    def edit(self, update: Update, text: str, *, at: int) -> Update:
        """Let a person change what they wrote, at a time in seconds."""
        return self.push({"edited_message": {**update["message"], "text": text, "edit_date": at}})

    def press(self, person: int, message: Update, data: str) -> Update:
        """Let a person press a button under a message the bot has sent."""
        query_id = str(random.getrandbits(60))
        self.pressed.add(query_id)
        query = {"id": query_id, "from": make_person(person), "message": message, "chat_instance": "1"}
        return self.push({"callback_query": {**query, "data": data}})

    def push(self, update: Update) -> Update:
        """Queue an update of any kind."""
        self._last_update += 1
        numbered = {"update_id": self._last_update, **update}
        self._updates[self._last_update] = numbered
        return numbered

    def _message(self, person: int, chat: int | None, body: Update) -> Update:
        self.last_message += 1
        chat_id = person if chat is None else chat
        kind = self.chats.setdefault(chat_id, "private" if chat is None else "supergroup")
        return {
            "message_id": self.last_message,
            "date": 1_750_000_000 + self.last_message,
            "chat": {"id": chat_id, "type": kind},
            "from": make_person(person),
            **body,
        }

    # --- the webhook ------------------------------------------------------------------------

    async def deliver(
        self, *, copies: int = 1, shuffle: random.Random | None = None, tries: int = 5, again: bool = False
    ) -> list[int]:
        """Post what is queued to the webhook, each `copies` times; return the statuses.

        What is not answered with 2xx is posted again, `tries` times in all, then dropped. With `again`, what
        was ever posted is.
        """
        assert self.hook is not None, "no webhook is set"
        self.journal.extend(self._updates.values())
        told = self.journal if again else self._updates.values()
        batch = [update for update in told for _ in range(copies)]
        if shuffle is not None:
            shuffle.shuffle(batch)
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.hook.secret} if self.hook.secret else {}
        statuses: list[int] = []
        async with aiohttp.ClientSession(headers=headers) as session:
            for update in batch:
                for _ in range(tries):
                    async with session.post(self.hook.url, json=update) as response:
                        statuses.append(response.status)
                    if statuses[-1] in range(200, 300):
                        break
                    words = f"Wrong response from the webhook: {statuses[-1]} {response.reason}"
                    self.hook.last_error = (time.time(), words)
        self._updates.clear()
        return statuses

    # --- the Bot API ------------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        method, fields = request.match_info["method"], await read_fields(request)
        fault = self.faults[method].popleft() if self.faults[method] else None
        done = fault not in (Fault.TOO_MANY, Fault.ERROR, Fault.GATEWAY, Fault.RESET)
        status, body = await self._do(request, method, fields) if done else (0, {})
        match fault:
            case Fault.TOO_MANY:
                wait = {"retry_after": self.retry_after}
                status, body = 429, refusal(429, f"Too Many Requests: retry after {self.retry_after}", wait)
            case Fault.ERROR:
                status, body = 500, refusal(500, "Internal Server Error")
            case Fault.HANG:
                await asyncio.sleep(60)
            case _:
                pass
        broken = fault in (Fault.RESET, Fault.RESET_AFTER)
        async with self._called:
            self.transcript.append(Call(method=method, fields=fields, status=0 if broken else status))
            self._called.notify_all()
        if broken:
            return await reset(request)
        if fault is Fault.GATEWAY:
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        return web.json_response(body, status=status)

    async def _do(self, request: web.Request, method: str, fields: Update) -> tuple[int, Update]:
        if request.match_info["token"] != self.token:
            return 401, refusal(401, "Unauthorized")
        act = getattr(self, f"_on_{method.lower()}", None)
        send = SENDS.get(method)
        try:
            if send is not None:
                return 200, {"ok": True, "result": send(self, fields)}
            if act is not None:
                return 200, {"ok": True, "result": await act(fields)}
        except Refusal as error:
            return error.status, refusal(error.status, error.description, error.parameters)
        return 404, refusal(404, "Not Found")

    async def _on_getme(self, _: Update) -> Update:
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Bot",
            "username": NAME,
        }

    async def _on_setwebhook(self, fields: Update) -> bool:
        url, secret = fields.get("url", ""), fields.get("secret_token")
        if secret is not None and not SECRET.fullmatch(secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        if url and not url.startswith(("http://127.0.0.1", "https://")):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.hook = Hook(url=url, secret=secret) if url else None
        return True

    async def _on_deletewebhook(self, fields: Update) -> bool:
        self.hook = None
        if fields.get("drop_pending_updates"):
            self._updates.clear()
        return True

    async def _on_getwebhookinfo(self, _: Update) -> Update:
        url, error = (self.hook.url, self.hook.last_error) if self.hook else ("", None)
        known = {"url": url, "has_custom_certificate": False, "pending_update_count": len(self._updates)}
        failed = {"last_error_date": int(error[0]), "last_error_message": error[1]} if error else {}
        return {**known, **failed}

    async def _on_getupdates(self, fields: Update) -> list[Update]:
        if self.hook is not None:
            words = "can't use getUpdates method while webhook is active"
            raise Refusal(409, f"Conflict: {words}; use deleteWebhook to delete the webhook first")
        if self._reading is not None:
            self._reading.set()
        mine = self._reading = asyncio.Event()
        self._updates = {n: u for n, u in self._updates.items() if n >= int(fields.get("offset", 0))}
        if not self._updates and fields.get("timeout"):
            await wait_for(mine, LONGEST_WAIT)
        if mine.is_set():
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refusal(409, f"Conflict: {words}")
        self._reading = None
        allowed = fields.get("allowed_updates") or []
        wanted = [u for u in self._updates.values() if not allowed or set(u) & set(allowed)]
        return wanted[: int(fields.get("limit", 100))]

    async def _on_getfile(self, fields: Update) -> Update:
        file_id = str(fields.get("file_id"))
        if file_id not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[file_id]) > MOST_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": file_id, "file_path": f"photos/{file_id}.bin"}

    async def give_file(self, request: web.Request) -> web.Response:
        """Answer a download."""
        file_id = request.match_info["name"].removesuffix(".bin")
        if request.match_info["token"] != self.token or file_id not in self.files:
            return web.json_response(refusal(404, "Not Found"), status=404)
        return web.Response(body=self.files[file_id])

    async def _on_answercallbackquery(self, fields: Update) -> bool:
        query_id = fields.get("callback_query_id")
        if query_id not in self.pressed - self.answered:
            words = "query is too old and response timeout expired or query ID is invalid"
            raise Refusal(400, f"Bad Request: {words}")
        self.answered.add(query_id)
        return True


@asynccontextmanager
async def run_fake_telegram() -> AsyncIterator[FakeTelegram]:
    """Run a Telegram with one bot; `url` is what `api_url` should be."""
    fake = FakeTelegram()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", fake.take)
    app.router.add_get("/file/bot{token}/photos/{name}", fake.give_file)
    async with serve(app) as (address, site):
        fake.site = site
        fake.url = address
        yield fake
