"""Running the project's `rasa_sdk` actions: in this process, or wherever a runner sends them."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bot.dialogue.calls import ActionRefused
from bot.domain.action_spec import ActionsSpec
from bot.engines.native.action_answer import Answer, take_answer
from bot.engines.native.action_history import PastEvents
from bot.engines.native.action_loop import ActionLoop
from bot.engines.native.action_threads import ActionThreads, Failed
from bot.engines.native.action_tracker import tracker_state
from bot.engines.native.posted import DomainPost, copy_json
from bot.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.dialogue.calls import Call, Outcome
    from bot.domain.json import JsonObject
    from bot.engines.native.action_history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """An action to be run, and all it may be shown. `domain` is the project's `domain.yml` as a map."""

    call: Call
    sender_id: str
    domain: JsonObject
    history: History


class ActionRunner(Protocol):
    """Runs actions by name."""

    async def run(self, errand: Errand) -> Outcome:
        """Run one action.

        Raises `ActionRefused` when the action does not want to run, `ActionError` when there is none
        or it failed or took too long.
        """
        ...

    async def close(self) -> None:
        """End connections."""
        ...


class LocalActions:
    """Actions as objects, in this process. Whatever one of them does harms its own turn only.

    They are shown copies, as if all had gone over a wire: what they change changes nothing here.
    """

    def __init__(self, actions: Mapping[str, Any], spec: ActionsSpec | None = None) -> None:
        """Hold rasa_sdk actions by name (`bot.plugins.load_actions`)."""
        self._actions = actions
        self._names = frozenset(actions)
        self._spec = spec or ActionsSpec()
        self._threads = ActionThreads(self._spec.at_once)
        self._loop = ActionLoop()
        self._domain = DomainPost()

    @property
    def names(self) -> frozenset[str]:
        """The actions there are."""
        return self._names

    async def run(self, errand: Errand) -> Outcome:
        """Run one action. See `ActionRunner`."""
        state = copy_json(tracker_state(errand.call.tracker, errand.sender_id))
        if not errand.history.is_whole:
            state["events"] = PastEvents(state["events"], self._fetching(errand.history))
        answer = await self.perform(errand.call.name, state, self._domain.post(errand.domain))
        return answer.read()

    async def close(self) -> None:
        """Nothing is to be ended: threads are kept for the next engine, and end with the process."""

    def _fetching(self, history: History) -> Callable[[], Sequence[JsonObject]]:
        """Return how an action, which runs in another thread than this one, fetches older events."""
        loop, patience = asyncio.get_running_loop(), self._spec.limit.total_seconds()

        def fetch() -> Sequence[JsonObject]:
            older = asyncio.run_coroutine_threadsafe(history.older(self._spec.history), loop)
            return older.result(patience)

        return fetch

    async def perform(self, name: str, state: dict[str, Any], domain: Any) -> Answer:
        """Run one action on a tracker's state and the domain, both of which it may change.

        Raises as `run`.
        """
        action = self._actions.get(name)
        if action is None:
            raise ActionError(f"no class in actions/ is called {name}")
        # Importing rasa_sdk takes half a second (it brings a web server): only where actions run.
        from rasa_sdk.executor import CollectingDispatcher  # noqa: PLC0415

        from bot.engines.native.sdk_tracker import make_tracker  # noqa: PLC0415

        run = _Run(name, action, CollectingDispatcher(), make_tracker(state), domain)
        limit = self._spec.limit.total_seconds()
        try:
            async with asyncio.timeout(limit):
                if inspect.iscoroutinefunction(action.run) and name not in self._loop.blocking:
                    return await self._loop.run(name, run.act)
                return await self._threads.run(name, run.block)
        except TimeoutError as error:
            raise ActionError(f"action {name} took longer than {limit:g} s") from error
        except Failed as failure:
            raise _explain(name, failure.error) from failure.error


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of an action object."""

    name: str
    action: Any
    dispatcher: Any
    tracker: Any
    domain: Any

    async def act(self) -> Answer:
        """Run an action whose `run` is a coroutine, and read what it returned."""
        return await self._finish(self.action.run(self.dispatcher, self.tracker, self.domain))

    def block(self) -> Answer:
        """Do the same in a thread, in an event loop of its own where there is anything to await."""
        if inspect.iscoroutinefunction(self.action.run):
            return asyncio.run(self.act())
        returned = self.action.run(self.dispatcher, self.tracker, self.domain)
        if inspect.isawaitable(returned) or getattr(self.dispatcher, "is_streaming_active", False):
            return asyncio.run(self._finish(returned))
        return self._read(returned)

    async def _finish(self, returned: Any) -> Answer:
        if inspect.isawaitable(returned):
            returned = await returned
        if getattr(self.dispatcher, "is_streaming_active", False):
            await self.dispatcher.stream_end()  # as rasa_sdk does for an action that forgot
        return self._read(returned)

    def _read(self, returned: Any) -> Answer:
        return take_answer(self.name, events=returned, responses=self.dispatcher.messages)


def _explain(name: str, error: BaseException) -> Exception:
    from rasa_sdk.interfaces import ActionExecutionRejection  # noqa: PLC0415 - as above

    if isinstance(error, ActionExecutionRejection):
        return ActionRefused(name)
    if isinstance(error, ActionError):
        return error
    return ActionError(f"action {name} failed with {type(error).__name__}")
