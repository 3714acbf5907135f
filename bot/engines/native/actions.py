"""Running the project's `rasa_sdk` actions in this process."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from bot.dialogue.calls import ActionRefused, Outcome
from bot.dialogue.event_json import parse_event
from bot.dialogue.storable import storable
from bot.engines.native.action_tracker import tracker_state
from bot.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from bot.dialogue.calls import Call
    from bot.dialogue.events import Event
    from bot.domain.json import JsonObject

log = structlog.get_logger(__name__)


class ActionRunner(Protocol):
    """Runs actions by name."""

    async def run(self, call: Call, sender_id: str, domain: JsonObject) -> Outcome:
        """Run one action.

        `domain` is the project's `domain.yml` as a map. Raises `ActionRefused` when the action does
        not want to run, `ActionError` when there is none or it failed or took too long.
        """
        ...


class LocalActions:
    """Actions as objects. An `async` one shares the event loop; a blocking one gets a thread."""

    def __init__(self, actions: Mapping[str, Any], *, limit: timedelta) -> None:
        """Hold rasa_sdk actions by name (`bot.plugins.load_actions`); each run may take `limit`."""
        self._actions = actions
        self._limit = limit.total_seconds()

    async def run(self, call: Call, sender_id: str, domain: JsonObject) -> Outcome:
        """Run one action. See `ActionRunner`."""
        action = self._actions.get(call.name)
        if action is None:
            message = f"no class in actions/ is called {call.name}"
            raise ActionError(message)
        # Importing rasa_sdk takes half a second (it brings a web server): only where actions run.
        from rasa_sdk import Tracker  # noqa: PLC0415
        from rasa_sdk.executor import CollectingDispatcher  # noqa: PLC0415
        from rasa_sdk.interfaces import ActionExecutionRejection  # noqa: PLC0415

        dispatcher = CollectingDispatcher()
        tracker = Tracker.from_dict(tracker_state(call.tracker, sender_id))
        try:
            async with asyncio.timeout(self._limit):
                returned = await _call(action, dispatcher, tracker, domain)
        except ActionExecutionRejection as refusal:
            raise ActionRefused(call.name) from refusal
        except TimeoutError as error:
            message = f"action {call.name} took longer than {self._limit:g} s"
            raise ActionError(message) from error
        except Exception as error:  # the project's code may raise anything; it must harm only its turn
            message = f"action {call.name} failed with {type(error).__name__}"
            raise ActionError(message) from error
        return Outcome(events=_events(returned, call.name), responses=_responses(dispatcher.messages))


async def _call(action: Any, dispatcher: Any, tracker: Any, domain: JsonObject) -> Any:
    if inspect.iscoroutinefunction(action.run):
        return await action.run(dispatcher, tracker, domain)
    returned = await asyncio.to_thread(action.run, dispatcher, tracker, domain)
    return await returned if inspect.isawaitable(returned) else returned


def _events(returned: Iterable[Any] | None, action: str) -> tuple[Event, ...]:
    """Read what an action returned, made storable.

    As in Rasa, what is no event is dropped with an error in the log.
    """
    events = []
    for each in returned or ():
        event = storable(each)
        if isinstance(event, dict) and event.get("event"):
            events.append(parse_event(event))
        else:
            log.error("Action returned something that is no event", action=action, type=type(each).__name__)
    return tuple(events)


def _responses(messages: Iterable[Any]) -> tuple[JsonObject, ...]:
    """Return what an action's dispatcher collected, made storable."""
    clean = (storable(message) for message in messages)
    return tuple(message for message in clean if isinstance(message, dict))
