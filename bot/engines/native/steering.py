"""Steering the native engine: orders of programs, and looking into what it left behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.dialogue.event_check import find_event_problem
from bot.dialogue.event_json import event_json, parse_event, user_event
from bot.dialogue.events import LISTEN, SESSION_START, SessionStarted
from bot.dialogue.intent_message import parse_intent_message
from bot.dialogue.prediction import Prediction
from bot.dialogue.storable import storable
from bot.dialogue.tracker import new_tracker
from bot.dialogue.tracker_json import tracker_to_json
from bot.dialogue.window import LOGGED_EVENTS, trim
from bot.engines.native.turn import TurnRun
from bot.engines.steering import AppendEvents, BeginSession, Forecast, LogMessage, Replayed, RunAction
from bot.errors import ActionError, BadEvent, UnknownAction
from bot.nlu.parse_json import render_parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.dialogue import Dialogue
    from bot.dialogue.events import Event
    from bot.dialogue.tracker import Tracker
    from bot.dialogue.window import Window
    from bot.domain.json import JsonObject
    from bot.engines.native.hearing import Interpreter
    from bot.engines.steering import Order


_LOG_KEPT = 10 * LOGGED_EVENTS  # copied with every event


class SteeredRun(TurnRun):
    """A turn in which a program says what happens."""

    async def obey(self, order: Order, interpreter: Interpreter) -> None:
        """Carry out an order. Raises `BadEvent`, and `UnknownAction` for an action that is none."""
        match order:
            case BeginSession():
                await self._start_session({})
            case AppendEvents():
                await self._append(order)
            case LogMessage():
                await self._take_in(order, interpreter)
            case RunAction():
                await self._run(order)

    async def _append(self, order: AppendEvents) -> None:
        events = read_events(order.events)
        if order.anew:
            self.tracker = new_tracker(self._stage.dialogue.catalogue)
        elif not self.tracker.log and not _starts_session(events):  # a log of which nothing counts is one
            await self._start_session({})
        for event in events:
            stamped = event if event.timestamp else replace(event, timestamp=self._stage.now.timestamp())
            self.tracker = self.tracker.apply(stamped)
            self.events.append(event_json(stamped))
        if order.say:
            self._say(events)

    async def _take_in(self, order: LogMessage, interpreter: Interpreter) -> None:
        await self._start_session(order.metadata)
        parse_data = order.parse_data
        if parse_data is None:
            parse_data = render_parse(
                parse_intent_message(order.text, self._stage.dialogue.catalogue)
                or await interpreter.parse(order.text)
            )
        self._log(
            user_event(
                {**parse_data, "text": order.text},
                message_id=order.message_id,
                metadata=order.metadata,
            ),
        )
        await self._extract()

    async def _run(self, order: RunAction) -> None:
        if not self._stage.dialogue.catalogue.has_action(order.name):
            raise UnknownAction(order.name)
        await self._start_session({})
        await self._act(
            Prediction(
                policy=order.policy or "",
                priority=0,
                action=order.name,
                confidence=order.confidence or 0.0,
            ),
        )


def read_events(events: Sequence[JsonObject]) -> tuple[Event, ...]:
    """Read Rasa's event dicts. Raises `BadEvent` for the first that is none."""
    read: list[Event] = []
    for number, event in enumerate(events):
        problem = find_event_problem(event)
        if problem:
            raise BadEvent(number, problem)
        clean = storable(event)
        assert isinstance(clean, dict)
        try:
            read.append(parse_event(clean))
        except ActionError as error:
            raise BadEvent(number, str(error)) from error
    return tuple(read)


def _starts_session(events: Sequence[Event]) -> bool:
    """Tell whether a list begins as a session does: then no other one is started before it."""
    named = [getattr(event, "name", None) for event in events[:1]]
    return named == [SESSION_START] and len(events) > 1 and isinstance(events[1], SessionStarted)


def replay_events(events: Sequence[JsonObject], catalogue: Catalogue, window: Window) -> Replayed:
    """Return what events come to, and which of them count. Raises `BadEvent` where one is none.

    Costs as much as there are events.
    """
    tracker = new_tracker(catalogue)
    place: dict[int, int] = {}
    kept = read_events(events)
    for number, event in enumerate(kept):
        place[id(event)] = number
        tracker = tracker.apply(event)
        if len(tracker.log) > _LOG_KEPT:
            tracker = tracker._replace(log=tracker.log[-LOGGED_EVENTS:])
    return Replayed(
        tracker=tracker_to_json(trim(tracker, window)),
        events=tuple(event_json(event) for event in kept),
        applied=tuple(place[id(entry.event)] for entry in tracker.tail if id(entry.event) in place),
    )


def forecast(dialogue: Dialogue, tracker: Tracker) -> Forecast:
    """Say what would be done next. As in Rasa all but one action, or two, have a score of zero.

    And as in Rasa, which reads its store, only what counts is looked at.
    """
    prediction = dialogue.predict(tracker._replace(live=tracker.applied))
    confidence = prediction.confidence or 0.0
    scores = dict.fromkeys(dialogue.catalogue.action_order, 0.0)
    if prediction.otherwise is not None:
        scores[prediction.otherwise[0]] = prediction.otherwise[1]
    scores[prediction.action or LISTEN] = confidence
    return Forecast(scores=tuple(scores.items()), policy=prediction.policy or None, confidence=confidence)
