"""What a run of events comes to at one moment, and how one more event changes it.

This is the fold without its exceptions: events that take others back (`undo`, `rewind`), that
start afresh, and the collapsing of form turns concern the list of events itself and are dealt
with in `tracker`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from bot.dialogue.events import (
    LISTEN,
    ActionExecuted,
    ActionRejected,
    EntitiesAdded,
    Event,
    FollowupSet,
    LoopInterrupted,
    LoopSet,
    Paused,
    Resumed,
    SlotSet,
    SlotsReset,
    UserFeaturized,
    UserUttered,
)
from bot.dialogue.features import SHOULD_NOT_BE_SET, coerce_slot

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.features import Features
    from bot.domain.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """The active loop. `trigger` is the parse result that activated it."""

    name: str
    is_interrupted: bool = False
    rejected: bool = False
    trigger: JsonObject | None = None


class Moment(NamedTuple):
    """The state of a conversation between two events.

    `features` holds the slots that count as set, `carried` the last value of every slot that was set at
    all, as it was given (a new session takes them over). `by_text` tells how `message` counts in the
    dialogue state: by its text (True), by its intent (False), or undecided. `action` is the name, or the
    text, of the last action; None at the start of a conversation. It is a tuple since it is copied for every
    event; where that is for every message, action or slot it is built anew, twice as fast as `_replace`.
    """

    slots: JsonObject
    features: Features
    carried: JsonObject
    loop: Loop | None = None
    message: UserUttered | None = None
    by_text: bool | None = None
    action: str | None = None
    action_is_text: bool = False
    followup: str | None = LISTEN
    paused: bool = False

    @property
    def loop_name(self) -> str | None:
        """The active loop's name; None for the marker that rules use."""
        return None if self.loop is None or self.loop.name == SHOULD_NOT_BE_SET else self.loop.name

    @property
    def intent(self) -> str | None:
        """The intent of the last user message."""
        return self.message.intent if self.message else None

    @property
    def is_rejected(self) -> bool:
        """Tell whether the active loop refused its last run."""
        return self.loop is not None and self.loop.rejected


def first_moment(catalogue: Catalogue) -> Moment:
    """Return how every conversation, and every session, begins."""
    return Moment(slots=catalogue.initial_slots, features=catalogue.initial_features, carried={})


def step(moment: Moment, event: Event, catalogue: Catalogue) -> Moment:
    """Return the moment after `event`."""
    change = _STEPS.get(type(event))
    return change(moment, event, catalogue) if change else moment


def _user(moment: Moment, event: Event, _catalogue: Catalogue) -> Moment:
    assert isinstance(event, UserUttered)
    slots, features, carried, loop, _, _, action, action_is_text, _, paused = moment
    return Moment(slots, features, carried, loop, event, event.by_text, action, action_is_text, None, paused)


def _action(moment: Moment, event: Event, _catalogue: Catalogue) -> Moment:
    assert isinstance(event, ActionExecuted)
    loop = moment.loop
    if loop is not None:
        rejected = loop.rejected and event.name != loop.name
        if loop.is_interrupted or rejected != loop.rejected:
            loop = replace(loop, is_interrupted=False, rejected=rejected)
    slots, features, carried, _, message, by_text, _, _, _, paused = moment
    name = event.name
    return Moment(
        slots, features, carried, loop, message, by_text, name or event.text, name is None, None, paused
    )


def _slot(moment: Moment, event: Event, catalogue: Catalogue) -> Moment:
    assert isinstance(event, SlotSet)
    name = event.name
    if name not in catalogue.slots:
        return moment
    value = coerce_slot(catalogue.slots[name], event.value)
    carried = dict(moment.carried)
    carried.pop(name, None)  # the slot set last stands last
    carried[name] = event.value
    features = moment.features.changed(name, catalogue.feature(name, value))
    return Moment({**moment.slots, name: value}, features, carried, *moment[3:])


def _slots_reset(moment: Moment, _event: Event, catalogue: Catalogue) -> Moment:
    return moment._replace(slots=catalogue.initial_slots, features=catalogue.initial_features)


def _loop(moment: Moment, event: Event, _catalogue: Catalogue) -> Moment:
    assert isinstance(event, LoopSet)
    trigger = moment.message.parse_data if moment.message else None
    return moment._replace(loop=Loop(name=event.name, trigger=trigger) if event.name else None)


def _interrupt(moment: Moment, event: Event, _catalogue: Catalogue) -> Moment:
    assert isinstance(event, LoopInterrupted)
    if moment.loop is None:
        return moment
    return moment._replace(loop=replace(moment.loop, is_interrupted=event.is_interrupted))


def _reject(moment: Moment, event: Event, _catalogue: Catalogue) -> Moment:
    assert isinstance(event, ActionRejected)
    if moment.loop is None or moment.loop.name != event.name:
        return moment
    return moment._replace(loop=replace(moment.loop, rejected=True))


def _featurize(moment: Moment, event: Event, _catalogue: Catalogue) -> Moment:
    assert isinstance(event, UserFeaturized)
    if moment.action != LISTEN or moment.message is None:
        return moment
    slots, features, carried, loop, message, _, action, action_is_text, followup, paused = moment
    return Moment(
        slots, features, carried, loop, message, event.by_text, action, action_is_text, followup, paused
    )


def _entities(moment: Moment, event: Event, _catalogue: Catalogue) -> Moment:
    assert isinstance(event, EntitiesAdded)
    if moment.action != LISTEN or moment.message is None:
        return moment
    entities = (
        *moment.message.entities,
        *(each for each in event.entities if each not in moment.message.entities),
    )
    return moment._replace(message=replace(moment.message, entities=entities))


def _followup(moment: Moment, event: Event, _catalogue: Catalogue) -> Moment:
    assert isinstance(event, FollowupSet)
    return moment._replace(followup=event.name)


def _pause(moment: Moment, _event: Event, _catalogue: Catalogue) -> Moment:
    return moment._replace(paused=True)


def _resume(moment: Moment, _event: Event, _catalogue: Catalogue) -> Moment:
    return moment._replace(paused=False)


_STEPS: dict[type[Event], Callable[[Moment, Event, Catalogue], Moment]] = {
    UserUttered: _user,
    ActionExecuted: _action,
    SlotSet: _slot,
    SlotsReset: _slots_reset,
    LoopSet: _loop,
    LoopInterrupted: _interrupt,
    ActionRejected: _reject,
    UserFeaturized: _featurize,
    EntitiesAdded: _entities,
    FollowupSet: _followup,
    Paused: _pause,
    Resumed: _resume,
}
