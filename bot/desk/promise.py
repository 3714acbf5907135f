"""The handoff contract: no promise without an entry, no entry without telling the customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.handoff import HandoffRequest
from bot.domain.message import Content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.json import JsonObject
    from bot.domain.pipeline import DeskSpec

_SPEAKS = frozenset({"pause", "resume", "restart"})  # whether the bot does, from then on
PROMISE = "I am handing this over to a person on our team. They will read all of it and answer you here."


def require_entry(
    handoff: HandoffRequest | None, events: Sequence[JsonObject], desk: DeskSpec
) -> HandoffRequest | None:
    """Make the handoff that a promise without one speaks of: a rule or an action said it by itself.

    `events` are the turn's, in Rasa's form: what the bot said names its response in the metadata.
    """
    if handoff is not None or not is_promised(events, desk):
        return handoff
    return HandoffRequest(reason="promised", queue=desk.default_queue)


def require_taker(
    handoff: HandoffRequest | None, events: Sequence[JsonObject], *, unheard: bool = False
) -> HandoffRequest | None:
    """Make the handoff that a pause without one means: in Rasa a bot is paused so that a person takes over.

    Without, it would be silent from now on, and nobody would know. `unheard`: somebody wrote to a bot that
    was silent before, as a program wanted it.
    """
    if handoff is not None or not (unheard or _ends_paused(events)):
        return handoff
    return HandoffRequest(reason="bot_paused")


def _ends_paused(events: Sequence[JsonObject]) -> bool:
    turns = [str(event.get("event")) for event in events if event.get("event") in _SPEAKS]
    return bool(turns) and turns[-1] == "pause"


def is_promised(events: Sequence[JsonObject], desk: DeskSpec) -> bool:
    """Tell whether the bot said a response by which a person is promised."""
    return any(_says(event) in desk.promises for event in events if event.get("event") == "bot")


def _says(event: JsonObject) -> object:
    metadata = event.get("metadata")
    return metadata.get("utter_action") if isinstance(metadata, Mapping) else None


def tell_customer(
    replies: tuple[Content, ...],
    handoff: HandoffRequest | None,
    events: Sequence[JsonObject],
    desk: DeskSpec,
) -> tuple[Content, ...]:
    """Add the promise where the turn asks for a person and did not say so.

    Other words are no promise: "Sorry about that" before an action that broke, an answer to the
    first of two messages.
    """
    if handoff is None or is_promised(events, desk):
        return replies
    return (*replies, Content(text=PROMISE))


def route(handoff: HandoffRequest, desk: DeskSpec) -> HandoffRequest:
    """Send a handoff to a queue that exists."""
    return handoff if handoff.queue in desk.queues else replace(handoff, queue=desk.default_queue)
