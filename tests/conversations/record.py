"""Record what real Rasa does in the projects under `recordings/`. Needs Rasa 3.6.21's own environment.

    python -m rasa train --data nlu_data --skip-validation      (in a copy of the project's folder)
    python -m tests.conversations.record COPY recordings/NAME/conversations.json

Reads the texts of the conversations from that file and writes what Rasa answered back into it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, ClassVar

from tests.conversations.recorded_actions import make_actions
from tests.conversations.recording import sketch


class InProcess:
    """Stands where Rasa's action server would: same requests, same answers, no network."""

    url = "in process"
    kwargs: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        from rasa_sdk.executor import ActionExecutor

        self._executor = ActionExecutor()
        for action in make_actions().values():
            self._executor.register_action(action)

    async def request(self, *, json: dict[str, Any], **_: Any) -> Any:
        from rasa.utils.endpoints import ClientResponseError
        from rasa_sdk.interfaces import ActionExecutionRejection

        try:
            return _plain(await self._executor.run(_plain(json)))
        except ActionExecutionRejection as refusal:
            body = {"error": str(refusal), "action_name": refusal.action_name}
            raise ClientResponseError(400, "refused", _written(body)) from refusal


async def record(project: Path, conversations: list[list[str]]) -> list[list[dict[str, Any]]]:
    """Have the conversations with the newest model in `project`."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import (
        CollectingOutputChannel,
        UserMessage,
    )

    agent = Agent.load(str(project / "models"))
    agent.processor.action_endpoint = InProcess()
    recorded = []
    for number, texts in enumerate(conversations):
        turns, seen = [], 0.0
        for text in texts:
            channel = CollectingOutputChannel()
            await agent.handle_message(UserMessage(text, channel, str(number)))
            tracker = await agent.tracker_store.retrieve_full_tracker(str(number))
            events = [event.as_dict() for event in tracker.events if event.timestamp > seen]
            seen = max(event.timestamp for event in tracker.events)
            for reply in channel.messages:
                del reply["recipient_id"]
            turns.append(
                {"text": text, "replies": channel.messages, "events": [sketch(each) for each in events]}
            )
        recorded.append(turns)
    return recorded


def _plain(value: Any) -> Any:
    return json.loads(_written(value))


def _written(value: Any) -> str:
    return json.dumps(value)


def main() -> None:
    project, place = Path(sys.argv[1]), Path(sys.argv[2])
    texts = [[turn["text"] for turn in turns] for turns in json.loads(place.read_text())]
    recorded = asyncio.run(record(project, texts))
    lines = ["[\n" + ",\n".join(json.dumps(turn) for turn in turns) + "\n]" for turns in recorded]
    place.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
