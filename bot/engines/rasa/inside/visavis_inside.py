"""What a Rasa that we start loads of ours: it runs in Rasa's Python 3.10 and imports nothing of Visavis.

`RecentTrackers` keeps the conversations of late: ours are in PostgreSQL, and one that was forgotten here is
told again. `Channel` is Rasa's REST channel, except that a message keeps the name of the channel it came by,
so that responses for that channel are chosen, and that a failure is said rather than logged.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from sanic import Blueprint
from sanic.response import json

_MOST_CONVERSATIONS = 1_000


class RecentTrackers(InMemoryTrackerStore):  # type: ignore[misc]  # Rasa is not installed where mypy runs
    """Rasa's store in memory, with an upper bound. The conversation that was quiet longest goes first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin empty."""
        super().__init__(*args, **kwargs)
        self.store: OrderedDict[str, str] = OrderedDict()

    async def save(self, tracker: Any) -> None:
        """Keep a conversation."""
        await super().save(tracker)
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > _MOST_CONVERSATIONS:
            self.store.popitem(last=False)


class Channel(InputChannel):  # type: ignore[misc]  # the same
    """`POST /webhooks/visavis/webhook` with `{sender, message, message_id, input_channel, metadata}`."""

    @classmethod
    def name(cls) -> str:
        """Return what the channel is called in addresses."""
        return "visavis"

    def blueprint(self, on_new_message: Any) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("visavis")

        @routes.post("/webhook")
        async def receive(request: Any) -> Any:
            said = request.json
            output = _collector(said["input_channel"])
            message = UserMessage(
                said["message"],
                output,
                said["sender"],
                input_channel=said["input_channel"],
                message_id=said.get("message_id"),
                metadata=said.get("metadata"),
            )
            await on_new_message(message)
            return json(output.messages)

        return routes


def _collector(channel: str) -> Any:
    class Collector(CollectingOutputChannel):  # type: ignore[misc]  # the same
        @classmethod
        def name(cls) -> str:
            return channel

    return Collector()
