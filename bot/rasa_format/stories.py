"""`rules:` and `stories:` of training files → `RuleSpec` and `StorySpec`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.spec import RuleSpec, StepType, StorySpec
from bot.rasa_format.problem import did_you_mean
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
            reader.error(
                body.source,
                f"This {title} has no name. Begin it with `{title}:`.{did_you_mean(written, (title,))}",
            )
            continue
        source = body.entries[title].source
        name = reader.text(body.get(title), f"the name of a {title}")
        if name is None:
            if body.get(title) is None:
                reader.error(source, f"This {title} has no name. Write it behind `{title}:`.")
        elif body.get("steps") is None:
            reader.error(source, f"The {title} `{name}` has no steps. Add `steps:`.")
        else:
            yield name, body


def _read_rule(name: str, body: MapNode, reader: Reader) -> RuleSpec:
    reader.check_keys(body, _RULE_KEYS, f"rule `{name}`")
    steps = StepReader(reader, f"rule `{name}`")
    condition = steps.read(body.get("condition"), "condition")
    for step in condition:
        if step.type not in (StepType.SLOT, StepType.LOOP):
            source = step.source or body.source
            reader.error(
                source, f"A condition of rule `{name}` may be `slot_was_set:` or `active_loop:` only."
            )
    return RuleSpec(
        name=name,
        steps=steps.read(body.get("steps"), "steps"),
        condition=condition,
        conversation_start=_flag("conversation_start", body, reader, default=False),
        wait_for_user_input=_flag("wait_for_user_input", body, reader, default=True),
        source=_source(body, "rule"),
    )


def _read_story(name: str, body: MapNode, reader: Reader) -> StorySpec:
    reader.check_keys(body, _STORY_KEYS, f"story `{name}`")
    steps = StepReader(reader, f"story `{name}`").read(body.get("steps"), "steps")
    return StorySpec(name=name, steps=steps, source=_source(body, "story"))


def _flag(key: str, body: MapNode, reader: Reader, *, default: bool) -> bool:
    return reader.flag(body.get(key), f"`{key}`", default=default)


def _source(body: MapNode, title: str) -> Source:
    return body.entries[title].source
