"""What every use case stands on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.bus.bus import Bus
from bot.bus.keys import Stream
from bot.bus.rates import LocalRates
from bot.domain.pipeline import DeskSpec
from bot.service.awaited import Awaited
from bot.service.recently import Recently, Repeats
from bot.service.sent_files import SentFiles
from bot.service.signs import Listening
from bot.storage.database import Database
from bot.storage.turns import Right

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.connector.opening import OpensThreads
    from bot.service.answer import Answered

_WRITING = timedelta(seconds=2)  # for the commit after a turn or a send that took all its time


@dataclass(slots=True)
class Here:
    """The worker of this same process, if it has one: what is received here it may begin at once."""

    crew: HomeCrew | None = None

    def has_room(self) -> bool:
        """Tell whether a turn may be begun here now."""
        return self.crew is not None and self.crew.has_room()

    def begin(self, right: Right) -> asyncio.Task[Answered | None] | None:
        """Begin a turn and return it; None when the worker has stopped meanwhile."""
        return self.crew.begin(right) if self.crew is not None else None


class HomeCrew(Protocol):
    """What `Here` needs of a worker."""

    def has_room(self) -> bool:
        """Tell whether a hand is free."""
        ...

    def begin(self, right: Right) -> asyncio.Task[Answered | None]:
        """Answer a conversation whose turn was claimed. The task never raises: None, where it failed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """Storage, bus and the clock, with what the brand decided.

    `lease` is how long a worker may be silent before another takes its conversation over.
    `turn_limit` bounds one answer and `send_limit` one send; both are shorter than the lease. `bursts`
    says per channel how long to wait for more words of the same person, `many_ids` where a person may have
    several, `passages` from which accounts' public posts a way leads into private, `mailers` who mails what
    visitors of which web chat did not see. `sent_files` are what staff send along. `account_ids` caches the
    rows of accounts, `own_rates` counts sends while Redis is away.
    `recently` knows what was taken lately, `repeats` what was told again, `awaited` whether anybody is
    awaited in private, `listening` when each account was last heard of.
    """

    database: Database
    bus: Bus
    now: Callable[[], datetime]
    desk: DeskSpec
    lease: timedelta = timedelta(seconds=30)
    turn_limit: timedelta = timedelta(seconds=20)
    send_limit: timedelta = timedelta(seconds=20)
    bursts: dict[str, timedelta] = field(default_factory=dict)
    many_ids: frozenset[str] = frozenset()
    passages: Mapping[tuple[str, str], Connector] = field(default_factory=dict)
    mailers: Mapping[str, OpensThreads] = field(default_factory=dict)
    sent_files: SentFiles | None = None
    account_ids: dict[tuple[str, str], int] = field(default_factory=dict)
    here: Here = field(default_factory=Here)
    own_rates: LocalRates = field(default_factory=LocalRates)
    recently: Recently = field(default_factory=Recently)
    repeats: Repeats = field(default_factory=Repeats)
    awaited: Awaited = field(default_factory=Awaited)
    listening: Listening = field(default_factory=Listening)
    waking: set[asyncio.Task[None]] = field(default_factory=set)

    def may_join(self, channel: str, account: str) -> bool:
        """Tell whether conversations of an account may be one case with others."""
        by_mail = account in self.mailers if channel == "webchat" else False
        mails = any((each.channel, each.account.name) == (channel, account) for each in self.mailers.values())
        return by_mail or mails or (channel, account) in self.passages

    @property
    def patience(self) -> timedelta:
        """How long what is under way gets when the process ends: enough for a turn, or a send, to be done.

        A send cut off would be one of which nobody knows whether it arrived.
        """
        return max(self.turn_limit, self.send_limit) + _WRITING

    def later(self, pause: timedelta, stream: Stream, conversation_id: int) -> None:
        """Put a hint on the bus after a pause. Lost with the process; then the sweep puts it."""
        task = asyncio.create_task(self._put_later(pause, stream, conversation_id))
        self.waking.add(task)
        task.add_done_callback(self.waking.discard)

    async def _put_later(self, pause: timedelta, stream: Stream, conversation_id: int) -> None:
        await asyncio.sleep(pause.total_seconds())
        await self.bus.work.put(stream, conversation_id)
