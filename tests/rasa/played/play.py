"""Lets real Rasa 3.6 play test stories: run by the Python of its environment.

`python play.py PROJECT STORIES` trains the project in the folder (a copy: Rasa writes into it) and writes, as
one JSON object, what it predicted in each story, what it understood of each text, and its report on them.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any


def _train(project: Path) -> str:
    from rasa import train

    domain, config, data = (str(project / name) for name in ("domain.yml", "config.yml", "data"))
    out = tempfile.mkdtemp(dir=project)
    return str(train(domain=domain, config=config, training_files=[data], output=out).model)


async def _play(model: str, stories: str) -> dict[str, Any]:
    from rasa.core.agent import Agent
    from rasa.core.test import _create_data_generator, _predict_tracker_actions
    from rasa.shared.core.events import UserUttered

    agent = Agent.load(model)
    trackers = _create_data_generator(stories, agent, use_conversation_test_files=True)
    played, texts = [], {}
    for tracker in trackers.generate_story_trackers():
        store, after, actions, _ = await _predict_tracker_actions(tracker, agent, use_e2e=True)
        played.append(
            {
                "name": tracker.sender_id,
                "passed": not store.check_prediction_target_mismatch(),
                "actions": [[each["action"], each["predicted"]] for each in actions],
                "intents": [
                    list(pair) for pair in zip(store.intent_targets, store.intent_predictions, strict=True)
                ],
            }
        )
        for event in after.events:
            if isinstance(event, UserUttered) and event.text:
                texts[event.text] = await agent.parse_message(event.text)
    return {"stories": played, "texts": texts}


async def _report(model: str, stories: str) -> Any:
    """Return the report that `rasa test` writes."""
    from rasa.model_testing import test_core

    with tempfile.TemporaryDirectory() as folder:
        await test_core(
            model=model,
            stories=stories,
            output=folder,
            additional_arguments={"disable_plotting": True},
            use_conversation_test_files=True,
        )
        return json.loads((Path(folder) / "story_report.json").read_text())


def main() -> None:
    """Train and play."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stdout(io.StringIO()):
        model = _train(Path(sys.argv[1]))
        result = asyncio.run(_play(model, sys.argv[2]))
        result["report"] = asyncio.run(_report(model, sys.argv[2]))
    print(json.dumps(result, default=str))


if __name__ == "__main__":
    main()
