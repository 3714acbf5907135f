"""Load on the REST channel: closed loop (so many clients) and open loop (so many messages a second)."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from dataclasses import dataclass, field

import aiohttp

TURNS = 3  # texts of a dialogue, unless a person takes it over before


@dataclass(slots=True)
class Tally:
    """What a run saw. `delays` in seconds, of calls that brought an answer of the bot."""

    delays: list[float] = field(default_factory=list)
    held: int = 0  # calls to a conversation a person was promised for, or left unanswered: nothing to measure
    errors: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answered messages per second."""
        return len(self.delays) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return the delay, in ms, that `share` of the calls stayed within."""
        ordered = sorted(self.delays)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    @property
    def median(self) -> float:
        """The median delay in ms."""
        return 1000 * statistics.median(self.delays) if self.delays else float("nan")


def split_texts(texts: list[str]) -> list[list[str]]:
    """Return texts as dialogues."""
    return [texts[start : start + TURNS] for start in range(0, len(texts), TURNS)]


class Talker:
    """Holds distinct dialogues, each in a conversation of its own."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, dialogues: list[list[str]], prefix: str
    ) -> None:
        self._session, self._url = session, f"{url}/webhooks/rest/webhook"
        self._dialogues = itertools.cycle(dialogues)
        self._prefix, self._count = prefix, itertools.count()

    def new_sender(self) -> str:
        """Return a contact nobody has heard of."""
        return f"{self._prefix}-{next(self._count)}"

    def next_dialogue(self) -> list[str]:
        """Return what is said next."""
        return next(self._dialogues)

    async def say(self, sender: str, tally: Tally, text: str) -> bool:
        """Send one message and book it; returns whether the bot still holds the conversation."""
        begun = time.perf_counter()
        body = {"sender": sender, "message": text}
        try:
            async with self._session.post(self._url, json=body) as response:
                items = await response.json()
                good = response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            good, items = False, []
        if not good:
            tally.errors += 1
            return False
        if not items or any("visavis" in item.get("custom", {}) for item in items):
            tally.held += 1
            return False
        tally.delays.append(time.perf_counter() - begun)
        return True

    async def converse(self, tally: Tally, until: float) -> None:
        """Hold short conversations, one after the other, until the clock says so."""
        while time.perf_counter() < until:
            sender = self.new_sender()
            for text in self.next_dialogue():
                if time.perf_counter() >= until or not await self.say(sender, tally, text):
                    break


async def closed_loop(talker: Talker, *, clients: int, seconds: float) -> Tally:
    """Let `clients` talk as fast as they are answered."""
    tally = Tally()
    begun = time.perf_counter()
    await asyncio.gather(*(talker.converse(tally, begun + seconds) for _ in range(clients)))
    tally.seconds = time.perf_counter() - begun
    return tally


async def open_loop(talker: Talker, *, rate: float, seconds: float) -> Tally:
    """Send `rate` messages a second, whether or not the earlier ones are answered yet."""
    tally, tasks = Tally(), set()
    begun = time.perf_counter()
    texts = (text for _ in itertools.count() for text in talker.next_dialogue())
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        task = asyncio.create_task(talker.say(talker.new_sender(), tally, next(texts)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    tally.seconds = time.perf_counter() - begun
    return tally


class Conversation:
    """One contact who writes on and on."""

    def __init__(self, talker: Talker) -> None:
        self._talker, self._sender = talker, talker.new_sender()

    async def say(self, text: str) -> float:
        """Send one message; returns its delay in seconds.

        Raises `RuntimeError` when a person took the conversation over: then there is nothing to compare.
        """
        tally = Tally()
        if not await self._talker.say(self._sender, tally, text):
            raise RuntimeError(f"the bot did not answer {text!r}")
        return tally.delays[0]


async def short_beside_long(
    talker: Talker, texts: list[str], *, short: int, long: int, pairs: int
) -> tuple[list[float], list[float]]:
    """Return delays in seconds after `short` messages of fresh conversations, and after `long` of one.

    They are measured in turns, with the same texts, so that the machine's moods meet both alike.
    """
    old = Conversation(talker)
    for number in range(long):
        await old.say(texts[number % len(texts)])
    early, late = [], []
    for pair in range(pairs):
        fresh, text = Conversation(talker), texts[pair % len(texts)]
        for number in range(short):
            await fresh.say(texts[(pair + number) % len(texts)])
        early.append(await fresh.say(text))
        late.append(await old.say(text))
    return early, late


async def find_answered(talker: Talker, texts: list[str], *, most: int) -> list[str]:
    """Return texts that the bot answers by itself when they come first in a conversation."""
    found: list[str] = []
    for text in texts:
        if len(found) == most:
            break
        tally, sender = Tally(), talker.new_sender()
        if await talker.say(sender, tally, text) and await talker.say(sender, tally, text):
            found.append(text)
    return found
