"""Reminders: intents that are to be triggered at a time. Rasa's `reminder` and `cancel_reminder` events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.trigger import Trigger, read_entities

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.json import Json, JsonObject

_GRACE = timedelta(seconds=1)  # Rasa's scheduler drops what is due earlier than this before it hears of it
_NARROWED_BY = ("name", "intent", "entities")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """At `due_at` the intent is triggered, unless the contact wrote meanwhile and that ends it."""

    intent: str
    due_at: datetime
    entities: Json = None
    name: str | None = None
    kill_on_user_message: bool = True

    @property
    def trigger(self) -> Trigger:
        """What happens when it is due."""
        return Trigger(intent=self.intent, entities=read_entities(self.entities), name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderChanges:
    """What a turn does to the reminders of its conversation.

    `cancelled` are patterns: reminders set by earlier turns are dropped where all that a pattern
    names is equal; an empty one drops them all. `refused` says which
    events are no reminders that can be kept, and why.
    """

    kept: tuple[Reminder, ...] = ()
    cancelled: tuple[JsonObject, ...] = ()
    refused: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.kept or self.cancelled)


@dataclass(slots=True)
class _Fold:
    now: datetime
    kept: list[Reminder] = field(default_factory=list)
    cancelled: list[JsonObject] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def set(self, event: JsonObject) -> None:
        try:
            reminder = _read(event)
        except (TypeError, ValueError, OverflowError) as error:
            self.refused.append(f"no reminder can be made of it: {error}")
            return
        if reminder.due_at < self.now - _GRACE:
            self.refused.append(f"it is due in the past, at {reminder.due_at.isoformat()}")
            return
        if reminder.name is not None:
            self.cancel({"name": reminder.name})
        self.kept.append(reminder)

    def cancel(self, pattern: JsonObject) -> None:
        self.kept = [each for each in self.kept if not _fits(each, pattern)]
        self.cancelled.append(pattern)

    def hear(self, *, external: bool) -> None:
        self.kept = [each for each in self.kept if not each.kill_on_user_message]
        if external:  # what the contact says is looked for when a reminder is due
            self.cancelled.append({"kill_on_user_message": True})


def read_reminders(events: Iterable[JsonObject], now: datetime) -> ReminderChanges:
    """Read what a turn's events do to reminders, in their order.

    As in Rasa: one of the same name replaces the earlier one; a restart drops all; a trigger ends those
    that a message of the contact would end; what is due in the past is never kept. A time without a
    zone is this machine's.
    """
    fold = _Fold(now)
    for event in events:
        match event.get("event"):
            case "reminder":
                fold.set(event)
            case "cancel_reminder":
                fold.cancel({key: event[key] for key in _NARROWED_BY if event.get(key)})
            case "restart":
                fold.cancel({})
            case "user":
                fold.hear(external="is_external" in _metadata(event))
            case _:
                pass
    return ReminderChanges(
        kept=tuple(fold.kept), cancelled=tuple(fold.cancelled), refused=tuple(fold.refused)
    )


def _metadata(event: JsonObject) -> JsonObject:
    metadata = event.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _read(event: JsonObject) -> Reminder:
    intent, due_at, name = event.get("intent"), event.get("date_time"), event.get("name")
    if not isinstance(intent, str) or not intent:
        raise ValueError("it names no intent")
    return Reminder(
        intent=intent,
        due_at=datetime.fromisoformat(str(due_at)).astimezone(UTC),
        entities=event.get("entities"),
        name=None if name is None else str(name),
        kill_on_user_message=event.get("kill_on_user_msg") is not False,
    )


def _fits(reminder: Reminder, pattern: JsonObject) -> bool:
    return all(getattr(reminder, key) == value for key, value in pattern.items())
