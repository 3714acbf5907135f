"""Actions of the project that misbehave: they harm their own turn, and no other one."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from bot.dialogue.calls import ActionRefused, Call, Outcome
from bot.dialogue.tracker import new_tracker
from bot.domain.action_spec import ActionsSpec
from bot.engines.native.action_history import History
from bot.engines.native.action_threads import MOST_STUCK
from bot.engines.native.actions import Errand, LocalActions
from bot.errors import ActionError
from tests.conversations.talk import Talk, build_engine
from tests.unit.dialogue.specs import RULES, action, intent, rule, say, spec

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies

SHORT = timedelta(milliseconds=800)  # for what never ends; what is done at once needs none of it


class Blocking:
    def __init__(self, does: Any) -> None:
        self.does = does

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        return self.does(dispatcher, tracker, domain)


class Awaiting(Blocking):
    @override
    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        outcome = self.does(dispatcher, tracker, domain)
        return await outcome if asyncio.iscoroutine(outcome) else outcome


def make(limit: timedelta = timedelta(seconds=30), at_once: int = 4, **actions: Any) -> LocalActions:
    return LocalActions(actions, ActionsSpec(limit=limit, at_once=at_once))


async def run(actions: LocalActions, name: str) -> Outcome:
    from bot.dialogue.catalogue import Catalogue

    tracker = new_tracker(Catalogue(spec().domain))
    return await actions.run(
        Errand(
            call=Call(name=name, tracker=tracker),
            sender_id="a",
            domain={"slots": {"size": {}}},
            history=History(None, tracker),
        )
    )


def utter(dispatcher: Any, *_: Any) -> list[Any]:
    dispatcher.utter_message(text="done")
    return []


def raises(error: BaseException) -> Any:
    def act(*_: Any) -> Any:
        raise error

    return act


def sleep_for_ever(*_: Any) -> Any:
    while True:
        time.sleep(0.02)
        if _released.is_set():
            return []


async def ignore_cancelling(*_: Any) -> Any:
    while not _released.is_set():
        try:
            await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            continue
    return []


_released = threading.Event()


@pytest.fixture(autouse=True)
def released() -> Any:
    """Let threads that block end with their test."""
    _released.clear()
    yield
    _released.set()


@pytest.mark.parametrize("kind", [Blocking, Awaiting])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        SystemExit(1),
        KeyboardInterrupt(),
        StopIteration(),
        GeneratorExit(),
        asyncio.CancelledError(),
    ],
)
async def test_whatever_an_action_raises_is_its_failure(kind: Any, error: BaseException) -> None:
    actions = make(broken=kind(raises(error)), fine=kind(utter))
    # A coroutine cannot raise a bare StopIteration: Python makes a RuntimeError of it.
    with pytest.raises(ActionError, match=f"action broken failed with ({type(error).__name__}|RuntimeError)"):
        await run(actions, "broken")
    assert (await run(actions, "fine")).responses[0]["text"] == "done"


@pytest.mark.parametrize("kind", [Blocking, Awaiting])
async def test_an_action_may_refuse_to_run(kind: Any) -> None:
    from rasa_sdk.interfaces import ActionExecutionRejection

    with pytest.raises(ActionRefused):
        await run(make(shy=kind(raises(ActionExecutionRejection("shy")))), "shy")


@pytest.mark.parametrize(
    "stuck", [Blocking(sleep_for_ever), Awaiting(sleep_for_ever), Awaiting(ignore_cancelling)]
)
async def test_an_action_that_never_ends_is_given_up_and_others_go_on(stuck: Any) -> None:
    actions = make(limit=SHORT, at_once=2, stuck=stuck, blocks=Blocking(utter), awaits=Awaiting(utter))
    for _ in range(MOST_STUCK):
        with pytest.raises(ActionError, match=r"action stuck took longer than 0\.8 s"):
            await run(actions, "stuck")
    for name in ("blocks", "awaits") * 3:
        assert (await insist(actions, name)).responses[0]["text"] == "done"


@pytest.mark.parametrize("stuck", [Blocking(sleep_for_ever), Awaiting(ignore_cancelling)])
async def test_an_action_whose_runs_never_end_is_not_begun_again_until_one_of_them_does(stuck: Any) -> None:
    actions = make(limit=SHORT, at_once=1, stuck=stuck)
    for _ in range(MOST_STUCK):
        with pytest.raises(ActionError, match="took longer"):
            await run(actions, "stuck")
    with pytest.raises(ActionError, match="is not begun: 4 earlier runs of it have not ended"):
        await run(actions, "stuck")
    _released.set()
    assert (await insist(actions, "stuck")).events == ()


async def insist(actions: LocalActions, name: str) -> Outcome:
    """Run an action until it is begun, and done in the short time it has; not within twenty seconds fails."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await run(actions, name)
            except ActionError:
                await asyncio.sleep(0.02)


async def test_an_async_action_that_blocks_holds_the_service_up_never_and_others_once() -> None:
    threads: list[str] = []
    goes_on = threading.Event()

    def block(dispatcher: Any, *_: Any) -> list[Any]:
        threads.append(threading.current_thread().name)
        assert goes_on.wait(20)
        return utter(dispatcher)

    actions = make(blocks=Awaiting(block), fine=Awaiting(utter))
    blocked = asyncio.create_task(run(actions, "blocks"))
    for _ in range(40):  # longer than a step may take
        await asyncio.sleep(0.01)
    assert not blocked.done()
    goes_on.set()
    await blocked
    goes_on.clear()
    blocked = asyncio.create_task(run(actions, "blocks"))
    assert (await run(actions, "fine")).responses
    assert not blocked.done()
    goes_on.set()
    await blocked
    assert threads == ["async actions", "action"]


async def test_who_comes_while_a_loop_is_held_up_does_not_wait_and_what_runs_in_it_is_not_lost() -> None:
    waiting, blocking, goes_on = threading.Event(), threading.Event(), threading.Event()

    def block(dispatcher: Any, *_: Any) -> list[Any]:
        blocking.set()
        assert goes_on.wait(20)
        return utter(dispatcher)

    async def wait(dispatcher: Any, *_: Any) -> list[Any]:
        waiting.set()
        while not goes_on.is_set():  # noqa: ASYNC110 - it is told from another thread
            await asyncio.sleep(0.02)
        return utter(dispatcher)

    actions = make(blocks=Awaiting(block), waits=Awaiting(wait), fine=Awaiting(utter))
    before = asyncio.create_task(run(actions, "waits"))
    assert await asyncio.to_thread(waiting.wait, 20)
    blocked = asyncio.create_task(run(actions, "blocks"))
    assert await asyncio.to_thread(blocking.wait, 20)
    assert (await run(actions, "fine")).responses
    assert (before.done(), blocked.done()) == (False, False)
    goes_on.set()
    assert (await before).responses
    assert (await blocked).responses


async def test_async_actions_share_a_loop_so_what_one_keeps_serves_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.engines.native.action_loop._LONG_STEP", 5)  # nothing holds it up here
    kept: dict[str, Any] = {}

    async def keep(*_: Any) -> list[Any]:
        kept["ready"] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(kept["ready"].set_result, "yes")
        return []

    async def use(dispatcher: Any, *_: Any) -> list[Any]:
        dispatcher.utter_message(text=await kept["ready"])
        return []

    actions = make(keep=Awaiting(keep), use=Awaiting(use))
    await run(actions, "keep")
    assert (await run(actions, "use")).responses[0]["text"] == "yes"


@pytest.mark.parametrize(
    ("returned", "why"),
    [
        (5, "returned no list of events but int"),
        ("hello", "returned no list of events but str"),
        ({"event": "pause"}, "returned no list of events but dict"),
        ([{"event": "explode"}], "unknown event 'explode'"),
        ([{"event": "slot"}], "is missing"),
        ([{"event": "slot", "name": "s", "value": "x" * 2_000_000}], "more than 1,000,000 bytes"),
        ([{"event": "pause"}] * 2000, "more than 1000 events"),
        (({"event": "pause"} for _ in itertools.count()), "more than 1000 events"),
    ],
)
async def test_what_cannot_be_kept_is_refused(returned: Any, why: str) -> None:
    actions = make(odd=Blocking(lambda *_: returned))
    with pytest.raises(ActionError, match=why):
        await run(actions, "odd")


async def test_too_many_messages_are_refused() -> None:
    def chatter(dispatcher: Any, *_: Any) -> None:
        for _number in range(101):
            dispatcher.utter_message(text="and")

    with pytest.raises(ActionError, match="more than 100 messages"):
        await run(make(chatter=Blocking(chatter)), "chatter")


async def test_what_is_no_event_is_dropped_as_rasa_does() -> None:
    outcome = await run(make(odd=Blocking(lambda *_: [None, 7, {}, {"event": "pause"}])), "odd")
    assert len(outcome.events) == 1


async def test_what_an_action_changes_in_its_tracker_and_domain_changes_nothing_here() -> None:
    def spoil(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(text=str(len(domain["slots"])))
        domain["slots"].clear()
        tracker.slots.clear()
        tracker.events.append("nonsense")
        return []

    actions = make(spoil=Blocking(spoil))
    for _ in range(2):
        assert (await run(actions, "spoil")).responses[0]["text"] == "1"


async def test_a_failing_action_says_sorry_is_logged_and_asks_for_a_person() -> None:
    rules = (*RULES, rule("x", intent("yes"), action("action_x")))
    responses = {**spec().domain.responses, "utter_error": say("sorry")}
    project = spec(rules=rules, actions=("action_x",), responses=responses)
    talk = Talk(build_engine(project, actions={"action_x": Blocking(raises(ValueError()))}))
    assert await talk.say("/yes") == ["sorry"]
    assert talk.last is not None
    assert talk.last.handoff is not None
    assert talk.last.handoff.reason == "bot_failed"
    [event] = [event for event in talk.last.events if event.get("name") == "action_x"]
    assert event["metadata"] == {"error": "action action_x failed with ValueError"}
