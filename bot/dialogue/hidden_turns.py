"""Forgetting older turns that rules alone made: memoization passes over them, and rules look less far back.

What they set is kept, since it is part of later states: of each slot the last value. For memory that tries
with ever more forgotten (`AugmentedMemoizationPolicy`) a listening is kept behind what was set, to begin at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.events import LISTEN, ActionExecuted, SlotSet, SlotsReset, UserUttered
from bot.dialogue.moment import step
from bot.dialogue.states import decides
from bot.dialogue.tracker import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.dialogue.catalogue import Catalogue


def drop_hidden_turns(tail: tuple[Entry, ...], upto: int, catalogue: Catalogue) -> tuple[Entry, ...]:
    """Return `tail` without the hidden turns that end before position `upto`; itself if there are none."""
    kept: list[Entry] = []
    done = 0
    for first, end in _runs(tail, upto):
        kept += tail[done:first]
        kept += _essence(tail[first:end], tail[end], catalogue)
        done = end + 1
    return (*kept, *tail[done:]) if done else tail


def is_remnant(entry: Entry) -> bool:
    """Tell whether this is a listening that stands for turns that were dropped."""
    event = entry.event
    return isinstance(event, ActionExecuted) and event.hidden and event.name == entry.before.action == LISTEN


def _runs(tail: Sequence[Entry], upto: int) -> Iterator[tuple[int, int]]:
    """Yield first and end of each run of hidden turns; at the end, a message, all else is as at its first."""
    starts = list(_turn_starts(tail, upto))
    number = 0
    while number < len(starts) - 1:
        last = number
        for other in range(number + 1, len(starts)):
            if not starts[other - 1][1]:
                break
            if _are_alike(tail[starts[number][0]], tail[starts[other][0]]):
                last = other
        if last > number:
            yield _with_remnants(tail, starts[number][0]), starts[last][0]
        number = max(last, number + 1)


def _turn_starts(tail: Sequence[Entry], upto: int) -> Iterator[tuple[int, bool]]:
    """Yield where each message was heard while listening, and whether all is hidden until the next one."""
    start: int | None = None
    hidden, all_hidden = False, True
    for position, (event, before) in enumerate(tail[: upto + 1]):
        if isinstance(event, ActionExecuted):
            hidden = event.hidden if decides(before) else hidden
            all_hidden &= hidden
        elif isinstance(event, UserUttered) and before.action == LISTEN:
            if start is not None:
                yield start, all_hidden
            start, all_hidden = position, True
    if start is not None:
        yield start, False


def _are_alike(one: Entry, other: Entry) -> bool:
    """Tell whether nothing but slots and the message changed between two moments."""
    return (one.before.loop, one.before.paused) == (other.before.loop, other.before.paused)


def _with_remnants(tail: Sequence[Entry], first: int) -> int:
    """Take what is left of turns dropped before into a run, so that each slot is kept once."""
    while first > 0 and (
        isinstance(tail[first - 1].event, SlotSet | SlotsReset) or is_remnant(tail[first - 1])
    ):
        first -= 1
    return first


def _essence(run: Sequence[Entry], following: Entry, catalogue: Catalogue) -> Iterator[Entry]:
    """Yield what is kept of a run, and the entry after it."""
    last = {_slot_of(entry): position for position, entry in enumerate(run)}
    moment = run[0].before
    is_set = False
    for position, entry in enumerate(run):
        event = entry.event
        slot = _slot_of(entry)
        if isinstance(event, ActionExecuted):
            kept = is_set and event.hidden and event.name == LISTEN
            is_set &= not kept
        else:
            kept = slot is not None and last[slot] == position
            is_set |= kept
        if kept:
            yield Entry(event, moment)
            moment = step(moment, event, catalogue)
    yield Entry(following.event, moment)


def _slot_of(entry: Entry) -> str | None:
    """Return the slot that an event sets, an empty name where it resets all, None where it does neither."""
    event = entry.event
    if isinstance(event, SlotSet):
        return event.name
    return "" if isinstance(event, SlotsReset) else None
