"""Events as Rasa tells them: with what a tracker keeps once, or not at all where it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.responses import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import Json, JsonObject

_NOTHING = dict.fromkeys(PARTS)


def whole_event(event: JsonObject) -> JsonObject:
    """Return the event of a user message with what Rasa tells twice; any other as it is."""
    parse_data = event.get("parse_data")
    if event["event"] != "user" or not isinstance(parse_data, dict):
        return event
    return {**event, "parse_data": whole_parse(parse_data, event)}


def shown_event(event: JsonObject) -> JsonObject:
    """Return an event as actions may read it: of what a bot said also the parts that there were none of."""
    data = event.get("data")
    if event["event"] != "bot" or not isinstance(data, dict):
        return whole_event(event)
    return {**event, "data": {**_NOTHING, **data}}


def whole_loop(loop: Json) -> Json:
    """Return a loop with all of the message that began it; an empty one as it is."""
    if not isinstance(loop, dict) or not loop:
        return loop
    trigger = loop.get("trigger_message") or {"intent": {}, "text": None}
    return {**loop, "trigger_message": whole_parse(trigger, {})}


def whole_parse(parse_data: Mapping[str, Json], event: JsonObject) -> JsonObject:
    """Return what a message of `event` was understood as, with the keys that Rasa always has."""
    missing: JsonObject = {"message_id": event.get("message_id"), "metadata": event.get("metadata") or {}}
    return {"entities": [], **missing, **parse_data}
