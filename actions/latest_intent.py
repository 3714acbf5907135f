"""The intent of the message being answered."""

from rasa_sdk import Tracker


def get_latest_intent(tracker: Tracker) -> str | None:
    """Return the intent the engine decided on.

    The tracker's own `get_intent_of_latest_message` reads the ranking instead, and by default skips
    over `nlu_fallback` to the guess below it.
    """
    intent = (tracker.latest_message or {}).get("intent")
    name = intent.get("name") if isinstance(intent, dict) else None
    return None if name is None else str(name)
