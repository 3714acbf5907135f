"""`triage:` of training files → posts labelled for triage. The key is ours: Rasa passes over such a file.

    triage:
    - sector: airlines
      complaint: true
      urgent: true
      mood: angry
      examples: |
        - @SkyFerry 3 hrs on the tarmac, no water. what is going ON

Posts that come with Visavis (`triage.yml` beside this file) are taught to every project; a project's own
are added to them, and its label counts where it holds the same post.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.domain.triage_example import Mood, TriageExample
from bot.rasa_format.fields import Reader
from bot.rasa_format.nodes import MapNode, Node, ScalarNode
from bot.rasa_format.problem import Problems, did_you_mean
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEY = "triage"
OWN_SECTOR = "brand"
"""Where posts of a project's own customers belong: together they are left out when transfer is measured."""
SHIPPED = Path(__file__).with_name("triage.yml")
_KEYS = ("sector", "complaint", "urgent", "mood", "examples")
_MOODS = {mood.value: mood for mood in Mood}
_NOWHERE = Source(path="", line=0)


def read_triage(documents: Iterable[MapNode], reader: Reader) -> tuple[TriageExample, ...]:
    """Read the `triage:` list of each file, in order. A post labelled in two ways is a contradiction."""
    examples = tuple(
        example
        for document in documents
        for item in reader.items(document.get(KEY), f"`{KEY}`")
        for example in _read_group(item, reader)
    )
    _report_contradictions(examples, reader)
    return examples


def add_shipped(own: Iterable[TriageExample]) -> tuple[TriageExample, ...]:
    """Return the posts that come with Visavis and a project's own; where both hold one, the project's."""
    return tuple({fold_post(example.text): example for example in (*read_shipped(), *own)}.values())


@cache
def read_shipped() -> tuple[TriageExample, ...]:
    """Return the posts that come with Visavis. Raises `ProjectError` where their file was damaged."""
    problems = Problems()
    examples = read_triage([read_yaml_file(SHIPPED, path=SHIPPED.name)], Reader(problems))
    problems.raise_first_error()
    return examples


def _read_group(item: Node, reader: Reader) -> Iterator[TriageExample]:
    group = reader.map(item, f"an item of `{KEY}`")
    if group is None:
        return
    reader.check_keys(group, _KEYS, f"an item of `{KEY}`")
    missing = [key for key in _KEYS if group.get(key) is None]
    if missing:
        reader.error(group.source, f"This item of `{KEY}` does not say `{'`, `'.join(missing)}`.")
        return
    sector = reader.text(group.get("sector"), "`sector`")
    mood = _read_mood(group.get("mood"), reader)
    complaint = reader.flag(group.get("complaint"), "`complaint`", default=False)
    urgent = reader.flag(group.get("urgent"), "`urgent`", default=False)
    if sector is None or mood is None:
        return
    for source, text in _read_posts(group.get("examples"), reader):
        yield TriageExample(
            text=text, sector=sector.strip(), complaint=complaint, urgent=urgent, mood=mood, source=source
        )


def _read_mood(node: Node | None, reader: Reader) -> Mood | None:
    written = reader.text(node, "`mood`")
    if written is None or node is None:
        return None
    mood = _MOODS.get(written.strip())
    if mood is None:
        hint = did_you_mean(written, _MOODS) or f" Write one of {', '.join(_MOODS)}."
        reader.error(node.source, f"`{written}` is no mood.{hint}")
    return mood


def _read_posts(node: Node | None, reader: Reader) -> Iterator[tuple[Source, str]]:
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        if node is not None:
            reader.error(
                node.source, f"The `examples` of `{KEY}` should be a text block. Write `examples: |`."
            )
        return
    for line, written in node.lines():
        source = Source(path=node.source.path, line=line)
        text = written.strip().removeprefix("-").strip()
        if not written.strip():
            continue
        if not written.lstrip().startswith("-"):
            reader.warn(source, "This post is skipped, because its line does not begin with `-`.")
        elif not text:
            reader.warn(source, "This post is empty. Write a text, or delete the line.")
        else:
            yield source, text


def _report_contradictions(examples: Iterable[TriageExample], reader: Reader) -> None:
    by_text: dict[str, list[TriageExample]] = defaultdict(list)
    for example in examples:
        by_text[fold_post(example.text)].append(example)
    for first, *others in by_text.values():
        for other in others:
            where = first.source or _NOWHERE
            if labels_of(other) == labels_of(first):
                text = f'"{other.text}" stands twice, first in {where.path}:{where.line}. Delete one of them.'
                reader.warn(other.source or _NOWHERE, text)
            else:
                text = f'"{other.text}" is labelled otherwise in {where.path}:{where.line}. Keep one of them.'
                reader.problems.contradict(other.source or _NOWHERE, text)


def labels_of(example: TriageExample) -> tuple[bool, bool, Mood]:
    """Return what a post is labelled as."""
    return example.complaint, example.urgent, example.mood


def fold_post(text: str) -> str:
    """Return what of a post counts: case and spacing do not matter."""
    return " ".join(text.casefold().split())
