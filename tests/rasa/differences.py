"""Holding two observations of a turn against each other, and saying how they differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from typing_extensions import override


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a conversation first went another way. `turns` are all of it up to there."""

    project: str
    name: str
    turns: list[dict[str, Any]]
    rasa: dict[str, Any]
    ours: dict[str, Any]

    @override
    def __str__(self) -> str:
        """Return what a person needs to look into it."""
        said = [turn.get("text") or json.dumps(turn) for turn in self.turns]
        lines = [
            f"{self.project}, {self.name}, turn {len(self.turns)}:",
            *(f"    {text}" for text in said[-12:]),
        ]
        lines += [f"  parse {json.dumps(self.turns[-1]['parse'])}"] if self.turns[-1].get("parse") else []
        for key in sorted({*self.rasa, *self.ours}):
            theirs, ours = self.rasa.get(key), self.ours.get(key)
            if theirs != ours:
                lines += _unlike(key, theirs, ours)
        return "\n".join(lines)


def _unlike(key: str, theirs: Any, ours: Any) -> list[str]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        names = [name for name in {**theirs, **ours} if theirs.get(name) != ours.get(name)]
        return [f"  {key}.{name}: rasa {theirs.get(name)!r}, ours {ours.get(name)!r}" for name in names]
    if isinstance(theirs, list) and isinstance(ours, list):
        lines = [f"  {key}:"]
        for position in range(max(len(theirs), len(ours))):
            left = theirs[position] if position < len(theirs) else None
            right = ours[position] if position < len(ours) else None
            lines += [f"      {left}"] if left == right else [f"    rasa {left}", f"    ours {right}"]
        return lines
    return [f"  {key}: rasa {theirs!r}, ours {ours!r}"]


def alike(rasa: dict[str, Any]) -> dict[str, Any]:
    """Return Rasa's observation without what is written differently on purpose.

    A custom payload that hands over is not shown to customers; no buttons are not told of.
    A new session repeats all that ever was set in Rasa, here the last value of each slot. What a form checks
    after a rewind was set since an old message, which may be older than all that is kept here.
    """
    replies = [_as_seen(reply) for reply in rasa["replies"] if "handoff" not in (reply.get("custom") or {})]
    return {**rasa, "replies": replies, "events": unordered(carried_once(rasa["events"]))}


def carried_once(events: list[list[Any]]) -> list[list[Any]]:
    """Return events with one for each slot that a new session takes over, in the order of their names."""
    kept: list[list[Any]] = []
    carried: dict[str, list[Any]] | None = None
    for event in events:
        if carried is not None and event[0] == "slot":
            carried[event[1]] = event
            continue
        kept += [carried[name] for name in sorted(carried)] if carried else []
        carried = {} if event[0] == "session_started" else None
        kept.append(event)
    return kept + ([carried[name] for name in sorted(carried)] if carried else [])


def unordered(events: list[list[Any]]) -> list[list[Any]]:
    """Return events with those slots in the order of their names that are set in a row after a rewind."""
    start = next((place for place, event in enumerate(events) if event[0] == "rewind"), len(events))
    runs = groupby(events[start:], key=_is_of_slot)
    after = (sorted(run, key=_name) if is_slot else list(run) for is_slot, run in runs)
    return [*events[:start], *chain.from_iterable(after)]


def _is_of_slot(event: list[Any]) -> bool:
    return bool(event[0] == "slot" and event[1] != "requested_slot")


def _name(event: list[Any]) -> str:
    return str(event[1])


def _as_seen(reply: dict[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in reply.items() if key != "buttons" or part}
