"""What tests of public posts have in common: posts, who reads them, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.desk.public_posts import STRONG
from bot.domain.conversation import Surface
from bot.domain.understanding import Triage, Understanding
from bot.service.answer import Answered, answer
from bot.service.receive import receive
from bot.storage import ledger, left_alone
from bot.storage.left_alone import LeftAlone
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road


PASSING = "Running my first half marathon in my @lyra headphones"
BROKEN = "my @lyra headphones broke after two days"


@dataclass
class ReadingEngine(PlainEngine):
    """Finds a complaint where something broke, and nothing of interest elsewhere."""

    read: list[str] = field(default_factory=list)

    @override
    async def parse(self, text: str) -> Understanding:
        self.read.append(text)
        triage = Triage(complaint=STRONG if "broke" in text else 0.05)
        return replace(self._understand(text), triage=triage)


def posts(text: str, *, sender: str = "ann", addressed: str = "mention") -> InboundEvent:
    """Somebody writes in public."""
    event = says(text, sender=sender, channel="x")
    return replace(event, surface=Surface.PUBLIC, metadata={"addressed": addressed})


async def hear(road: Road, *events: InboundEvent, engine: ReadingEngine | None = None) -> Answered | None:
    """Receive and answer what somebody wrote."""
    received = [await receive(road, event) for event in events]
    conversation_id = received[-1].conversation_id
    assert conversation_id is not None
    return await answer(road, engine or ReadingEngine(), conversation_id)


async def list_left(road: Road) -> list[LeftAlone]:
    async with road.database.read() as connection:
        return await left_alone.list_left_alone(connection)


async def fetch(road: Road, sql: str) -> list[tuple[object, ...]]:
    async with road.database.read() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(sql)]


async def count_ledger(road: Road) -> tuple[int, ...]:
    """Return the ledger's columns, over two days where a test runs at midnight."""
    async with road.database.read() as connection:
        days = await ledger.list_ledger(connection, since=road.now().date() - timedelta(days=1))
    assert all(day.adds_up for day in days)
    counts = [(day.received, day.bot, day.staff, day.waiting, day.not_needed) for day in days]
    return tuple(map(sum, zip(*counts, strict=True)))
