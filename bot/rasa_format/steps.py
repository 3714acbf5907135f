"""The steps of rules and stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.intent_message import pressed_entities
from bot.dialogue.spec import Step, StepType
from bot.domain.example import Source
from bot.rasa_format.annotations import BadAnnotation, parse_annotations
from bot.rasa_format.fields import describe
from bot.rasa_format.nodes import MapNode, Node, ScalarNode
from bot.rasa_format.problem import Severity, did_you_mean

if TYPE_CHECKING:
    from bot.domain.json import Json
    from bot.rasa_format.fields import Reader

    StepEntity = tuple[str, Json, str | None, str | None]
    Span = tuple[int, int]

# The order decides when a step has several of these keys, as in Rasa.
_KEYS = ("intent", "user", "or", "action", "bot", "checkpoint", "slot_was_set", "active_loop", "metadata")
_OLD_KEYS = {"form": "active_loop", "slot": "slot_was_set"}
_WITH = {
    "intent": ("intent", "user", "entities", "metadata"),
    "user": ("user", "entities", "metadata"),
    "checkpoint": ("checkpoint", "slot_was_set"),
}


class StepReader:
    """Reads the steps of one rule or story; `owner` names it in problems: "rule `Greet`".

    `keys`: an intent may be `faq/hours`, as in test stories.
    """

    def __init__(self, reader: Reader, owner: str, *, keys: bool = False) -> None:
        self._reader = reader
        self._owner = owner
        self._keys = keys

    def read(self, node: Node | None, key: str) -> tuple[Step, ...]:
        """Read a list of steps; what cannot be read is a problem and left out."""
        items = self._reader.items(node, f"`{key}` of {self._owner}")
        found = (self._read_step(item) for item in items)
        return tuple(step for step in found if step is not None)

    def _read_step(self, node: Node) -> Step | None:
        if isinstance(node, ScalarNode):
            text = f"A step of {self._owner} is no `key: value`. Write for example `- action: utter_greet`."
            self._reader.error(node.source, text)
            return None
        body = self._reader.map(node, f"a step of {self._owner}")
        if body is None:
            return None
        key = next((key for key in _KEYS if key in body.entries), None)
        if not body.entries:
            self._reader.warn(body.source, f"A step of {self._owner} is empty, and left out. Delete it.")
            return None
        if key is None:
            written = next(iter(body.entries), "")
            hint = _hint(written)
            self._reader.error(body.source, f"`{written}` is no step.{hint}")
            return None
        known = _WITH.get(key, (key,))
        self._reader.check_keys(body, known, f"a step of `{key}`", severity=Severity.ERROR)
        return self._dispatch(key, body)

    def _dispatch(self, key: str, body: MapNode) -> Step | None:
        source = body.entries[key].source
        if key in ("intent", "user"):
            return self._read_user(body, source)
        if key == "or":
            return self._read_or(body, source)
        if key == "checkpoint":
            return self._read_checkpoint(body, source)
        if key == "slot_was_set":
            return self._read_slots(body.get(key), source)
        if key == "active_loop":
            name = self._reader.text(body.get(key), "`active_loop`")
            return Step(type=StepType.LOOP, name=name, source=source)
        return None if key == "metadata" else self._read_named(key, body, source)

    def _read_named(self, key: str, body: MapNode, source: Source) -> Step | None:
        text = self._required(key, body, source)
        if text is None:
            return None
        if key == "bot":
            return Step(type=StepType.BOT_TEXT, text=text, source=source)
        return Step(type=StepType.ACTION, name=text.strip(), source=source)

    def _required(self, key: str, body: MapNode, source: Source) -> str | None:
        if body.get(key) is None:
            text = (
                f"Nothing stands behind `{key}:` in {self._owner}, so the step is left out. Write its name."
            )
            self._reader.warn(source, text)
            return None
        return self._reader.text(body.get(key), f"`{key}`")

    def _read_user(self, body: MapNode, source: Source) -> Step | None:
        text, entities, spans = self._read_message(body)
        if "intent" not in body.entries:
            if text is None:
                return None
            return Step(type=StepType.USER_TEXT, text=text, entities=entities, spans=spans, source=source)
        written = self._required("intent", body, source)
        if written is None:
            return None
        name = written.strip()
        if name.startswith("/"):
            self._reader.warn(source, f"Write the intent without the slash: `{name[1:]}`.")
            name = name[1:]
        base, _, key = name.partition("/")
        if key and not self._keys:
            self._reader.warn(source, f"Only `{base}` of `{name}` counts here. Write `intent: {base}`.")
            name = base
        return Step(type=StepType.INTENT, name=name, text=text, entities=entities, spans=spans, source=source)

    def _read_message(self, body: MapNode) -> tuple[str | None, tuple[StepEntity, ...], tuple[Span, ...]]:
        if "user" not in body.entries:
            return None, self._read_entities(body.get("entities")), ()
        source = body.entries["user"].source
        written = self._required("user", body, source)
        if written is None:
            return None, (), ()
        try:
            annotated = parse_annotations(written.strip())
        except BadAnnotation as error:
            self._reader.error(source, str(error))
            return None, (), ()
        found = pressed_entities(annotated.text) or annotated.entities
        return (
            annotated.text,
            tuple((entity.entity, entity.value, entity.role, entity.group) for entity in found),
            tuple((entity.start or 0, entity.end or 0) for entity in found),
        )

    def _read_entities(self, node: Node | None) -> tuple[StepEntity, ...]:
        found = (self._read_entity(item) for item in self._reader.items(node, "`entities` of a step"))
        return tuple(entity for entity in found if entity is not None)

    def _read_entity(self, node: Node) -> StepEntity | None:
        if not isinstance(node, MapNode):
            name = self._reader.text(node, "the name of an entity")
            return None if name is None else (name, None, None, None)
        role = self._reader.text(node.get("role"), "`role`")
        group = self._reader.text(node.get("group"), "`group`")
        names = [key for key in node.entries if key not in ("role", "group")]
        if len(names) != 1:
            self._reader.error(
                node.source, "An entity here is `name`, `name: value`, or that with `role` and `group`."
            )
            return None
        return names[0], node.entries[names[0]].node.plain, role, group

    def _read_or(self, body: MapNode, source: Source) -> Step | None:
        branches: list[tuple[Step, ...]] = []
        for item in self._reader.items(body.get("or"), "`or`"):
            step = self._read_step(item)
            if step is None:
                continue
            if step.type in (StepType.INTENT, StepType.USER_TEXT):
                branches.append((step,))
            elif step.type is StepType.SLOT:
                branches += ((single,) for single in _split_slots(step))
            else:
                self._reader.error(item.source, "An `or` may hold `intent:` and `slot_was_set:` only.")
        if not branches:
            self._reader.error(source, "This `or` offers nothing. List at least two alternatives.")
            return None
        return Step(type=StepType.OR, branches=tuple(branches), source=source)

    def _read_checkpoint(self, body: MapNode, source: Source) -> Step | None:
        if body.get("checkpoint") is None:
            self._reader.error(source, f"A checkpoint of {self._owner} has no name.")
            return None
        name = self._required("checkpoint", body, source)
        if name is None:
            return None
        slots = self._read_slots(body.get("slot_was_set"), source)
        if slots.filled:
            self._reader.error(source, f"The slots of checkpoint `{name}` need values: `- slot: value`.")
        return Step(type=StepType.CHECKPOINT, name=name, slots=slots.slots, source=source)

    def _read_slots(self, node: Node | None, source: Source) -> Step:
        slots: list[tuple[str, Json]] = []
        filled: list[str] = []
        for item in self._reader.items(node, "`slot_was_set`"):
            if isinstance(item, MapNode):
                slots += ((name, entry.node.plain) for name, entry in item.entries.items())
                continue
            if isinstance(item, ScalarNode) and isinstance(item.value, str):
                filled.append(item.value)
                continue
            text = f"A slot of {self._owner} is `- name` or `- name: value`: {describe(item)} is left out."
            self._reader.warn(item.source, text)
        return Step(type=StepType.SLOT, slots=tuple(slots), filled=tuple(filled), source=source)


def _split_slots(step: Step) -> list[Step]:
    """Return one step for each slot: inside `or` every slot is its own alternative."""
    single = [Step(type=StepType.SLOT, slots=(slot,), source=step.source) for slot in step.slots]
    return single + [Step(type=StepType.SLOT, filled=(name,), source=step.source) for name in step.filled]


def _hint(written: str) -> str:
    """Return what to write instead of a key that no step has."""
    if written in _OLD_KEYS:
        return f" It is called `{_OLD_KEYS[written]}` since Rasa 2."
    return did_you_mean(written, _KEYS) or f" A step is one of: {', '.join(_KEYS)}."
