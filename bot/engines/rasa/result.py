"""What Rasa did in a turn → what becomes of it here. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.dialogue.event_json import parse_event
from bot.dialogue.events import BotUttered
from bot.dialogue.messages import contents, handoff_of
from bot.dialogue.storable import storable
from bot.dialogue.tracker_json import tracker_to_json
from bot.dialogue.window import trim
from bot.domain.handoff import HandoffRequest, Priority
from bot.engines.engine import TurnResult
from bot.engines.rasa.history import as_ours, ends_well, message_id_of
from bot.engines.rasa.understanding import read_understanding
from bot.errors import ActionError
from bot.nlu.parse_json import render_parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.dialogue.events import Event
    from bot.dialogue.tracker import Tracker
    from bot.dialogue.window import Window
    from bot.domain.json import Json, JsonObject
    from bot.domain.message import Message
    from bot.domain.understanding import Understanding

log = structlog.get_logger(__name__)

_OWN = "rasa"  # the part of a stored tracker that only this engine reads
_CIRCLES = "The bot kept on acting without end."


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Up to where a conversation is known here: the time of Rasa's last event, and how many it remembers."""

    last: float | None = None
    events: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A turn as it happened in Rasa. `events` are new; of the first `missed` of them nothing is sent.

    `answers`: it should have ended with the bot listening.
    """

    events: list[JsonObject]
    missed: int
    known: Known
    answers: bool = True


def read_known(tracker: JsonObject | None) -> Known:
    """Read what `conclude` left in a stored tracker."""
    own: Any = (tracker or {}).get(_OWN)
    return Known(last=own["last"], events=own["events"]) if isinstance(own, dict) else Known()


def conclude(
    heard: Heard,
    before: Tracker,
    messages: Sequence[Message],
    *,
    written: Mapping[str, Understanding | None],
    window: Window,
) -> TurnResult:
    """Return the turn's result. `written`: the ids of what somebody wrote, and our triage of it if any."""
    events = [_with_triage(_clean(as_ours(event)), written) for event in heard.events]
    typed = list(_typed(events))
    tracker = trim(before.apply_all(event for _, event in typed), window)
    shown = [event for place, event in typed if place >= heard.missed and isinstance(event, BotUttered)]
    own: JsonObject = {"last": heard.known.last, "events": heard.known.events}
    return TurnResult(
        tracker={**tracker_to_json(tracker), _OWN: own},
        events=tuple(events),
        replies=tuple(content for event in shown for content in contents(event)),
        handoff=next(filter(None, map(handoff_of, shown)), None)
        or (_circles(events) if heard.answers else None),
        understandings=tuple(_understandings(messages, events, written)),
        paused=tracker.live.paused,
    )


def combine(theirs: Understanding, ours: Understanding | None) -> Understanding:
    """Return Rasa's understanding with our triage."""
    if ours is None:
        return theirs
    return replace(theirs, triage=ours.triage, language=ours.language, in_scope=ours.in_scope)


def _circles(events: Sequence[JsonObject]) -> HandoffRequest | None:
    """Ask for a person where Rasa had to stop the bot: it says nothing about that itself."""
    if ends_well(events):
        return None
    log.error("The bot gives up", reason=_CIRCLES)
    return HandoffRequest(reason="bot_failed", priority=Priority.HIGH, summary=_CIRCLES)


def _clean(event: JsonObject) -> JsonObject:
    clean: Json = storable(event)
    assert isinstance(clean, dict)
    return clean


def _with_triage(event: JsonObject, written: Mapping[str, Understanding | None]) -> JsonObject:
    ours, parsed = written.get(message_id_of(event) or ""), event.get("parse_data")
    if ours is None or not isinstance(parsed, dict):
        return event
    rendered = render_parse(ours)
    return {
        **event,
        "parse_data": {**parsed, **{key: rendered[key] for key in ("language", "in_scope", "triage")}},
    }


def _typed(events: Sequence[JsonObject]) -> Iterator[tuple[int, Event]]:
    """Yield events as values, with their places; those that nobody knows are only logged."""
    for place, event in enumerate(events):
        try:
            yield place, parse_event(event)
        except ActionError as error:
            log.warning("Rasa logged an event that is not known here", reason=str(error))


def _understandings(
    messages: Sequence[Message], events: Sequence[JsonObject], written: Mapping[str, Understanding | None]
) -> Iterator[Understanding | None]:
    """Yield what was understood of each message; None of a button's, and of what was read with another."""
    parsed: dict[str | None, Any] = {message_id_of(event): event.get("parse_data") for event in events}
    for message in messages:
        name = str(message.id)
        read = name in written and isinstance(parsed.get(name), dict)
        yield combine(read_understanding(parsed[name]), written[name]) if read else None
