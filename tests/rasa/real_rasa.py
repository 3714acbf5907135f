"""Real Rasa, asked over stdin and stdout: one JSON object a line in, one out. Runs in Rasa's own environment.

`{"do": "train", "project": PATH}` trains the project in that folder (a copy: Rasa writes into it) and
returns the tables of its policies, or `{"refused": WHY}`.
`{"do": "talk", "project": PATH, "conversation": [TURN, …]}` has a conversation with that model. A turn is
`{"at": SECONDS, "number": N, "channel": NAME, "text": TEXT, "parse": PARSE or null}`, or `{"at": …,
"events": […]}` for events that are appended from outside, or `{"at": …, "trigger": INTENT, "entities": […]}`
for an intent that nobody said. What is returned of each is described in `observation.py`.

TensorFlow takes eight seconds to import, so one process does it for all projects. Its clock is ours.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tarfile
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
_TICK = 0.00001


class Clock:
    """Stands where `time.time` does. It goes on a little whenever it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time in seconds since the epoch."""
        self.now += _TICK
        return self.now


class Chooser:
    """Chooses among variations of a response as `native.py` does: by the number of the turn."""

    def __init__(self) -> None:
        self.turn = 0

    def __call__(self, variations: Any) -> Any:
        """Return one of `variations`."""
        return variations[self.turn % len(variations)]


CLOCK, CHOOSE = Clock(), Chooser()


class Projects:
    """The trained projects, by folder. An agent is loaded when first talked to."""

    def __init__(self) -> None:
        self._agents: dict[str, Any] = {}
        self._conversations = 0
        self._loop = asyncio.new_event_loop()  # one for all: Rasa's scheduler insists

    def train(self, request: dict[str, Any]) -> dict[str, Any]:
        from rasa.model_training import train

        project = Path(request["project"])
        data = [str(project / name) for name in request["data"]]
        result = train(
            str(project / request["domain"]), str(project / "config.yml"), data, str(project / "models"),
            fixed_model_name="model",
            core_additional_arguments={"augmentation_factor": 0},  # no policy here learns weights
        )  # fmt: skip
        if not result.model:
            return {"refused": f"code {result.code}"}
        return {"tables": _tables(Path(result.model))}

    def talk(self, request: dict[str, Any]) -> dict[str, Any]:
        agent = self._agents.get(request["project"])
        if agent is None:
            agent = self._agents[request["project"]] = _load(Path(request["project"]))
        self._conversations += 1
        sender = str(self._conversations)
        turns = self._loop.run_until_complete(_talk(agent, sender, request["conversation"]))
        agent.tracker_store._tracker_store.store.pop(sender, None)  # thousands fill the memory
        return {"turns": turns}


def _tables(model: Path) -> dict[str, Any]:
    """Return what the policies of a model know: `rules`, and `memories` in the order of the file."""
    rules: dict[str, Any] | None = None
    memories: dict[int, dict[str, str]] = {}
    with tarfile.open(model) as archive:
        for member in archive.getmembers():
            path = Path(member.name)
            if path.name in ("rule_policy.json", "memorized_turns.json"):
                content = archive.extractfile(member)
                assert content is not None
                lookup = json.load(content)["lookup"]
                if path.name == "rule_policy.json":
                    rules = lookup
                else:  # its folder ends with its place among the policies
                    memories[int(path.parent.name.partition("Policy")[2])] = lookup
    return {"rules": rules, "memories": [memories[place] for place in sorted(memories)]}


def _load(project: Path) -> Any:
    from rasa.core.agent import Agent

    from tests.rasa.rasa_actions import ProjectActions

    agent = Agent.load(str(project / "models" / "model.tar.gz"))
    agent.processor.action_endpoint = ProjectActions(project)
    return agent


async def _talk(agent: Any, sender: str, conversation: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from rasa.core.channels.channel import CollectingOutputChannel

    class Channel(CollectingOutputChannel):  # type: ignore[misc]  # Rasa is not here where mypy runs
        called = "collector"

        @classmethod
        def name(cls) -> str:
            return cls.called

    turns = []
    for turn in conversation:
        CLOCK.now, CHOOSE.turn = turn["at"], turn["number"]
        Channel.called = turn["channel"]
        channel = Channel()
        await _take(agent, sender, turn, channel)
        tracker = await agent.tracker_store.retrieve_full_tracker(sender)
        # The store keeps the newest session only, so events cannot be counted.
        events = [event for event in tracker.events if event.timestamp > turn["at"]]
        turns.append(_observed(tracker, events, channel.messages))
    return turns


async def _take(agent: Any, sender: str, turn: dict[str, Any], channel: Any) -> None:
    """Do what a turn says, as Rasa's channels and its HTTP API do."""
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.events import Event

    processor = agent.processor
    if "events" in turn:
        events = [Event.from_parameters(dict(event)) for event in turn["events"]]
        tracker = await processor.fetch_tracker_with_initial_session(sender, channel)
        tracker.update_with_events(events, agent.domain)
        await processor.execute_side_effects(events, tracker, channel)
        await agent.tracker_store.save(tracker)
    elif "trigger" in turn:
        tracker = await processor.fetch_tracker_and_update_session(sender, channel)
        await processor.trigger_external_user_uttered(turn["trigger"], turn["entities"], tracker, channel)
    else:
        said = {"parse_data": turn.get("parse"), "metadata": turn.get("metadata")}
        message = UserMessage(turn["text"], channel, sender, input_channel=turn["channel"], **said)
        await agent.handle_message(message)


def _observed(tracker: Any, events: list[Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    from tests.rasa.observation import observe, plain

    for message in messages:
        message.pop("recipient_id", None)
    observed: dict[str, Any] = plain(
        observe(
            events=[event.as_dict() for event in events],
            replies=messages,
            slots=tracker.current_slot_values(),
            loop=tracker.active_loop_name,
            paused=tracker.is_paused(),
            action=tracker.latest_action_name,
            followup=tracker.followup_action,
        )
    )
    return observed


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what Rasa prints is no answer
    sys.path.insert(0, str(REPOSITORY))
    warnings.filterwarnings("ignore")
    os.environ.update(  # noqa: TID251 - Rasa's own
        RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3"
    )
    import numpy as np
    import structlog
    from rasa.core.agent import Agent

    from tests.rasa.rasa_hurried import hurry

    del Agent  # imported now: it takes long

    logging.disable(logging.ERROR)
    # What fails is part of the game, and writing down how takes longer than the turn.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    hurry()
    time.time = CLOCK
    np.random.choice = CHOOSE  # type: ignore[assignment]  # it is only ever called
    projects = Projects()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(projects, request["do"])(request)
        except SystemExit as refusal:
            answer = {"refused": f"it exits with {refusal.code}"}
        except Exception as error:  # noqa: BLE001 - whatever Rasa raises is an answer
            answer = {"refused": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
