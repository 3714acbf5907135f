"""What people do on the road, act by act, and a process that is killed in the middle of one.

Each act may be repeated by whoever did it and was not told that it is done: the platform sends its
webhook again, the browser its request, the caller their call, each under the key it had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.bus.bus import open_bus
from bot.connector import Delivery
from bot.domain.pipeline import DeskSpec
from bot.domain.staff import Role, Staff
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.service.fetch import FetchLog, fetch
from bot.service.give_back import give_back
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.run_timers import run_timers
from bot.service.staff_reply import staff_reply
from bot.storage import outbox, turns
from bot.storage.database import open_database
from tests.fakes.engine import PlainEngine
from tests.integration.road.mortal import Fate, MortalDatabase
from tests.integration.road.walk import CONVERSATION, LEASE, http_connector
from tests.integration.service.events import says

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from bot.bus.bus import Bus
    from bot.storage.database import Database
    from bot.storage.pulled import Pulled

MARA = Staff(id=1, email="mara@lyra.example", name="Mara", roles=frozenset({Role.AGENT}))
PATIENCE = timedelta(milliseconds=100)  # of a caller who waits for the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller read: the answer to the call, and what came earlier without being told."""

    replies: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the acts happen. `told` holds what callers of this process read."""

    road: Road
    receiver: str
    fetched: FetchLog
    told: list[Told]

    def tell(self, pulled: Pulled) -> None:
        """Write the response of a call; then only may it be noted."""
        self.told.append(
            Told(
                replies=tuple(each.content.text for each in pulled.replies),
                earlier=tuple(each.content.text for each in pulled.earlier),
            )
        )
        self.fetched.add([each.id for each in (*pulled.earlier, *pulled.replies)])

    async def work(self) -> None:
        """Do whatever is due, as worker and courier do."""
        connectors = {("webchat", "lyra"): http_connector(self.receiver)}
        async with self.road.database.read() as connection:
            unanswered = await turns.list_unanswered(connection, grace=timedelta())
            undelivered = await outbox.list_undelivered(connection, grace=timedelta())
        for conversation_id in unanswered:
            await answer(self.road, PlainEngine(), conversation_id)
            await deliver(self.road, connectors, conversation_id)
        for conversation_id in undelivered:
            await deliver(self.road, connectors, conversation_id)


class Mouth(list[Told]):
    """Tells a caller at once what they read: a death afterwards takes nothing of it back."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self._pipe = pipe

    @override
    def append(self, told: Told) -> None:
        self._pipe.send(told)


def make_stage(database: Database, bus: Bus, receiver: str, told: list[Told] | None = None) -> Stage:
    """Set one up on opened stores."""
    road = Road(database=database, bus=bus, now=lambda: datetime.now(UTC), desk=DeskSpec(), lease=LEASE)
    return Stage(road=road, receiver=receiver, fetched=FetchLog(road), told=[] if told is None else told)


async def ask_for_person(stage: Stage) -> None:
    """The customer's complaint."""
    await receive(stage.road, says("person", event_id="platform-1"))


async def work(stage: Stage) -> None:
    """Worker and courier do what is due."""
    await stage.work()


async def reply(stage: Stage) -> None:
    """A person answers at the desk."""
    await staff_reply(stage.road, CONVERSATION, MARA, "Here I am.", key="browser-1")


async def thank(stage: Stage) -> None:
    """The customer goes on."""
    await receive(stage.road, says("thanks", event_id="platform-2"))


async def give(stage: Stage) -> None:
    """The person lets the bot have the conversation again."""
    await give_back(stage.road, CONVERSATION, MARA)


async def ask_to_be_reminded(stage: Stage) -> None:
    """The customer wants to hear of it again."""
    await receive(stage.road, says("remind me", event_id="platform-1"))


async def remind(stage: Stage) -> None:
    """The clock looks, when the reminder is due."""
    later = datetime.now(UTC) + timedelta(minutes=2)
    await run_timers(replace(stage.road, now=lambda: later))


def call(number: int, *, slow: bool = False) -> Callable[[Stage], Awaitable[None]]:
    """A caller who fetches the answer to a message; `slow`: it comes when nobody waits any more."""

    async def act(stage: Stage) -> None:
        context = {"delivery": Delivery.PULL.value}
        event = says(f"call {number}", event_id=f"call-{number}", reply_context=context)
        received = await receive(stage.road, event)
        waiting = asyncio.create_task(fetch(stage.road, received, limit=PATIENCE))
        if not slow:
            await stage.work()
        pulled = await waiting
        if pulled.turn_id is None and not slow:  # the machine was: who is not answered in time calls again
            pulled = await fetch(stage.road, await receive(stage.road, event), limit=PATIENCE)
        stage.tell(stage.fetched.without_told(pulled))
        await stage.fetched.close()
        if slow:
            await stage.work()

    return act


Act = Callable[[Stage], Awaitable[None]]
WITH_A_PERSON: tuple[Act, ...] = (ask_for_person, work, reply, work, thank, give, work)
CALLS: tuple[Act, ...] = (call(1), call(2, slow=True), call(3), call(4))
REMINDED: tuple[Act, ...] = (ask_to_be_reminded, work, remind, work)
ACTS = {"person": WITH_A_PERSON, "calls": CALLS, "reminded": REMINDED}


def play(pipe: Connection, urls: tuple[str, str, str], acts: str, deadly: int, point: int) -> None:
    """Do the acts up to number `deadly`, and die after the `point`-th thing done in it.

    For each act that was done, as far as whoever did it knows, something is said into the pipe.
    """
    asyncio.run(_play(pipe, urls, acts, Fate(point), deadly))


async def _play(pipe: Connection, urls: tuple[str, str, str], acts: str, fate: Fate, deadly: int) -> None:
    database_url, redis_url, receiver = urls
    database = MortalDatabase(open_database(database_url), fate)
    async with open_bus(redis_url) as bus:
        stage = make_stage(database, bus, receiver, Mouth(pipe))
        for number, act in enumerate(ACTS[acts][: deadly + 1]):
            fate.awake = number == deadly
            await act(stage)
            if acts != "calls":
                pipe.send(Told())
    await database.close()
