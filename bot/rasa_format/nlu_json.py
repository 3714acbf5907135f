"""`rasa_nlu_data` of Rasa's old JSON files → examples, word lists and synonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.example import Example, Source, WordPattern
from bot.domain.understanding import Entity
from bot.rasa_format.json_reader import NLU_JSON_KEY
from bot.rasa_format.nodes import ListNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.rasa_format.fields import Reader
    from bot.rasa_format.nodes import MapNode, Node

    Synonym = tuple[str, str, Source]

_NOWHERE = Source(path="", line=0)


class NluJson:
    """Reads one file. Each part yields what it finds; what is wrong with it is a problem."""

    def __init__(self, document: MapNode, reader: Reader) -> None:
        """Look into `document`; one without `rasa_nlu_data` holds nothing."""
        self._reader = reader
        self._data = reader.map(document.get(NLU_JSON_KEY), f"`{NLU_JSON_KEY}`")

    def examples(self) -> Iterator[Example]:
        """Yield the examples that have an intent; Rasa's intent classifiers pass over the others."""
        for item in (*self._maps("common_examples"), *self._maps("intent_examples")):
            text = self._reader.text(item.get("text"), "`text` of an example")
            intent = self._reader.text(item.get("intent"), "`intent` of an example")
            if text is None and item.get("text") is None:
                self._reader.warn(item.source, 'This example has no `"text"`, so it is left out.')
            if text is not None and intent is not None:
                entities = tuple(self._entities(item.get("entities"), text))
                yield Example(text=text, intent=intent, entities=entities, source=item.source)

    def synonyms(self) -> Iterator[Synonym]:
        """Yield (text, canonical value, place)."""
        for item in self._maps("entity_synonyms"):
            value = self._reader.text(item.get("value"), "`value` of a synonym")
            for text in self._reader.texts(item.get("synonyms"), "`synonyms`"):
                if value is not None:
                    yield text, value, item.source
        for example in self.examples():
            for entity in example.entities:
                written = example.text[entity.start : entity.end]
                if written != entity.value:
                    yield written, str(entity.value), example.source or _NOWHERE

    def regexes(self) -> Iterator[WordPattern]:
        """Yield the regular expressions."""
        for item in self._maps("regex_features"):
            name = self._reader.text(item.get("name"), "`name` of a regex")
            pattern = self._reader.text(item.get("pattern"), "`pattern` of a regex")
            if name is not None and pattern is not None:
                yield WordPattern(name=name, patterns=(pattern,), source=item.source)

    def lookups(self) -> Iterator[WordPattern]:
        """Yield the lookup tables whose elements stand in the file."""
        for item in self._maps("lookup_tables"):
            name = self._reader.text(item.get("name"), "`name` of a lookup table")
            elements = item.get("elements")
            if isinstance(elements, ScalarNode):
                text = f"The words of lookup `{elements.value}` stand in a file. Write them into `elements`."
                self._reader.error(item.source, text)
            elif name is not None:
                words = self._reader.texts(elements, "`elements` of a lookup table")
                yield WordPattern(name=name, patterns=words, source=item.source)

    def _maps(self, key: str) -> Iterator[MapNode]:
        node = self._data.get(key) if self._data else None
        for item in self._reader.items(node, f"`{key}`"):
            found = self._reader.map(item, f"an item of `{key}`")
            if found is not None:
                yield found

    def _entities(self, node: Node | None, text: str) -> Iterator[Entity]:
        for item in node.items if isinstance(node, ListNode) else ():
            body = self._reader.map(item, "an entity")
            if body is None:
                continue
            name = self._reader.text(body.get("entity"), "`entity`")
            start = self._reader.whole_number(body.get("start"), "`start`")
            end = self._reader.whole_number(body.get("end"), "`end`")
            if name is None or start is None or end is None or not 0 <= start < end <= len(text):
                problem = f'An entity of "{text}" should say `entity`, `start` and `end` within the text.'
                self._reader.error(body.source, problem)
                continue
            value = body.get("value")
            yield Entity(
                entity=name,
                value=text[start:end] if value is None else value.plain,
                start=start,
                end=end,
                role=self._reader.text(body.get("role"), "`role`"),
                group=self._reader.text(body.get("group"), "`group`"),
            )
