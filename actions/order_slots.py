"""The slots of `order_status_form`: reading them, whatever was put there, and emptying them."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

TRIES = 3
"""After so many of them that led to no order, a person takes over."""

_SLOTS = ("order_number", "email", "order_misses")


def count_misses(tracker: Tracker) -> int:
    """Return how often in a row the customer gave something that led to no order."""
    misses = tracker.get_slot("order_misses")
    return int(misses) if isinstance(misses, int | float) and 0 <= misses <= TRIES else 0


def get_text(tracker: Tracker, slot: str) -> str:
    """Return what a slot holds as text; empty where it holds anything else."""
    value = tracker.get_slot(slot)
    return value if isinstance(value, str) else ""


def forget_order(tracker: Tracker, *, misses: int = 0) -> list[dict[str, Any]]:
    """Return the events that empty the form, so that what was said once does not answer a later question."""
    wanted = {"order_number": None, "email": None, "order_misses": float(misses) or None}
    return [SlotSet(slot, wanted[slot]) for slot in _SLOTS if tracker.get_slot(slot) != wanted[slot]]
