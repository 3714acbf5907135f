"""What Rasa remembers of a conversation, and how it comes to remember what we know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.dialogue.events import LISTEN, REQUESTED_SLOT
from bot.engines.rasa.history import restore_events, split_at, time_of_last
from bot.engines.rasa.result import Known, read_known
from bot.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject
    from bot.engines.engine import Turn
    from bot.engines.rasa.client import RasaClient

log = structlog.get_logger(__name__)

_CANCEL: JsonObject = {"event": "cancel_reminder", "name": None, "intent": None, "entities": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """Where a turn begins: the time of the last event that both know, None where there is none.

    `late` is what Rasa did since, unknown to us.
    """

    last: float | None
    late: list[JsonObject]

    def find_new(self, events: Sequence[JsonObject]) -> list[JsonObject]:
        """Return those of a conversation's events that we do not know. Raises `EngineUnavailable`."""
        new = split_at(events, self.last)
        if new is None:
            raise EngineUnavailable("Rasa lost the conversation while it answered")
        return new


class RasaMemory:
    """The conversations of one Rasa.

    `most_events`: one that remembers more of a conversation is told the last of them anew. None: it is
    somebody else's, and is only ever told more.
    """

    def __init__(self, client: RasaClient, *, most_events: int | None) -> None:
        self._client, self._most_events = client, most_events

    async def events(self, sender: str) -> list[JsonObject]:
        """Return all events of a conversation, none where Rasa does not know it. Begins none."""
        return await self._client.events(sender) if await self._client.knows(sender) else []

    async def begin(self, turn: Turn, tracker: Tracker) -> Agreed:
        """See to it that Rasa knows what we know, and speaks again where a person gave it back."""
        agreed = await self._agree(turn, tracker)
        if turn.resumed and not tracker.is_empty:
            await self._client.append(turn.sender_id, _resumption(tracker))
        return agreed

    async def settle(self, sender: str, events: Sequence[JsonObject], new: Sequence[JsonObject]) -> Known:
        """Return what both know now: `events` are all that Rasa logged, `new` those of this turn.

        Reminders among these are taken from Rasa: they are ours to keep, and must not go off twice.
        """
        last = time_of_last(events)
        if any(event["event"] == "reminder" for event in new):
            last = time_of_last(await self._client.append(sender, [_CANCEL], side_effects=True))
        return Known(last=last, events=len(events))

    async def _agree(self, turn: Turn, tracker: Tracker) -> Agreed:
        sender, known = turn.sender_id, read_known(turn.tracker)
        if tracker.is_empty and known.last is None:
            return Agreed(last=None, late=await self.events(sender))
        told = restore_events(tracker)
        last = time_of_last(told)
        if known.last is None:  # another engine answered; but we may have begun this very turn before
            late = split_at(await self.events(sender), last)
            if late is not None:
                return Agreed(last=last, late=late)
        elif await self._client.time_of_last(sender) != known.last:
            late = split_at(await self._client.events(sender), known.last)
            if late is not None:
                log.warning("Rasa went on without us", events=len(late))
                return Agreed(last=known.last, late=late)
            log.debug("Rasa does not know the conversation, telling it")
        elif self._most_events is None or known.events <= self._most_events:
            return Agreed(last=known.last, late=[])
        await self._tell(sender, told)
        return Agreed(last=last, late=[])

    async def _tell(self, sender: str, events: list[JsonObject]) -> None:
        if self._most_events is not None:
            await self._client.replace(sender, events)
        elif events:
            await self._client.append(sender, events)


def _resumption(tracker: Tracker) -> list[JsonObject]:
    """Return what gives a conversation back to the bot: it may speak again, is in no form, and listens."""
    events: list[JsonObject] = [{"event": "resume"}]
    if tracker.live.loop_name is not None:
        events.append({"event": "active_loop", "name": None})
        events.append({"event": "slot", "name": REQUESTED_SLOT, "value": None})
    if tracker.live.action != LISTEN:
        events.append({"event": "action", "name": LISTEN})
    return events
