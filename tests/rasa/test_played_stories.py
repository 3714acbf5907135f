"""Test stories, played by `rasa test` and by `visavis test`: the same is found to be wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap.story_tests import PlayedStory, play_files
from bot.cli.story_report import report_stories
from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.story_run import ActionStep, MessageStep
from bot.rasa_format.project import load_project
from bot.rasa_format.story_tests import read_story_tests
from tests.rasa.oracle import run_script

HERE = Path(__file__).parent
STORIES = HERE / "played" / "test_laundry.yml"


@pytest.fixture(scope="module")
def rasas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What real Rasa predicted and understood."""
    project = tmp_path_factory.mktemp("played") / "project"
    shutil.copytree(HERE / "broken" / "project", project)
    played: dict[str, Any] = run_script(HERE / "played" / "play.py", project, STORIES, home=project)[-1]
    return played


@pytest.fixture(scope="module")
def played(rasas: dict[str, Any]) -> tuple[PlayedStory, ...]:
    """What the native engine predicts where texts are understood as in Rasa."""
    project = load_project(HERE / "broken" / "project", {})
    files = read_story_tests(project.root, STORIES, {})

    def parse(texts: list[str]) -> dict[str, Any]:
        return {text: rasas["texts"][text] for text in texts}

    return play_files(files, compile_dialogue(project.dialogue), parse)


def test_the_same_is_wrong(rasas: dict[str, Any], played: tuple[PlayedStory, ...]) -> None:
    ours = [_describe(story) for story in played]

    theirs = [
        {key: story[key] for key in ("name", "passed", "actions", "intents")} for story in rasas["stories"]
    ]
    assert sorted(ours, key=json.dumps) == sorted(theirs, key=json.dumps)


def test_the_report_says_the_same(rasas: dict[str, Any], played: tuple[PlayedStory, ...]) -> None:
    ours, theirs = (_flatten(report) for report in (report_stories(played), rasas["report"]))
    assert ours == pytest.approx(theirs)


def _flatten(report: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a report by the names that lead to them."""
    return {
        f"{name} {key}": value
        for name, part in report.items()
        for key, value in (part if isinstance(part, Mapping) else {"": part}).items()
    }


def _describe(story: PlayedStory) -> dict[str, Any]:
    steps = story.run.steps
    return {
        "name": " > ".join(story.run.names),
        "passed": story.run.passed,
        "actions": [[step.expected, step.predicted] for step in steps if isinstance(step, ActionStep)],
        "intents": [[step.intent, step.predicted] for step in steps if isinstance(step, MessageStep)],
    }
