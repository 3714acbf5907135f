"""The native engine."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from bot.dialogue.intent_message import parse_intent_message
from bot.dialogue.scene import Scene
from bot.dialogue.sessions import forget_earlier_sessions
from bot.dialogue.tracker_json import tracker_from_json, tracker_to_json
from bot.dialogue.window import trim
from bot.engines.at_once import Heard
from bot.engines.engine import TurnResult
from bot.engines.native.action_history import History, in_session
from bot.engines.native.action_tracker import tracker_state
from bot.engines.native.hearing import Interpreter, listen
from bot.engines.native.steering import SteeredRun, forecast, replay_events
from bot.engines.native.turn import Stage
from bot.engines.native.utterances import utterances

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.dialogue.dialogue import Dialogue
    from bot.dialogue.spec import Variation
    from bot.domain.json import JsonObject
    from bot.domain.understanding import Understanding
    from bot.engines.at_once import AtOnce
    from bot.engines.engine import Turn
    from bot.engines.native.actions import ActionRunner
    from bot.engines.steering import Forecast, Order, Replayed


class NativeEngine:
    """An `Engine`. It holds no conversations: they live in the trackers it hands out."""

    def __init__(
        self,
        *,
        dialogue: Dialogue,
        interpreter: Interpreter,
        actions: ActionRunner,
        choose: Callable[[Sequence[Variation]], Variation] = random.choice,
        at_once: AtOnce | None = None,
    ) -> None:
        """Hold the parts. `choose` picks one of several suitable variations of a response.

        `at_once` says whom a person is called for whatever was understood; None: as Rasa, nobody.
        """
        self._dialogue = dialogue
        self._interpreter = interpreter
        self._actions = actions
        self._choose = choose
        self._at_once = at_once

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer one turn. Raises `EngineError` when the stored tracker is not one."""
        catalogue = self._dialogue.catalogue
        run = self._begin(turn)
        understandings: list[Understanding | None] = [None] * len(turn.messages)
        for utterance in utterances(turn.messages, catalogue):
            understanding = utterance.understanding
            known_by = utterance.known_by
            if utterance.is_unsupported:
                await run.answer_unsupported(turn.metadata)
                continue
            if understanding is None:
                understandings[known_by], said = await listen(
                    utterance.text, self._interpreter, self._at_once, run.tracker.live
                )
            else:
                said = [Heard(understanding=understanding)]
            metadata = {**turn.metadata, **turn.messages[known_by].metadata}
            for heard in said:
                await run.hear(heard, str(turn.messages[known_by].id), metadata)
        if turn.trigger:
            await run.trigger(turn.trigger)
        return self._end(run, understandings)

    def _begin(self, turn: Turn) -> SteeredRun:
        catalogue = self._dialogue.catalogue
        tracker = in_session(forget_earlier_sessions(tracker_from_json(turn.tracker, catalogue)))
        stage = Stage(
            dialogue=self._dialogue,
            scene=Scene(catalogue=catalogue, channel=turn.channel, choose=self._choose),
            actions=self._actions,
            sender_id=turn.sender_id,
            now=turn.now,
            history=History(turn.log, tracker),
        )
        run = SteeredRun(stage, tracker)
        if turn.resumed:
            run.resume()
        return run

    def _end(self, run: SteeredRun, understandings: Sequence[Understanding | None] = ()) -> TurnResult:
        return TurnResult(
            tracker=tracker_to_json(trim(run.tracker, self._dialogue.window)),
            events=tuple(run.events),
            replies=tuple(run.replies),
            handoff=run.handoff,
            understandings=tuple(understandings),
            paused=run.tracker.live.paused,
        )

    async def steer(self, turn: Turn, order: Order) -> TurnResult:
        """Carry out an order of a program. Raises `BadEvent`, `UnknownAction`."""
        run = self._begin(turn)
        await run.obey(order, self._interpreter)
        return self._end(run)

    async def describe(self, sender_id: str, tracker: JsonObject | None) -> JsonObject:
        """Return Rasa's tracker state, without events. Raises `EngineError` for a tracker that is none."""
        read = tracker_from_json(tracker, self._dialogue.catalogue)
        # What Rasa reads back from its store is what counts: a form's own turns do not.
        state = tracker_state(read._replace(live=read.applied), sender_id)
        return {key: value for key, value in state.items() if key not in ("events", "latest_event_time")}

    async def predict(self, tracker: JsonObject | None) -> Forecast:
        """Say what would be done next. Raises `EngineError` for a tracker that is none."""
        return forecast(self._dialogue, tracker_from_json(tracker, self._dialogue.catalogue))

    async def replay(self, events: tuple[JsonObject, ...]) -> Replayed:
        """Return what those events leave behind. Raises `BadEvent` where one is none."""
        # Of a long conversation it takes a second; others must not wait for it.
        return await asyncio.to_thread(replay_events, events, self._dialogue.catalogue, self._dialogue.window)

    async def get_domain(self) -> JsonObject:
        """Return the domain as Rasa's `domain.yml` has it."""
        return self._dialogue.catalogue.domain.raw

    async def get_intents(self) -> frozenset[str]:
        """Return the domain's intents and Rasa's own."""
        return self._dialogue.catalogue.intents

    async def parse(self, text: str) -> Understanding:
        """Understand one text. `/intent{…}` is read as in a conversation."""
        return parse_intent_message(text, self._dialogue.catalogue) or await self._interpreter.parse(text)

    async def close(self) -> None:
        """Release the interpreter's threads and the actions' connections."""
        await self._interpreter.close()
        await self._actions.close()
