"""Real Rasa as an engine: it answers, we keep the conversation.

A turn is three calls: is Rasa where we left it, let it answer, what happened. What Rasa does not know, for it
was started anew or another engine answered meanwhile, it is told first. What it did that we do not know, for
a call broke off or this process died, is found by the ids of our messages and not done again.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.dialogue.messages import contents
from bot.dialogue.scene import Scene
from bot.dialogue.tracker import new_tracker
from bot.dialogue.tracker_json import tracker_from_json
from bot.engines.native.action_tracker import tracker_state
from bot.engines.native.steering import replay_events
from bot.engines.native.utterances import utterances
from bot.engines.rasa.history import (
    MESSAGE_KEY,
    find_message,
    find_trigger,
    restore_events,
    time_of_last,
)
from bot.engines.rasa.memory import Agreed, RasaMemory
from bot.engines.rasa.result import Heard, combine, conclude, read_known
from bot.engines.rasa.steering import SESSION, carry_out, check_order, name_logged, read_forecast
from bot.engines.rasa.understanding import read_understanding
from bot.engines.steering import AppendEvents, LogMessage
from bot.engines.unsupported import say_unsupported
from bot.errors import EngineError, EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.tracker import Tracker
    from bot.dialogue.window import Window
    from bot.domain.json import JsonObject
    from bot.domain.understanding import Understanding
    from bot.engines.at_once import AtOnce
    from bot.engines.engine import Turn, TurnResult
    from bot.engines.native.hearing import Interpreter
    from bot.engines.native.utterances import Utterance
    from bot.engines.rasa.client import RasaClient
    from bot.engines.steering import Forecast, Order, Replayed

log = structlog.get_logger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0  # seconds before a Rasa that is gone is asked again


class House(Protocol):
    """Where a Rasa of ours runs."""

    async def close(self) -> None:
        """Stop it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the engine is made of.

    `house` None: the Rasa is somebody else's, and what it remembers is only ever added to. `interpreter` is
    our own understanding, for triage; None: messages are not judged as complaints. A Rasa of ours that
    remembers more than `most_events` is told the last of them anew: its turns cost what it remembers.
    `at_once` says whom a person is called for whatever Rasa answered; None: nobody.
    """

    client: RasaClient
    catalogue: Catalogue
    window: Window
    patience: timedelta
    house: House | None = None
    interpreter: Interpreter | None = None
    most_events: int = 400
    at_once: AtOnce | None = None


class RasaEngine:
    """An `Engine`. It holds no conversations: they live in the trackers it hands out."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        most_events = None if parts.house is None else parts.most_events
        self._memory = RasaMemory(parts.client, most_events=most_events)

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer one turn. Raises `EngineError` when Rasa cannot, or not in time."""
        tracker = tracker_from_json(turn.tracker, self._parts.catalogue)
        told = utterances(turn.messages, self._parts.catalogue)
        said = [each for each in told if not each.is_unsupported]
        heard = await self._insist(turn, tracker, said)
        written = await self._judge_all(turn, said)
        concluded = conclude(heard, tracker, turn.messages, written=written, window=self._parts.window)
        result = self._heed(concluded, said)
        return self._answer_unsupported(turn, tracker, result) if len(said) < len(told) else result

    def _heed(self, result: TurnResult, said: Sequence[Utterance]) -> TurnResult:
        """Call a person for who asked for one, where Rasa did not: what it answered is not said then."""
        at_once = self._parts.at_once
        if at_once is None or result.handoff is not None or result.paused:
            return result
        understood = (result.understandings[each.known_by] for each in said if each.understanding is None)
        requests = (at_once.hear(each).request for each in understood if each is not None)
        request = next(filter(None, requests), None)
        return result if request is None else replace(result, handoff=request, replies=())

    def _answer_unsupported(self, turn: Turn, tracker: Tracker, result: TurnResult) -> TurnResult:
        """Say that something could not be seen, unless the bot is silenced. Rasa does not hear of it."""
        if tracker.live.paused and not turn.resumed:
            return result
        scene = Scene(catalogue=self._parts.catalogue, channel=turn.channel, choose=random.choice)
        words = [each for event in say_unsupported(scene, tracker.live.slots) for each in contents(event)]
        return replace(result, replies=(*words, *result.replies))

    async def parse(self, text: str) -> Understanding:
        """Understand one text: Rasa's understanding, our triage."""
        theirs = read_understanding(await self._parts.client.parse(text))
        return combine(theirs, await self._judge(text))

    async def steer(self, turn: Turn, order: Order) -> TurnResult:
        """Carry out an order of a program. Raises `BadEvent`, `UnknownAction`, `EngineError`."""
        catalogue, memory, sender = self._parts.catalogue, self._memory, turn.sender_id
        check_order(order, catalogue)
        tracker = tracker_from_json(turn.tracker, catalogue)
        agreed = await memory.begin(turn, tracker)
        if isinstance(order, AppendEvents) and order.anew:
            tracker = new_tracker(catalogue)
            agreed = Agreed(last=time_of_last(await memory.events(sender)), late=[])
        await carry_out(self._parts.client, sender, order, tracker)
        theirs = await memory.events(sender)
        events = agreed.find_new(theirs)
        if isinstance(order, LogMessage):
            events = name_logged(events, order.message_id)
        is_silent = isinstance(order, AppendEvents) and not order.say
        heard = Heard(
            events=events,
            missed=len(events) if is_silent else len(agreed.late),
            known=await memory.settle(sender, theirs, events),
            answers=False,
        )
        return conclude(heard, tracker, (), written={}, window=self._parts.window)

    async def describe(self, sender_id: str, tracker: JsonObject | None) -> JsonObject:
        """Return Rasa's tracker state, without events. Raises `EngineError` for a tracker that is none."""
        read = tracker_from_json(tracker, self._parts.catalogue)
        state = tracker_state(read._replace(live=read.applied), sender_id)
        return {key: value for key, value in state.items() if key not in ("events", "latest_event_time")}

    async def predict(self, tracker: JsonObject | None) -> Forecast:
        """Say what Rasa would do next. Raises `EngineError`."""
        events = restore_events(tracker_from_json(tracker, self._parts.catalogue))
        return read_forecast(await self._parts.client.predict(events or SESSION))

    async def replay(self, events: tuple[JsonObject, ...]) -> Replayed:
        """Return what those events leave behind. Raises `BadEvent` where one is none."""
        return await asyncio.to_thread(replay_events, events, self._parts.catalogue, self._parts.window)

    async def get_domain(self) -> JsonObject:
        """Return the domain as Rasa's `domain.yml` has it."""
        return self._parts.catalogue.domain.raw

    async def get_intents(self) -> frozenset[str]:
        """Return the domain's intents and Rasa's own."""
        return self._parts.catalogue.intents

    async def close(self) -> None:
        """End the Rasa of ours, and release connections and threads."""
        await self._parts.client.close()
        if self._parts.house is not None:
            await self._parts.house.close()
        if self._parts.interpreter is not None:
            await self._parts.interpreter.close()

    async def _insist(self, turn: Turn, tracker: Tracker, said: Sequence[Utterance]) -> Heard:
        """Have the turn answered; while Rasa is gone, try again until patience ends."""
        pause = _FIRST_PAUSE
        deadline = asyncio.get_running_loop().time() + self._parts.patience.total_seconds()
        while True:
            try:
                return await self._hear(turn, tracker, said)
            except EngineUnavailable as error:
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise
                if pause == _FIRST_PAUSE:
                    log.warning("Rasa is gone, trying again", reason=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _hear(self, turn: Turn, tracker: Tracker, said: Sequence[Utterance]) -> Heard:
        client, sender = self._parts.client, turn.sender_id
        if not said and turn.trigger is None and not turn.resumed:
            return Heard(events=[], missed=0, known=read_known(turn.tracker))  # a reaction, a receipt
        agreed = await self._memory.begin(turn, tracker)
        late = agreed.late
        ids = [_id_of(turn, each) for each in said]
        for utterance, message_id in zip(said, ids, strict=True):
            if find_message(late, (message_id,)) is None:
                await client.say(self._message(turn, utterance, message_id))
        triggered = find_trigger(late, turn.trigger) if turn.trigger else None
        if turn.trigger is not None and triggered is None:
            await client.trigger(sender, turn.trigger.intent, turn.trigger.entities)
        theirs = await client.events(sender)
        events = agreed.find_new(theirs)
        if any(find_message(events, (each,)) is None for each in ids):
            raise EngineError("Rasa could not answer a message: its log says why")
        begun = [place for place in (find_message(late, ids), triggered) if place is not None]
        known = await self._memory.settle(sender, theirs, events)
        return Heard(events=events, missed=min(begun, default=len(late)), known=known)

    def _message(self, turn: Turn, utterance: Utterance, message_id: str) -> JsonObject:
        named = {MESSAGE_KEY: message_id} if self._parts.house is None else {}
        metadata: JsonObject = {**turn.metadata, **turn.messages[utterance.known_by].metadata, **named}
        return {
            "sender": turn.sender_id,
            "message": utterance.text or _intent_message(utterance),
            "message_id": message_id,
            "input_channel": turn.channel,
            "metadata": metadata or None,
        }

    async def _judge_all(self, turn: Turn, said: Sequence[Utterance]) -> dict[str, Understanding | None]:
        """Return our own understanding of what somebody wrote, by the id of the message."""
        written = [each for each in said if each.understanding is None]
        return {_id_of(turn, each): await self._judge(each.text) for each in written}

    async def _judge(self, text: str) -> Understanding | None:
        interpreter = self._parts.interpreter
        return None if interpreter is None else await interpreter.parse(text)


def _id_of(turn: Turn, utterance: Utterance) -> str:
    return str(turn.messages[utterance.known_by].id)


def _intent_message(utterance: Utterance) -> str:
    """Say without words what a picture means."""
    intent = utterance.understanding.intent if utterance.understanding else None
    return f"/{intent.name}" if intent else ""
