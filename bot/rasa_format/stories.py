"""`rules:` and `stories:` of training files → `RuleSpec` and `StorySpec`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.spec import RuleSpec, StepType, StorySpec
from bot.rasa_format.problem import Severity, did_you_mean
from bot.rasa_format.steps import StepReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.domain.example import Source
    from bot.rasa_format.fields import Reader
    from bot.rasa_format.nodes import MapNode

_RULE_KEYS = ("rule", "condition", "conversation_start", "wait_for_user_input", "metadata", "steps")
_STORY_KEYS = ("story", "metadata", "steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The rules and stories of one or more files, in order."""

    rules: tuple[RuleSpec, ...] = ()
    stories: tuple[StorySpec, ...] = ()


def read_paths(documents: Iterable[MapNode], reader: Reader) -> Paths:
    """Read the rules and stories of each file."""
    rules: list[RuleSpec] = []
    stories: list[StorySpec] = []
    for document in documents:
        rules += (_read_rule(*named, reader) for named in _blocks(document, "rule", "rules", reader))
        stories += (_read_story(*named, reader) for named in _blocks(document, "story", "stories", reader))
    return Paths(rules=tuple(rules), stories=tuple(stories))


def _blocks(document: MapNode, title: str, key: str, reader: Reader) -> Iterator[tuple[str, MapNode]]:
    for item in reader.items(document.get(key), f"`{key}`"):
        body = reader.map(item, f"an item of `{key}`")
        if body is None:
            continue
        if title not in body.entries:
            written = next(iter(body.entries), "")
            keys = _RULE_KEYS if title == "rule" else _STORY_KEYS
            reader.check_keys(body, keys, f"an item of `{key}`", severity=Severity.ERROR)
            reader.warn(
                body.source,
                f"This is no {title}, so it is left out. Begin it with `{title}:`."
                f"{did_you_mean(written, (title,))}",
            )
            continue
        source = body.entries[title].source
        name = reader.text(body.get(title), f"the name of a {title}")
        if name is None:
            if body.get(title) is None:
                reader.warn(source, f"This {title} has no name. Write it behind `{title}:`.")
                if body.get("steps") is not None:
                    yield "", body
        elif body.get("steps") is None:
            reader.warn(source, f"The {title} `{name}` has no steps, so it is left out. Add `steps:`.")
        else:
            yield name, body


def _read_rule(name: str, body: MapNode, reader: Reader) -> RuleSpec:
    reader.check_keys(body, _RULE_KEYS, f"rule `{name}`", severity=Severity.ERROR)
    steps = StepReader(reader, f"rule `{name}`")
    condition = steps.read(body.get("condition"), "condition")
    for step in condition:
        if step.type not in (StepType.SLOT, StepType.LOOP):
            source = step.source or body.source
            reader.error(
                source, f"A condition of rule `{name}` may be `slot_was_set:` or `active_loop:` only."
            )
    found = steps.read(body.get("steps"), "steps")
    for step in found:
        if step.type in (StepType.CHECKPOINT, StepType.BOT_TEXT):
            text = f"A rule has no `{step.type}:` steps. Make `{name}` a story."
            reader.error(step.source or body.source, text)
    return RuleSpec(
        name=name,
        steps=found,
        condition=condition,
        conversation_start=_flag("conversation_start", body, reader, default=False),
        wait_for_user_input=_flag("wait_for_user_input", body, reader, default=True),
        source=_source(body, "rule"),
    )


def read_test_stories(documents: Iterable[MapNode], reader: Reader) -> tuple[StorySpec, ...]:
    """Read the stories of test files, where intents may have keys."""
    return tuple(
        _read_story(*named, reader, keys=True)
        for document in documents
        for named in _blocks(document, "story", "stories", reader)
    )


def _read_story(name: str, body: MapNode, reader: Reader, *, keys: bool = False) -> StorySpec:
    reader.check_keys(body, _STORY_KEYS, f"story `{name}`", severity=Severity.ERROR)
    steps = StepReader(reader, f"story `{name}`", keys=keys).read(body.get("steps"), "steps")
    return StorySpec(name=name, steps=steps, source=_source(body, "story"))


def _flag(key: str, body: MapNode, reader: Reader, *, default: bool) -> bool:
    return reader.flag(body.get(key), f"`{key}`", default=default)


def _source(body: MapNode, title: str) -> Source:
    return body.entries[title].source
