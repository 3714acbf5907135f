"""Customers who insist: each says one thing after the other and repeats it, under one key, until answered."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import asyncpg

from tests.fakes.small_brand import REPLIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TEXTS = tuple(REPLIES)
GIVE_UP = 60.0  # seconds for one message
LAST_WORDS = 2  # said by each customer when enough has happened


@dataclass(slots=True)
class Load:
    """Messages under way. `answers`: what each message got; `refused` counts calls that were repeated."""

    urls: Sequence[str]
    name: str
    answers: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    enough: bool = False
    _customers: int = field(default=0, init=False)
    _begin: Callable[[int], object] = field(init=False)

    @property
    def told(self) -> set[str]:
        """What the service itself said to calls that it refused."""
        return {words for words in self.refused if words[0].isdigit()}

    async def wait_for_answers(self, count: int) -> None:
        """Return when so many messages were answered."""
        async with asyncio.timeout(GIVE_UP):
            while len(self.answers) < count:  # noqa: ASYNC110 - a test's patience
                await asyncio.sleep(0.01)

    async def run(self, *, conversations: int, pause: float = 0.0) -> None:
        """Let so many customers talk until it is `enough`, each one waiting for the answer."""
        timeout = aiohttp.ClientTimeout(total=10)
        connector = aiohttp.TCPConnector(limit=0, force_close=True)  # a repeat must never reuse a dead socket
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=connector) as http,
            asyncio.TaskGroup() as talks,
        ):
            self._begin = lambda number: talks.create_task(self._talk(http, number, pause))
            for _ in range(conversations):
                self.add_customer()

    def add_customer(self) -> None:
        """Let one more customer talk, while it runs."""
        self._begin(self._customers)
        self._customers += 1

    async def _talk(self, http: aiohttp.ClientSession, number: int, pause: float) -> None:
        sender = f"{self.name}-{number}"
        turn, left = 0, LAST_WORDS
        while left:
            begun = time.monotonic()
            self.answers[sender, turn] = await self._insist(http, sender, turn, number)
            self.seconds.append(time.monotonic() - begun)
            turn += 1
            left -= self.enough
            await asyncio.sleep(pause)

    async def _insist(self, http: aiohttp.ClientSession, sender: str, turn: int, attempt: int) -> list[str]:
        body = {"sender": sender, "message": _TEXTS[turn % len(_TEXTS)]}
        async with asyncio.timeout(GIVE_UP):
            while True:
                url = f"{self.urls[attempt % len(self.urls)]}/webhooks/rest/webhook"
                items = await self._call(http, url, body, key=f"{sender}-{turn}")
                if items is not None:
                    return [item["text"] for item in items]
                attempt += 1
                await asyncio.sleep(0.1)

    async def _call(
        self, http: aiohttp.ClientSession, url: str, body: dict[str, str], *, key: str
    ) -> list[dict[str, Any]] | None:
        try:
            async with http.post(url, json=body, headers={"Idempotency-Key": key}) as response:
                said = await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.refused[type(error).__name__] += 1
            return None
        if response.status != 200:
            assert set(said) == {"code", "message"}, said
            self.refused[f"{response.status} {said['message']}"] += 1
            return None
        if not said or "custom" in said[0]:
            self.refused["answered later"] += 1
            return None
        items: list[dict[str, Any]] = said
        return items

    def faults(self) -> dict[tuple[str, int], list[str]]:
        """Return the messages that did not get exactly their own one reply."""
        return {
            (sender, turn): texts
            for (sender, turn), texts in self.answers.items()
            if texts != [REPLIES[_TEXTS[turn % len(_TEXTS)]]]
        }


_BOOKS = """
    SELECT h.native_id || ' ' || m.seq AS what, m.settled, m.turn_id = m.id AS own_turn,
        (SELECT count(*) FROM message r WHERE r.turn_id = m.turn_id AND r.author = 'bot') AS replies,
        (SELECT count(*) FROM message r
            WHERE r.turn_id = m.turn_id AND r.author = 'bot' AND r.seq <= m.seq) AS misplaced
    FROM message m JOIN conversation c ON c.id = m.conversation_id
        JOIN handle h ON h.contact_id = c.contact_id AND h.account_id = c.account_id
    WHERE m.author = 'contact' AND c.key LIKE $1 || '-%'
"""


async def find_errors_in_books(database_url: str, load: Load) -> list[str]:
    """Compare what stands in PostgreSQL with what was said: nothing lost, nothing doubled, all in order."""
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(_BOOKS, load.name)
        open_work = await connection.fetchval(
            "SELECT count(*) FROM conversation WHERE answer_due_at IS NOT NULL AND key LIKE $1 || '-%'",
            load.name,
        )
    finally:
        await connection.close()
    wrong = [
        f"{row['what']}: {dict(row)}"
        for row in rows
        if (row["settled"], row["own_turn"], row["replies"], row["misplaced"]) != ("bot", True, 1, 0)
    ]
    if len(rows) != len(load.answers):
        wrong.append(f"{len(load.answers)} messages were said, {len(rows)} are stored")
    if open_work:
        wrong.append(f"{open_work} conversations still wait")
    return wrong
