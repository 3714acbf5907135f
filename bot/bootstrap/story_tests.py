"""`visavis test`: the project's test stories, played against a model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.bootstrap.commands import find_archive
from bot.bootstrap.examples import naming_model
from bot.bootstrap.parsing import Parser
from bot.bootstrap.project import open_project
from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.events import UserUttered
from bot.dialogue.intent_message import parse_intent_message
from bot.dialogue.story_run import run_story
from bot.dialogue.training import expand_stories
from bot.errors import ModelMissing
from bot.nlu.archive import DIALOGUE_FOLDER, read_archive
from bot.nlu.parse_json import render_parse
from bot.rasa_format.project import load_dialogue
from bot.rasa_format.story_tests import read_story_tests
from bot.settings import get_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from bot.dialogue.dialogue import Dialogue
    from bot.dialogue.story_run import StoryRun
    from bot.dialogue.training import Training
    from bot.domain.json import JsonObject
    from bot.nlu.archive import Archive
    from bot.rasa_format.story_tests import StoryFile
    from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedStory:
    """A story's result, and the file it stands in."""

    path: str
    run: StoryRun


def run_story_tests(settings: Settings, path: Path | None, *, model: Path | None) -> tuple[PlayedStory, ...]:
    """Play the stories in `path` (None: the project's) by a model (None: the one in service, or the newest).

    Where no story has a text to be understood, a project that was never trained can be tested, too. Raises
    `ProjectError`, `ModelError`.
    """
    files = read_story_tests(settings.project, path, get_environment())
    archive = _open_archive(settings, model)
    if isinstance(archive, ModelMissing):
        dialogue = compile_dialogue(open_project(settings).dialogue)
    else:
        dialogue = compile_dialogue(load_dialogue(archive.get_folder(DIALOGUE_FOLDER)))
    return play_files(files, dialogue, partial(_parse, dialogue=dialogue, archive=archive, settings=settings))


def play_files(
    files: Iterable[StoryFile], dialogue: Dialogue, parse: Callable[[list[str]], Mapping[str, JsonObject]]
) -> tuple[PlayedStory, ...]:
    """Play the stories of files; `parse` returns Rasa's parse result of each text."""
    stories = [
        (file.path, story) for file in files for story in expand_stories(file.stories, dialogue.catalogue)
    ]
    parsed = parse(_texts(story for _, story in stories))
    return tuple(PlayedStory(path=path, run=run_story(dialogue, story, parsed)) for path, story in stories)


def _open_archive(settings: Settings, model: Path | None) -> Archive | ModelMissing:
    """Return the model, or why there is none; one that is named must be there."""
    if model is not None:
        with naming_model(model):
            return read_archive(model)
    try:
        return read_archive(asyncio.run(find_archive(settings)))
    except ModelMissing as error:
        return error


def _texts(stories: Iterable[Training]) -> list[str]:
    """Return the texts of the stories, each once."""
    events = (event for story in stories for event in story.tracker.log)
    return list(
        dict.fromkeys(event.text for event in events if isinstance(event, UserUttered) and event.text)
    )


def _parse(
    texts: list[str], *, dialogue: Dialogue, archive: Archive | ModelMissing, settings: Settings
) -> dict[str, JsonObject]:
    """Understand each text: `/intent` as in a conversation, all else by the model."""
    pressed = {text: parse_intent_message(text, dialogue.catalogue) for text in texts}
    read = {text: understanding for text, understanding in pressed.items() if understanding is not None}
    others = [text for text in texts if text not in read]
    if others:
        if isinstance(archive, ModelMissing):
            raise archive
        read |= zip(others, Parser(archive, root=settings.project).parse(others), strict=True)
    return {text: render_parse(understanding) for text, understanding in read.items()}
