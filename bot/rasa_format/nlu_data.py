"""`nlu:` of training files → examples, word lists and synonyms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.domain.example import Example, Source, TrainingData, WordPattern
from bot.rasa_format.annotations import AnnotatedText, BadAnnotation, parse_annotations
from bot.rasa_format.nlu_json import NluJson
from bot.rasa_format.nodes import ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.problem import Severity
from bot.rasa_format.triage_data import add_shipped, read_triage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.domain.triage_example import TriageExample
    from bot.rasa_format.fields import Reader

KINDS = ("intent", "synonym", "regex", "lookup")
_KEYS = {"intent": ("intent", "examples", "metadata")}
_STRIPPED = "\n\r "  # Rasa's own set: tabs and other blanks belong to the text


@dataclass(frozen=True, slots=True, kw_only=True)
class NluContent:
    """The `nlu:` and `triage:` of one or more files, as written; `synonyms` are (text, canonical value).

    `unfilled` are the intents (name, place) of blocks that have no examples.
    """

    examples: tuple[Example, ...] = ()
    unfilled: tuple[tuple[str, Source], ...] = ()
    regexes: tuple[WordPattern, ...] = ()
    lookups: tuple[WordPattern, ...] = ()
    synonyms: tuple[tuple[str, str, Source], ...] = ()
    triage: tuple[TriageExample, ...] = ()


@dataclass(slots=True)
class _Draft:
    examples: list[Example] = field(default_factory=list)
    unfilled: list[tuple[str, Source]] = field(default_factory=list)
    regexes: list[WordPattern] = field(default_factory=list)
    lookups: list[WordPattern] = field(default_factory=list)
    synonyms: list[tuple[str, str, Source]] = field(default_factory=list)


def read_nlu(documents: Iterable[MapNode], reader: Reader) -> NluContent:
    """Read the `nlu:` and `triage:` lists of each file, in order."""
    draft = _Draft()
    documents = tuple(documents)
    for document in documents:
        for item in reader.items(document.get("nlu"), "`nlu`"):
            block = reader.map(item, "an item of `nlu`")
            if block is not None:
                _read_block(block, reader, draft)
        _read_json(NluJson(document, reader), draft)
    return NluContent(
        examples=tuple(draft.examples),
        unfilled=tuple(draft.unfilled),
        regexes=tuple(draft.regexes),
        lookups=tuple(draft.lookups),
        synonyms=tuple(draft.synonyms),
        triage=read_triage(documents, reader),
    )


def _read_json(old: NluJson, draft: _Draft) -> None:
    draft.examples += old.examples()
    draft.synonyms += old.synonyms()
    draft.regexes += old.regexes()
    draft.lookups += old.lookups()


def build_training_data(content: NluContent) -> TrainingData:
    """Drop repeated examples and resolve the synonyms, as Rasa does before training.

    The posts for triage that come with Visavis are added.
    """
    unique: dict[object, Example] = {}
    for example in content.examples:
        unique.setdefault((example.text, example.intent, example.entities), example)
    return TrainingData(
        examples=tuple(unique.values()),
        regexes=content.regexes,
        lookups=content.lookups,
        synonyms=resolve_synonyms(content),
        synonym_sources={text.lower(): source for text, _, source in content.synonyms},
        triage=add_shipped(content.triage),
    )


def resolve_synonyms(content: NluContent) -> dict[str, str]:
    """Return lower-cased text → canonical value, with each canonical value standing for itself."""
    written = {text: canonical for text, canonical, _ in content.synonyms}
    annotated = (
        (example.text[entity.start : entity.end], str(entity.value))
        for example in content.examples
        for entity in example.entities
    )
    synonyms: dict[str, str] = {}
    for text, canonical in (*written.items(), *annotated):
        if text != canonical:
            synonyms[text.lower()] = canonical
        synonyms.setdefault(canonical.lower(), canonical)
    return synonyms


def _read_block(block: MapNode, reader: Reader, draft: _Draft) -> None:
    kind = next((kind for kind in KINDS if kind in block.entries), None)
    if kind is None:
        reader.error(
            block.source,
            "This block says nothing. Begin it with `intent:`, `synonym:`, `regex:` or `lookup:`.",
        )
        return
    known = _KEYS.get(kind, (kind, "examples"))
    reader.check_keys(block, known, f"a block of `{kind}`", severity=Severity.ERROR)
    source = block.entries[kind].source
    if block.get(kind) is None:
        reader.warn(source, f"`{kind}` has no name, so the block is left out. Write it behind the colon.")
        return
    name = (reader.text(block.get(kind), f"the name of `{kind}`") or "").strip()
    if not name:
        return
    if kind == "intent":
        _read_intent(name, block, reader, draft)
    else:
        _read_words(kind, name, block, reader, draft)


def _read_intent(name: str, block: MapNode, reader: Reader, draft: _Draft) -> None:
    source = block.entries["intent"].source
    if name.count("/") > 1:
        reader.error(source, f"`{name}` has more than one `/`. A retrieval intent is `name/key`.")
        return
    found = False
    for line, written in _example_texts(block.get("examples"), f"intent `{name}`", reader):
        found = True
        text = _parse(written, Source(path=source.path, line=line), reader)
        if text is None:
            continue
        place = Source(path=source.path, line=line)
        draft.examples.append(Example(text=text.text, intent=name, entities=text.entities, source=place))
        draft.synonyms += (
            (text.text[entity.start : entity.end], str(entity.value), place)
            for entity in text.entities
            if text.text[entity.start : entity.end] != entity.value
        )
    if not found:
        draft.unfilled.append((name, source))


def _parse(written: str, source: Source, reader: Reader) -> AnnotatedText | None:
    try:
        return parse_annotations(written)
    except BadAnnotation as error:
        reader.error(source, str(error))
        return None


def _read_words(kind: str, name: str, block: MapNode, reader: Reader, draft: _Draft) -> None:
    source = block.entries[kind].source
    examples = block.get("examples")
    if isinstance(examples, ListNode):
        reader.error(
            examples.source, f"The examples of a `{kind}` should be a text block. Write `examples: |`."
        )
        return
    words = tuple(_example_texts(examples, f"{kind} `{name}`", reader))
    if not words:
        reader.warn(source, f"`{kind}: {name}` has no examples. Add some, or delete the block.")
        return
    texts = tuple(word for _, word in words)
    if kind == "synonym":
        draft.synonyms += ((word, name, Source(path=source.path, line=line)) for line, word in words)
        return
    if kind == "regex":
        draft.regexes.append(WordPattern(name=name, patterns=texts, source=source))
    else:
        _add_lookup(WordPattern(name=name, patterns=texts, source=source), draft.lookups)


def _add_lookup(lookup: WordPattern, lookups: list[WordPattern]) -> None:
    """Lookups of one name in one file are one lookup, as in Rasa: their elements compete for a match."""
    for number, other in enumerate(lookups):
        if other.name == lookup.name and _path(other) == _path(lookup):
            lookups[number] = replace(other, patterns=other.patterns + lookup.patterns)
            return
    lookups.append(lookup)


def _path(pattern: WordPattern) -> str | None:
    return pattern.source.path if pattern.source else None


def _example_texts(node: Node | None, owner: str, reader: Reader) -> Iterator[tuple[int, str]]:
    """Yield (line, text as written) of a `|` block or of a list of `text:` items."""
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _list_example(item, owner, reader)
    elif isinstance(node, ScalarNode) and isinstance(node.value, str):
        for line, written in node.lines():
            yield from _block_example(line, written, node, owner, reader)
    elif node is not None:
        reader.error(node.source, f"The examples of {owner} should be a text block. Write `examples: |`.")


def _list_example(item: Node, owner: str, reader: Reader) -> Iterator[tuple[int, str]]:
    found = reader.map(item, f"an example of {owner} in a list")
    if found is None:
        return
    reader.check_keys(found, ("text", "metadata"), "an example")
    text = reader.text(found.get("text"), "`text`")
    if text is not None:
        yield found.entries["text"].source.line, text.strip(_STRIPPED)
    elif found.get("text") is None:
        reader.warn(found.source, f"This example of {owner} has no `text`, so it is left out.")


def _block_example(
    line: int,
    written: str,
    node: ScalarNode,
    owner: str,
    reader: Reader,
) -> Iterator[tuple[int, str]]:
    source = Source(path=node.source.path, line=line)
    if not written.strip():
        return
    if not written.startswith("-"):
        reader.warn(source, f"This line of {owner} is skipped, because it does not begin with `-`.")
        return
    text = written[1:].strip(_STRIPPED)
    if text:
        yield line, text
    else:
        reader.warn(source, f"This example of {owner} is empty. Write a text, or delete the line.")
