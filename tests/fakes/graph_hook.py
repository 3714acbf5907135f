"""Meta's webhooks of a page or an Instagram account: signed, delivered again until they are answered."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from tests.fakes.graph_checks import Json

CHALLENGE = "1158201444"


@dataclass(slots=True, kw_only=True)
class GraphHook:
    """What an app of Meta's calls our address with."""

    app_secret: str = "the-app-and-we-know-this-secret"
    verify_token: str = "a-word-of-our-own"

    async def shake_hands(
        self, url: str, challenge: str = CHALLENGE, *, word: str | None = None
    ) -> tuple[int, str]:
        """Ask whether an address is ours; returns what it answers."""
        asked = {
            "hub.mode": "subscribe",
            "hub.verify_token": self.verify_token if word is None else word,
            "hub.challenge": challenge,
        }
        async with aiohttp.ClientSession() as session, session.get(url, params=asked) as response:
            return response.status, await response.text()

    async def deliver(
        self, url: str, *bodies: Json, copies: int = 1, shuffle: random.Random | None = None, tries: int = 5
    ) -> list[int]:
        """Post bodies, signed, each `copies` times; what is not answered with 200 is posted again."""
        batch = [json.dumps(each).encode() for each in bodies for _ in range(copies)]
        if shuffle is not None:
            shuffle.shuffle(batch)
        statuses: list[int] = []
        async with aiohttp.ClientSession() as session:
            for raw in batch:
                for _ in range(tries):
                    async with session.post(url, data=raw, headers=self.sign(raw)) as response:
                        statuses.append(response.status)
                    if statuses[-1] == web.HTTPOk.status_code:
                        break
        return statuses

    def sign(self, raw: bytes) -> dict[str, str]:
        """Return the headers of a delivery."""
        digest = hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}
