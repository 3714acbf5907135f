"""What real Rasa is told of a conversation that it does not know, and what is new in one it knows. Pure.

Between turns a conversation is kept as the native engine keeps it: a bounded snapshot of Rasa's own events
(`bot.dialogue.tracker`). So each engine can go on where the other one stopped, and a Rasa that lost its
memory is told what counts, not all that ever was said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.event_json import event_json
from bot.dialogue.events import (
    LISTEN,
    SESSION_START,
    ActionExecuted,
    ActionReverted,
    Event,
    FollowupSet,
    LoopInterrupted,
    LoopSet,
    Paused,
    ReminderSet,
    Restarted,
    SessionStarted,
    SlotSet,
    UserReverted,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bot.dialogue.moment import Moment
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject
    from bot.domain.trigger import Trigger

MESSAGE_KEY = "visavis_message"
"""Where the metadata of a message tell which one of ours it is: Rasa's REST channel takes no `message_id`."""
_TAKES_BACK = (ActionReverted, UserReverted, Restarted, SessionStarted)
_ENDS = ("pause", "restart", "user")  # a message that nothing follows: the bot was silenced before
_TICK = 1e-6  # seconds between events that were logged at the same time: Rasa orders by time


def restore_events(tracker: Tracker) -> list[JsonObject]:
    """Return the events that bring Rasa to where `tracker` is; none for a conversation without events.

    They begin with a session, which takes over the slots of what came before. Reminders are ours to keep.
    """
    if tracker.is_empty:
        return []
    kept = [event for event in _kept(tracker) if not isinstance(event, ReminderSet)]
    return list(_in_time([*_beginning(tracker), *kept]))


def _kept(tracker: Tracker) -> list[Event]:
    """Return what counts of older events, and the newest as they happened: actions look back on those.

    Nothing is taken back twice: what was before the last event that takes others back is as it left it.
    """
    newest: list[Event] = []
    for event in reversed(tracker.log):
        if isinstance(event, _TAKES_BACK):
            break
        newest.insert(0, event)
    told = {id(event) for event in newest}
    return [*(entry.event for entry in tracker.tail if id(entry.event) not in told), *newest]


def _beginning(tracker: Tracker) -> Iterator[Event]:
    base = tracker.base
    initial = tracker.catalogue.initial_slots
    yield ActionExecuted(name=SESSION_START)
    yield SessionStarted()
    if tracker.whole:
        return
    yield from (
        SlotSet(name=name, value=value) for name, value in base.slots.items() if value != initial.get(name)
    )
    yield ActionExecuted(name=LISTEN)
    yield from _unfinished(base)


def _unfinished(base: Moment) -> Iterator[Event]:
    """Yield what was under way where the kept events begin."""
    if base.message is not None:
        yield base.message
    if base.loop is not None and base.loop_name is not None:
        yield LoopSet(name=base.loop.name)
        if base.loop.is_interrupted:
            yield LoopInterrupted(is_interrupted=True)
    if base.action not in (None, LISTEN):
        told = {"text": base.action} if base.action_is_text else {"name": base.action}
        yield ActionExecuted(**told)  # type: ignore[arg-type]  # name and text are both texts
    if base.followup not in (None, LISTEN):
        yield FollowupSet(name=str(base.followup))
    if base.paused:
        yield Paused()


def _in_time(events: Sequence[Event]) -> Iterator[JsonObject]:
    """Write events, each later than the one before; those without a time stand just before the others."""
    first = next((event.timestamp for event in events if event.timestamp), 0.0)
    now = first - _TICK * len(events)
    for event in events:
        now = max(event.timestamp, now + _TICK)
        yield _for_rasa({**event_json(event), "timestamp": now})


def _for_rasa(event: JsonObject) -> JsonObject:
    """Return an event as Rasa's schema of events wants it, which is stricter than what Rasa itself writes."""
    if event["event"] != "user":
        return event
    parsed: Any = event.get("parse_data") or {}
    intent: Any = parsed.get("intent") or {}
    ranking = [each for each in parsed.get("intent_ranking") or () if each.get("name")]
    entities = [
        {key: part for key, part in entity.items() if part is not None or key == "value"}
        for entity in parsed.get("entities") or ()
    ]
    told = {
        "text": event.get("text"),
        "intent": intent if intent.get("name") else {},
        "entities": entities,
        "intent_ranking": ranking,
    }
    selected: Any = parsed.get("response_selector") or {}
    if isinstance(selected.get("all_retrieval_intents"), list):
        told["response_selector"] = selected
    return {**event, "parse_data": told}


def split_at(events: Sequence[JsonObject], last: float | None) -> list[JsonObject] | None:
    """Return the events after the one at the time `last`; None where there is no such event.

    `last` None: nothing is known yet, so all of them are new.
    """
    if last is None:
        return list(events)
    for position in range(len(events) - 1, -1, -1):
        if events[position].get("timestamp") == last:
            return list(events[position + 1 :])
    return None


def time_of_last(events: Sequence[JsonObject]) -> float | None:
    """Return the time of the last event, by which `split_at` finds it again."""
    last: Any = events[-1].get("timestamp") if events else None
    return None if last is None else float(last)


def find_message(events: Sequence[JsonObject], message_ids: Collection[str]) -> int | None:
    """Return the position of the first of our messages among `events`: Rasa has acted on it."""
    return next((place for place, event in enumerate(events) if message_id_of(event) in message_ids), None)


def find_trigger(events: Sequence[JsonObject], trigger: Trigger) -> int | None:
    """Return the position of the intent that nobody said among `events`: Rasa has acted on it."""
    return next((place for place, event in enumerate(events) if event.get("text") == trigger.text), None)


def message_id_of(event: JsonObject) -> str | None:
    """Return our id of the message in a user event; an id that Rasa made for any other."""
    if event.get("event") != "user":
        return None
    metadata: Any = event.get("metadata")
    named = metadata.get(MESSAGE_KEY) if isinstance(metadata, dict) else None
    return str(named or event.get("message_id") or "") or None


def as_ours(event: JsonObject) -> JsonObject:
    """Return an event of Rasa's as ours are stored: a user message carries our id where it has one."""
    message_id, metadata = message_id_of(event), event.get("metadata")
    if message_id is None or not isinstance(metadata, dict):
        return event
    rest = {key: value for key, value in metadata.items() if key != MESSAGE_KEY}
    return {**event, "message_id": message_id, "metadata": rest}


def ends_well(events: Sequence[JsonObject]) -> bool:
    """Tell whether the bot listens, or is silenced, after `events`: else it went in circles until stopped."""
    for event in reversed(events):
        if event.get("event") in _ENDS:
            return True
        if event.get("event") == "action":
            return event.get("name") in (LISTEN, SESSION_START)
    return True
