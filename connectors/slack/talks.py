"""Talks in channels: what a person goes on to say in a thread in which they have named us is for us, too.

An answer in a thread does not say whether its writer has ever named us there. Where this process has not
seen it, what they said is held back, and Slack is asked once for each person and thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.connector import InboundEvent
from bot.domain.json import Json, JsonObject
from bot.domain.message import Content, Kind
from bot.errors import PlatformUnavailable
from connectors.slack.api import SlackApi
from connectors.slack.place import read_key
from connectors.slack.words import names_us

HELD = "held"
SHOWN = 200  # messages of a thread that are looked at, the first ones


def hold(event: InboundEvent, blank: InboundEvent) -> InboundEvent:
    """Return an event of which it is not known yet whether it is for us. Undo it by `release` or `drop`."""
    held: JsonObject = {"key": event.conversation_key, "id": event.event_id, "kind": event.kind.value}
    return replace(
        event,
        event_id=blank.event_id,
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        metadata={**event.metadata, HELD: held},
    )


def get_held_key(event: InboundEvent) -> str | None:
    """Return the talk an event that is held back would belong to, None for any other."""
    held = event.metadata.get(HELD)
    return str(held["key"]) if isinstance(held, Mapping) else None


def release(event: InboundEvent) -> InboundEvent:
    """Return an event that was held back as what it is."""
    match event.metadata.get(HELD):
        case {"key": str(key), "id": str(event_id), "kind": str(kind)}:
            metadata = {name: value for name, value in event.metadata.items() if name != HELD}
            known = Kind(kind)
            return replace(event, event_id=event_id, kind=known, conversation_key=key, metadata=metadata)
        case _:
            return event


def drop(event: InboundEvent) -> InboundEvent:
    """Return an event that was held back without its words: it is not for us."""
    return replace(event, content=Content(), reply_context={}, metadata={"update": "message"})


async def ask_for_talk(api: SlackApi, key: str, own_id: str | None) -> bool:
    """Tell whether a person has named us in a thread. Raises `PlatformUnavailable`.

    A thread that may not be read (the scope is missing, the app was taken out) has no talk.
    """
    if own_id is None:
        raise PlatformUnavailable("Slack does not say now who we are")
    place = read_key(key)
    fields = {"channel": place.channel, "ts": str(place.thread), "limit": str(SHOWN)}
    outcome = await api.ask("conversations.replies", fields)
    if outcome.error is not None and outcome.error.error_class.retriable:
        raise PlatformUnavailable(outcome.error.detail)
    return find_naming(outcome.result, place.person, own_id)


def find_naming(result: Json, person: str, own_id: str) -> bool:
    """Tell whether one of a thread's messages is a person's and names us."""
    messages = result.get("messages") if isinstance(result, Mapping) else None
    found = messages if isinstance(messages, list) else []
    return any(
        isinstance(each, Mapping) and each.get("user") == person and names_us(str(each.get("text")), own_id)
        for each in found
    )
