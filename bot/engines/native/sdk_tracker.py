"""rasa_sdk's tracker, over events that are fetched when needed. Imported only where actions run."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from rasa_sdk import Tracker


class LazyTracker(Tracker):  # type: ignore[misc]  # rasa_sdk is untyped
    """What forms call in every turn must not fetch a whole conversation to count its events."""

    def slots_to_validate(self) -> dict[str, Any]:
        """Return the slots set last, with nothing else logged after them: as rasa_sdk, from the end."""
        newest = list(takewhile(_sets_slot, reversed(self.events)))
        return {event["name"]: event["value"] for event in reversed(newest)}


def _sets_slot(event: dict[str, Any]) -> bool:
    return bool(event["event"] == "slot")


def make_tracker(state: dict[str, Any]) -> LazyTracker:
    """Make a tracker of Rasa's tracker state, by rasa_sdk's own reading of it."""
    tracker: LazyTracker = Tracker.from_dict(state)
    tracker.__class__ = LazyTracker  # `from_dict` makes its own class only
    return tracker
