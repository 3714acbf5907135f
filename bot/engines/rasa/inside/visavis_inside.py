"""What a Rasa that we start loads of ours: it runs in Rasa's Python 3.10 and imports nothing of Visavis.

`RecentTrackers` keeps the conversations of late: ours are in PostgreSQL, and one that was forgotten here is
told again. `Channel` is Rasa's REST channel, except that a message keeps the name of the channel it came by,
so that responses for that channel are chosen, and that a failure is said rather than logged. `Careful` leaves
no customer without a word when an action of the project fails.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any

from rasa.core.actions.action import ActionBotResponse, ActionExecutionRejection
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import BotUttered, ConversationPaused
from sanic import Blueprint
from sanic.response import json

logger = logging.getLogger(__name__)

_MOST_CONVERSATIONS = 1_000
_SORRY = "utter_error"


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


class Careful:
    """An action that says so when it fails, as our own engine does: sorry, a person is asked for, silence.

    Rasa itself would go on as if the action had done nothing, and leave no trace but in its log.
    """

    def __init__(self, action: Any) -> None:
        """Stand where `action` stood."""
        self._action = action

    def __getattr__(self, name: str) -> Any:
        """Return what the action itself has."""
        return getattr(self._action, name)

    async def run(self, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> Any:
        """Return the events of the action, or what is to be said of its failure."""
        try:
            return await self._action.run(output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise  # no failure: a form that leaves the message to others
        except Exception:
            name = self._action.name()
            logger.exception("The action %s failed", name)
            sorry = ActionBotResponse(_SORRY, silent_fail=True)
            said = await sorry.run(output_channel, nlg, tracker, domain)
            wanted = {"reason": "bot_failed", "priority": "high", "summary": f"{name} failed in Rasa."}
            return [*said, BotUttered(data={"custom": {"handoff": wanted}}), ConversationPaused()]


def run_actions_carefully() -> None:
    """Have Rasa run actions through `Careful`: it has no place of its own to put that."""
    run_action = MessageProcessor._run_action  # noqa: SLF001 - the same

    async def run_carefully(processor: Any, action: Any, *rest: Any, **named: Any) -> Any:
        return await run_action(processor, Careful(action), *rest, **named)

    MessageProcessor._run_action = run_carefully  # noqa: SLF001 - the same
