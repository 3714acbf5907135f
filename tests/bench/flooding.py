"""A flood: so many posts a second over a few connections that stay open, with as little work as can be."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlsplit

CONNECTIONS = 32
BURST = 0.005  # seconds: what is due is posted in so short bursts


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request of the flood."""

    body: bytes
    headers: Mapping[str, str]

    def write(self, host: str, path: str) -> bytes:
        """Return it as it goes over the wire."""
        fields = {"Host": host, "Content-Length": str(len(self.body)), **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Flooded:
    """How many requests were answered, by status (0: the line was closed on them), in how many seconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answered requests a second."""
        return sum(self.statuses.values()) / self.seconds if self.seconds else 0.0


async def flood(url: str, path: str, posts: list[Post], *, rate: float, seconds: float) -> Flooded:
    """Post so many a second, in turns, for so long; a connection takes the next once it has its answer.

    Where all of them wait for answers the flood falls behind: the rate that was reached is in the result.
    """
    host = urlsplit(url)
    assert host.hostname is not None
    due: asyncio.Queue[bytes | None] = asyncio.Queue()
    statuses: Counter[int] = Counter()
    begun = time.perf_counter()
    workers = [
        asyncio.create_task(_post_on(host.hostname, host.port or 80, due, statuses))
        for _ in range(CONNECTIONS)
    ]
    written, requests = 0, cycle([post.write(host.netloc, path) for post in posts])
    while (elapsed := time.perf_counter() - begun) < seconds:
        while written < elapsed * rate and due.qsize() < rate:
            due.put_nowait(next(requests))
            written += 1
        await asyncio.sleep(BURST)
    while not due.empty():
        due.get_nowait()
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    return Flooded(statuses=dict(statuses), seconds=time.perf_counter() - begun)


async def _post_on(host: str, port: int, due: asyncio.Queue[bytes | None], statuses: Counter[int]) -> None:
    while True:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            while (request := await due.get()) is not None:
                writer.write(request)
                status, stays = await _read_answer(reader)
                statuses[status] += 1
                if not stays:
                    break
            else:
                return
        finally:
            writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Return the status, and whether the connection stays open."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next((line for line in head.split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        await reader.readexactly(int(length.split(b":")[1]))
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0, False
    return int(head.split(b" ", 2)[1]), b"connection: close" not in head
