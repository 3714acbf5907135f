"""What a terminal sees of played test stories, and the same as JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import typer

from bot.cli.files import write_file, write_json_file
from bot.cli.story_report import report_stories
from bot.dialogue.events import ActionExecuted, SlotSet
from bot.dialogue.story_run import ActionStep, GivenStep, MessageStep, is_listening

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bot.bootstrap.story_tests import PlayedStory
    from bot.dialogue.story_run import Found, StoryStep
    from bot.domain.json import Json, JsonObject

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*(?: [\w./-]+)*")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off")
_CONVERSATIONS, _ACTIONS, _INTENTS, _ENTITIES = "conversations", "actions", "intents", "entities"


def show_failures(played: Sequence[PlayedStory]) -> None:
    """Print the stories that failed, as a file of stories."""
    lines = _render_failures(played)
    if lines:
        typer.echo("\n".join(lines))


def write_results(played: Sequence[PlayedStory], folder: Path) -> None:
    """Write the files that `rasa test` writes of stories, called as there. Raises `SettingsError`."""
    lines = _render_failures(played) or ["# None of the test stories failed."]
    write_file(folder / "failed_test_stories.yml", "\n".join([*lines, ""]))
    write_json_file(folder / "story_report.json", report_stories(played))


def _render_failures(played: Sequence[PlayedStory]) -> list[str]:
    failed = [story for story in played if not story.run.passed]
    head = ['version: "3.1"', "stories:"] if failed else []
    return [*head, *(line for story in failed for line in _render_story(story))]


def show_figures(played: Sequence[PlayedStory]) -> None:
    """Print how many were right of what."""
    for name, (right, total) in _figures(played).items():
        if total:
            typer.echo(f"{name.capitalize() + ':':<15}{right} of {total} right ({right / total:.3f})")


def write_json(played: Sequence[PlayedStory], path: Path) -> None:
    """Write all stories and figures to a file. Raises `SettingsError`."""
    figures: JsonObject = {
        name: {"right": right, "total": total, "accuracy": right / total if total else None}
        for name, (right, total) in _figures(played).items()
    }
    write_json_file(path, {**figures, "stories": [_story_json(story) for story in played]})


def _figures(played: Sequence[PlayedStory]) -> dict[str, tuple[int, int]]:
    """Return (right, all) by kind. Entities are counted one by one, those found too much as wrong ones."""
    steps = [step for story in played for step in story.run.steps]
    actions = [step.right for step in steps if isinstance(step, ActionStep)]
    messages = [step for step in steps if isinstance(step, MessageStep)]
    intents = [step.intent == step.predicted for step in messages if step.text]
    both = sum(len(step.entities & step.found) for step in messages if step.text)
    either = sum(len(step.entities | step.found) for step in messages if step.text)
    return {
        _CONVERSATIONS: (sum(story.run.passed for story in played), len(played)),
        _ACTIONS: (sum(actions), len(actions)),
        _INTENTS: (sum(intents), len(intents)),
        _ENTITIES: (both, either),
    }


def _name(story: PlayedStory) -> str:
    return " > ".join(story.run.names)


def _render_story(story: PlayedStory) -> Iterator[str]:
    yield f"- story: {_scalar(_name(story))}  # {story.path}"
    yield "  steps:"
    for step in story.run.steps:
        if not is_listening(step):
            yield from _render_step(step)


def _render_step(step: StoryStep) -> Iterator[str]:
    if isinstance(step, ActionStep):
        key = "bot" if step.is_text else "action"
        yield f"  - {key}: {_scalar(step.expected)}{'' if step.right else f'  # predicted: {step.predicted}'}"
    elif isinstance(step, GivenStep):
        yield from _render_given(step)
    else:
        yield from _render_message(step)


def _render_given(step: GivenStep) -> Iterator[str]:
    if isinstance(step.event, SlotSet):
        yield "  - slot_was_set:"
        yield f"    - {_scalar(step.event.name)}: {_scalar(step.event.value)}"
    elif isinstance(step.event, ActionExecuted):
        yield f"  - action: {_scalar(step.event.name or step.event.text)}"
    else:
        yield f"  - active_loop: {_scalar(step.event.name)}"


def _render_message(step: MessageStep) -> Iterator[str]:
    wrong = "" if step.intent == step.predicted else f"  # predicted: {step.predicted}"
    lead = "  - "
    if step.intent is not None:
        yield f"{lead}intent: {_scalar(step.intent)}{wrong}"
        lead = "    "
    if step.text is not None:
        same = step.entities == step.found
        found = "" if same else f"  # predicted: {_annotate(step.text, step.found)}"
        yield f"{lead}user: {_scalar(_annotate(step.text, step.entities))}{found}"


def _annotate(text: str, entities: Iterable[Found]) -> str:
    """Return a text with its entities marked as in the files."""
    written: list[str] = []
    position = 0
    for start, end, name, value in sorted(entities, key=str):
        if isinstance(start, int) and isinstance(end, int) and position <= start < end:
            words = text[start:end]
            mark = f"({name})" if value == words else f"({name}:{value})"
            written += (text[position:start], f"[{words}]{mark}")
            position = end
    return "".join((*written, text[position:])).replace("\n", " ")


def _scalar(value: Json) -> str:
    """Write a value as YAML on one line; JSON is YAML, too."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _story_json(story: PlayedStory) -> JsonObject:
    steps: list[Json] = [_step_json(step) for step in story.run.steps]
    return {"story": _name(story), "path": story.path, "passed": story.run.passed, "steps": steps}


def _step_json(step: StoryStep) -> JsonObject:
    if isinstance(step, ActionStep):
        return {
            "action": step.expected,
            "predicted": step.predicted,
            "policy": step.policy or None,
            "confidence": step.confidence,
        }
    if isinstance(step, MessageStep):
        return {
            "text": step.text,
            "intent": step.intent,
            "predicted": step.predicted,
            "entities": _entities_json(step.entities),
            "predicted_entities": _entities_json(step.found),
        }
    if isinstance(step.event, SlotSet):
        return {"slot": step.event.name, "value": step.event.value}
    if isinstance(step.event, ActionExecuted):
        return {"action": step.event.name or step.event.text}
    return {"active_loop": step.event.name}


def _entities_json(entities: Iterable[Found]) -> list[Json]:
    return [
        {"start": start, "end": end, "entity": name, "value": value}
        for start, end, name, value in sorted(entities, key=str)
    ]
