"""X as a brand's account sees it: the API, version 2, on loopback, and the people who write to the account.

It is strict where X is: signatures, tokens that rotate, who may be answered, 280 weighted characters,
duplicates, rates. It differs where a test on loopback must: webhooks may be plain http.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.serving import serve
from tests.fakes.x_api import Fault, routes
from tests.fakes.x_events import ME, Body, activity, answer_to, direct_event, mention, post, sign
from tests.fakes.x_hooks import find_told

EPOCH_MS = 1_288_834_974_657


@dataclass(slots=True, kw_only=True)
class FakeX:
    """One account's X. `sent` holds posts and messages that people see, `transcript` every call."""

    url: str = ""
    site: web.TCPSite | None = None
    transcript: list[tuple[str, str, int]] = field(default_factory=list)
    sent: list[Body] = field(default_factory=list)
    posts: dict[str, Body] = field(default_factory=dict)
    messages: list[Body] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)  # people who take no messages
    faults: deque[Fault] = field(default_factory=deque)
    journal: list[Body] = field(default_factory=list)  # events, as delivered
    webhooks: list[Body] = field(default_factory=list)
    subscriptions: list[Body] = field(default_factory=list)
    webhooks_max: int = 5  # of one app
    untold: set[str] = field(default_factory=set)  # events that this app may not subscribe to
    uploads: dict[str, bytes] = field(default_factory=dict)
    slow_files: int = 0  # how often to look before a file can be used
    posts_left: int = 100
    access: str | None = None  # OAuth 2.0: the token that is good now
    refresh: str = "refresh-1"
    _last: int = field(default_factory=lambda: (int(time.time() * 1000) - EPOCH_MS) << 22)
    _waiting: list[Body] = field(default_factory=list)

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    # --- people -----------------------------------------------------------------------------

    def next_id(self) -> str:
        """Return a new id, larger than all before."""
        self._last += 1
        return str(self._last)

    def mention(self, text: str, *, author: str = "7", post_id: str | None = None, **more: Any) -> Body:
        """Let a person write a post that mentions the account."""
        made = mention(post_id or self.next_id(), text, author=author, **more)
        self.posts[made["data"]["payload"]["id"]] = made["data"]["payload"]
        self._waiting.append(made)
        return made

    def direct(self, text: str, *, sender: str = "7") -> Body:
        """Let a person write a direct message."""
        message = self.add_message(text, sender=sender, other=ME)
        made = direct_event(message["id"], text, sender=sender)
        self._waiting.append(made)
        return made

    def add_message(self, text: str, *, sender: str, other: str) -> Body:
        """Keep a direct message, as polling shows it."""
        message = {
            "id": self.next_id(),
            "event_type": "MessageCreate",
            "text": text,
            "sender_id": sender,
            "dm_conversation_id": f"{sender}-{other}",
            "created_at": "2026-01-31T12:00:00.000Z",
        }
        self.messages.append(message)
        return message

    def write_by_hand(self, text: str, *, answers: str) -> Body:
        """Let one of the brand's people answer a post in X's own app."""
        return self._tell(post(self.next_id(), text, author=ME, referenced_tweets=answer_to(answers)))

    def tell_own_posts(self) -> None:
        """Tell the webhook of all that the account has posted."""
        for made in [each for each in self.posts.values() if each["author_id"] == ME]:
            self._tell(made)

    def _tell(self, made: Body) -> Body:
        answered = self.posts[made["referenced_tweets"][0]["id"]]
        where = {"conversation_id": answered["conversation_id"], "in_reply_to_user_id": answered["author_id"]}
        self.posts[made["id"]] = {**made, **where}
        self._waiting.append(activity("post.create", self.posts[made["id"]]))
        return made

    # --- the webhook ------------------------------------------------------------------------

    async def challenge(self, hook: str) -> bool:
        """Ask the address to prove itself, as X does every hour."""
        token = f"{random.getrandbits(128):x}"
        try:
            async with aiohttp.ClientSession() as http, http.get(hook, params={"crc_token": token}) as answer:
                said = await answer.json() if answer.status == 200 else {}
        except aiohttp.ClientError:
            return False
        return said.get("response_token") == sign(token.encode())

    async def tell(self) -> list[int]:
        """Post what happened to the webhooks that are subscribed to it, as X does by itself."""
        statuses: list[int] = []
        waiting, self._waiting[:] = list(self._waiting), []
        for event in waiting:
            for hook in find_told(self, event["data"]["event_type"]):
                statuses += await self._post(hook, [event], 3)
        return statuses

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(20):
            while not happened():  # noqa: ASYNC110 - what is waited for is a list's content
                await asyncio.sleep(0.01)

    async def deliver(
        self, hook: str, *, copies: int = 1, shuffle: random.Random | None = None, tries: int = 3
    ) -> list[int]:
        """Post what happened to a webhook, each `copies` times; what is not taken is posted again."""
        batch = [event for event in self._waiting for _ in range(copies)]
        self.journal.extend(self._waiting)
        self._waiting.clear()
        if shuffle is not None:
            shuffle.shuffle(batch)
        return await self._post(hook, batch, tries)

    async def replay(self, hook: str) -> list[int]:
        """Post all that was ever delivered once more."""
        return await self._post(hook, self.journal, 1)

    async def _post(self, hook: str, batch: list[Body], tries: int) -> list[int]:
        statuses: list[int] = []
        async with aiohttp.ClientSession() as http:
            for body in (json.dumps(event).encode() for event in batch):
                headers = {"x-twitter-webhooks-signature": sign(body), "content-type": "application/json"}
                for _ in range(tries):
                    async with http.post(hook, data=body, headers=headers) as answer:
                        statuses.append(answer.status)
                    if statuses[-1] == 200:
                        break
        return statuses

    def limits(self, left: int) -> dict[str, str]:
        """Return the headers that say how many posts are left, until seven seconds from now."""
        now = int(time.time())
        return {
            "Date": formatdate(now, usegmt=True),
            "x-rate-limit-limit": "100",
            "x-rate-limit-remaining": str(left),
            "x-rate-limit-reset": str(now + 7),
        }


@asynccontextmanager
async def run_fake_x() -> AsyncIterator[FakeX]:
    """Run an X with one account; `url` is what `api_url` should be."""
    fake = FakeX()
    app = web.Application(client_max_size=8_000_000)
    app.add_routes(routes(fake))
    async with serve(app) as (address, site):
        fake.site = site
        fake.url = address
        yield fake
