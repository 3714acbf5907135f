"""`slots:` and `forms:` of a domain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.dialogue.spec import FormSpec, MappingCondition, MappingType, SlotMapping, SlotSpec, SlotType
from bot.rasa_format.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.problem import Severity, did_you_mean

if TYPE_CHECKING:
    from bot.domain.example import Source
    from bot.domain.json import Json, JsonObject
    from bot.rasa_format.fields import Reader

_SLOT_KEYS = ("type", "mappings", "initial_value", "influence_conversation", "value_reset_delay")
_KEYS_OF_TYPE = {SlotType.CATEGORICAL: ("values",), SlotType.FLOAT: ("min_value", "max_value")}
_LIST_SLOTS = "List the slots it asks for; `required_slots: []` asks for none."
_MIGRATE = "`visavis migrate` writes a domain of Rasa 2 so."
_MAPPING_KEYS = ("type", "entity", "role", "group", "value", "intent", "not_intent", "conditions", "action")
_NAME = re.compile("[A-Za-z]")  # that is all Rasa's schema wants of a name
_RASA_SLOTS = "rasa.shared.core.slots."
_RASA_CLASSES = {
    "TextSlot": SlotType.TEXT,
    "BooleanSlot": SlotType.BOOL,
    "FloatSlot": SlotType.FLOAT,
    "ListSlot": SlotType.LIST,
    "CategoricalSlot": SlotType.CATEGORICAL,
    "AnySlot": SlotType.ANY,
}
_NEEDS = {
    MappingType.FROM_ENTITY: "entity",
    MappingType.FROM_INTENT: "value",
    MappingType.FROM_TRIGGER_INTENT: "value",
}


def read_slots(node: Node | None, reader: Reader) -> dict[str, SlotSpec]:
    """Read `slots:`, in the order written."""
    slots = {name: _read_slot(name, entry, reader) for name, entry in reader.entries(node, "`slots`")}
    _check_names(node, "slot", reader)
    return {name: slot for name, slot in slots.items() if slot is not None}


def read_forms(node: Node | None, reader: Reader) -> dict[str, FormSpec]:
    """Read `forms:`."""
    _check_names(node, "form", reader)
    return {name: _read_form(name, entry, reader) for name, entry in reader.entries(node, "`forms`")}


def _check_names(node: Node | None, kind: str, reader: Reader) -> None:
    for name, entry in node.entries.items() if isinstance(node, MapNode) else ():
        if not _NAME.search(name):
            reader.error(entry.source, f"`{name}` cannot be the name of a {kind}: it has no letter.")


def _read_slot(name: str, entry: Entry, reader: Reader) -> SlotSpec | None:
    body = _body(entry, f"slot `{name}`", reader)
    if body is None:
        return None
    slot_type = _slot_type(name, body, entry.source, reader)
    if slot_type is None:
        return None
    path = _class_path(body)
    if path is None:
        keys = (*_SLOT_KEYS, *_KEYS_OF_TYPE.get(slot_type, ()))
        reader.check_keys(body, keys, f"slot `{name}` of type `{slot_type}`", severity=Severity.ERROR)
    influence = reader.flag(
        body.get("influence_conversation"),
        "`influence_conversation`",
        default=slot_type is not SlotType.ANY or path is not None,
    )
    if slot_type is SlotType.ANY and influence and path is None:
        text = f"Slot `{name}` has the type `any`, which cannot influence the conversation. Delete the line."
        reader.error(body.entries["influence_conversation"].source, text)
    low, high = _range(name, body, reader)
    if slot_type is SlotType.FLOAT:
        reader.number(body.get("initial_value"), f"`initial_value` of slot `{name}`")
    return SlotSpec(
        name=name,
        type=slot_type,
        mappings=_read_mappings(name, body, entry.source, reader),
        initial_value=plain_or_none(body.get("initial_value")),
        influence_conversation=influence,
        values=_values(name, slot_type, body, reader),
        min_value=low,
        max_value=high,
        class_path=path,
        options={} if path is None else _own_options(body),
    )


def plain_or_none(node: Node | None) -> Json:
    """Return a node's JSON, None for nothing written."""
    return None if node is None else node.plain


def _body(entry: Entry, what: str, reader: Reader) -> MapNode | None:
    if isinstance(entry.node, ScalarNode) and entry.node.value is None:
        reader.error(entry.source, f"Nothing is written under {what}. Write its `type` and its `mappings`.")
        return None
    return reader.map(entry.node, what)


def _slot_type(name: str, body: MapNode, source: Source, reader: Reader) -> SlotType | None:
    written = body.get("type")
    if written is None:
        reader.error(source, f"Slot `{name}` has no type. Add one of: {', '.join(SlotType)}.")
        return None
    text = reader.text(written, f"the type of slot `{name}`")
    if text is None:
        return None
    if _class_path(body) is not None:
        return SlotType.ANY
    try:
        return _RASA_CLASSES.get(text.rpartition(".")[2]) or SlotType(text)
    except ValueError:
        hint = did_you_mean(text, list(SlotType)) or f" Types are: {', '.join(SlotType)}."
        reader.error(written.source, f"`{text}` is no type of a slot.{hint}")
        return None


def _own_options(body: MapNode) -> JsonObject:
    return {key: value for key, value in body.plain.items() if key not in _SLOT_KEYS}


def _class_path(body: MapNode) -> str | None:
    """Return the dotted path of the project's own slot class; None for Rasa's types, by path too."""
    written = body.get("type")
    text = written.value if isinstance(written, ScalarNode) else None
    if not isinstance(text, str) or "." not in text or text.startswith(_RASA_SLOTS):
        return None
    return text


def _values(name: str, slot_type: SlotType, body: MapNode, reader: Reader) -> tuple[Json, ...]:
    values = tuple(item.plain for item in reader.items(body.get("values"), f"the values of slot `{name}`"))
    if slot_type is SlotType.CATEGORICAL and not values:
        reader.warn(
            body.source, f"Slot `{name}` is categorical but lists no `values`: all texts count as one."
        )
    return tuple(value for value in values if value is not None)


def _range(name: str, body: MapNode, reader: Reader) -> tuple[float, float]:
    low = reader.number(body.get("min_value"), f"`min_value` of slot `{name}`")
    high = reader.number(body.get("max_value"), f"`max_value` of slot `{name}`")
    low, high = (0.0 if low is None else low), (1.0 if high is None else high)
    if low >= high:
        reader.error(body.source, f"Slot `{name}`: `min_value` {low} should be less than `max_value` {high}.")
        return 0.0, 1.0
    return float(low), float(high)


def _read_mappings(name: str, body: MapNode, source: Source, reader: Reader) -> tuple[SlotMapping, ...]:
    written = body.get("mappings")
    if written is None:
        text = f"Slot `{name}` has no mappings. Say how it is filled, for example `- type: custom`."
        reader.error(source, f"{text} {_MIGRATE}")
        return ()
    if isinstance(written, ListNode) and not written.items:
        reader.warn(source, f"Slot `{name}` has no mappings, so only actions fill it: `- type: custom`.")
    found = (_read_mapping(name, item, reader) for item in reader.items(written, f"the mappings of `{name}`"))
    return tuple(mapping for mapping in found if mapping is not None)


def _read_mapping(name: str, node: Node, reader: Reader) -> SlotMapping | None:
    body = reader.map(node, f"a mapping of slot `{name}`")
    if body is None:
        return None
    reader.check_keys(body, _MAPPING_KEYS, f"a mapping of slot `{name}`")
    text = reader.text(body.get("type"), f"the type of a mapping of slot `{name}`")
    if text not in list(MappingType):
        hint = did_you_mean(text or "", list(MappingType)) or f" Types are: {', '.join(MappingType)}."
        reader.error(node.source, f"`{text or ''}` is no type of a slot mapping (slot `{name}`).{hint}")
        return None
    mapping_type = MappingType(text)
    needed = _NEEDS.get(mapping_type)
    if needed and body.get(needed) is None:
        reader.error(node.source, f"The mapping `{mapping_type}` of slot `{name}` needs `{needed}:`.")
        return None
    return SlotMapping(
        type=mapping_type,
        entity=reader.text(body.get("entity"), "`entity`"),
        role=reader.text(body.get("role"), "`role`"),
        group=reader.text(body.get("group"), "`group`"),
        value=plain_or_none(body.get("value")),
        intent=reader.texts(body.get("intent"), "`intent`"),
        not_intent=reader.texts(body.get("not_intent"), "`not_intent`"),
        conditions=_read_conditions(name, body.get("conditions"), reader),
        action=reader.text(body.get("action"), "`action`"),
    )


def _read_conditions(name: str, node: Node | None, reader: Reader) -> tuple[MappingCondition, ...]:
    conditions = []
    for item in reader.items(node, f"the conditions of slot `{name}`"):
        body = reader.map(item, f"a condition of slot `{name}`")
        if body is None:
            continue
        reader.check_keys(
            body, ("active_loop", "requested_slot"), f"a condition of slot `{name}`", severity=Severity.ERROR
        )
        if "active_loop" not in body.entries:
            text = f"This condition of slot `{name}` never holds. Add `active_loop:` (`null`: in no form)."
            reader.warn(item.source, text)
        conditions.append(
            MappingCondition(
                active_loop=reader.text(body.get("active_loop"), "`active_loop`"),
                no_loop="active_loop" in body.entries and body.get("active_loop") is None,
                requested_slot=reader.text(body.get("requested_slot"), "`requested_slot`"),
            ),
        )
    return tuple(conditions)


def _read_required(name: str, body: MapNode, reader: Reader) -> tuple[str, ...]:
    node = body.get("required_slots")
    if isinstance(node, MapNode):
        text = f"Form `{name}` should list its slots (lines that begin with `-`), not how they are filled."
        reader.error(node.source, f"{text} {_MIGRATE}")
        return ()
    what = f"`required_slots` of form `{name}`"
    if node is None:
        source = body.entries["required_slots"].source
        reader.error(source, f"Nothing is written under {what}. {_LIST_SLOTS}")
    return tuple(
        slot for item in reader.items(node, what) if (slot := reader.text(item, f"an item of {what}"))
    )


def _read_form(name: str, entry: Entry, reader: Reader) -> FormSpec:
    if isinstance(entry.node, ScalarNode) and entry.node.value is None:
        reader.error(entry.source, f"Nothing is written under form `{name}`. {_LIST_SLOTS}")
        return FormSpec(name=name, required_slots=())
    body = reader.map(entry.node, f"form `{name}`")
    if body is None:
        return FormSpec(name=name, required_slots=())
    keys = ("required_slots", "ignored_intents")
    reader.check_keys(body, keys, f"form `{name}`", severity=Severity.ERROR)
    if "required_slots" not in body.entries:
        reader.error(entry.source, f"Form `{name}` has no `required_slots`. {_LIST_SLOTS}")
        return FormSpec(name=name, required_slots=())
    return FormSpec(
        name=name,
        required_slots=_read_required(name, body, reader),
        ignored_intents=reader.texts(body.get("ignored_intents"), f"`ignored_intents` of form `{name}`"),
    )
