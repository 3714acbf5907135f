"""Rasa 2's domains → Rasa 3's: how slots are filled moves from forms, and from nowhere, to the slots.

The same rules as Rasa's own `rasa data migrate`, on any number of files, and without touching what is in
order already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ruamel.yaml.scalarstring import DoubleQuotedScalarString

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.rasa_format.migrate.finding import Findings

Yaml: TypeAlias = dict[str, Any]  # of a file as ruamel.yaml reads it to write it back: comments hang on it

_SLOTS, _FORMS, _REQUIRED, _IGNORED = "slots", "forms", "required_slots", "ignored_intents"
_MAPPINGS, _CONDITIONS = "mappings", "conditions"
_WITHOUT_QUESTION = ("from_entity", "from_trigger_intent")
"""Of a form's mappings those that hold whatever the form asks for."""
_CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFile:
    """A domain file. `content` is changed in place."""

    path: str
    content: Yaml


@dataclass(slots=True)
class DomainMigration:
    """Upgrades all files of a domain together. `changed` holds the paths of those it changed.

    `triggers` are the intents that started an action by themselves until Rasa 2, with that action; `renamed`
    are the actions that have another name now, with that name.
    """

    files: list[DomainFile]
    findings: Findings
    changed: set[str] = field(default_factory=set)
    triggers: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Upgrade."""
        filled = {name for _, name, slot in self._slots() if _MAPPINGS in slot}
        for file in self.files:
            self._rename_templates(file)
            self._wrap_texts(file)
            self._rename_selections(file)
            self._take_triggers(file)
            self._upgrade_forms(file)
        for file, name, slot in list(self._slots()):
            self._upgrade_slot(file, name, slot, was_filled=name in filled)
        for file in self.files:
            if file.path in self.changed and "version" in file.content:
                file.content["version"] = DoubleQuotedScalarString("3.1")

    def _slots(self) -> Iterator[tuple[DomainFile, str, Yaml]]:
        for file in self.files:
            slots = file.content.get(_SLOTS)
            for name, slot in slots.items() if isinstance(slots, dict) else ():
                if isinstance(slot, dict):
                    yield file, str(name), slot

    def _entities(self) -> set[str]:
        items = (item for file in self.files for item in file.content.get("entities") or ())
        return {str(next(iter(item), "")) if isinstance(item, dict) else str(item) for item in items}

    def _rename_templates(self, file: DomainFile) -> None:
        """Rename what Rasa 1 called `templates`."""
        if "templates" in file.content and "responses" not in file.content:
            keys = list(file.content)
            values = {key: file.content.pop(key) for key in keys}
            for key in keys:
                file.content["responses" if key == "templates" else key] = values[key]
            self._replaced(file, "`templates` are called `responses`.")

    def _wrap_texts(self, file: DomainFile) -> None:
        """Write `text:` before variations that are a bare text, which Rasa 1 allowed."""
        responses = file.content.get("responses")
        for name, variations in responses.items() if isinstance(responses, dict) else ():
            for position, text in enumerate(variations if isinstance(variations, list) else ()):
                if isinstance(text, str):
                    variations[position] = {"text": text}
                    self._replaced(file, f"Bare texts of `{name}` stand behind `text:`.")

    def _rename_selections(self, file: DomainFile) -> None:
        """Rename the actions that answered retrieval intents in Rasa 1; stories are renamed with them."""
        actions = file.content.get("actions")
        if not isinstance(actions, list):
            return
        for position, name in enumerate(actions):
            if isinstance(name, str) and name.startswith("respond_"):
                new = f"utter_{name.removeprefix('respond_')}"
                actions[position] = self.renamed[name] = new
                self._replaced(file, f"`{name}` is called `{new}`.")

    def _take_triggers(self, file: DomainFile) -> None:
        """Take `triggers:` off intents: a rule says the same."""
        intents = file.content.get("intents")
        if not isinstance(intents, list):
            return
        for position, item in enumerate(intents):
            name, body = next(iter(item.items()), ("", None)) if isinstance(item, dict) else ("", None)
            if isinstance(body, dict) and "triggers" in body:
                self.triggers[str(name)] = str(body.pop("triggers"))
                if not body:
                    intents[position] = name
                self._replaced(file, f"The intent `{name}` triggers its action by a rule.")

    def _upgrade_forms(self, file: DomainFile) -> None:
        forms = file.content.get(_FORMS)
        if isinstance(forms, list):
            forms = _forms_of_list(forms)
            file.content[_FORMS] = forms
            text = "Forms whose slots are listed in Python: write `required_slots` for each of them."
            self.findings.person(file.path, text)
            self.changed.add(file.path)
        if not isinstance(forms, dict):
            return
        for name, body in list(forms.items()):
            wanted = _wanted_slots(body)
            if wanted is None:
                continue
            for slot, mappings in wanted.items():
                self._move(file, str(name), str(slot), mappings)
            ignored = body.get(_IGNORED) if isinstance(body, dict) else None
            forms[name] = {_REQUIRED: [str(slot) for slot in wanted]}
            if ignored:
                forms[name][_IGNORED] = ignored
            self._replaced(file, f"Form `{name}` lists its slots; how they are filled stands with the slots.")

    def _move(self, file: DomainFile, form: str, name: str, mappings: Any) -> None:
        """Move a form's mappings to the slot, on condition that the form is active."""
        owner, slot = self._find_slot(file, name)
        listed = slot.setdefault(_MAPPINGS, [])
        for mapping in mappings if isinstance(mappings, list) else [mappings]:
            if not isinstance(mapping, dict):
                continue
            kind = mapping.get("type")
            question = {} if kind in _WITHOUT_QUESTION else {"requested_slot": name}
            condition = {"active_loop": form, **question}
            same = next((each for each in listed if _bare(each) == _bare(mapping)), None)
            if same is None:
                listed.append({**mapping, _CONDITIONS: [condition]})
            elif condition not in same.setdefault(_CONDITIONS, []):
                same[_CONDITIONS].append(condition)
        self.changed.add(owner.path)

    def _find_slot(self, file: DomainFile, name: str) -> tuple[DomainFile, Yaml]:
        for owner, each, slot in self._slots():
            if each == name:
                return owner, slot
        self.findings.person(
            file.path, f"The slot `{name}` of a form was in no domain: it is `any` now. Check its type."
        )
        slots = file.content.get(_SLOTS)
        if not isinstance(slots, dict):
            slots = file.content[_SLOTS] = {}
        slots[name] = {"type": "any"}
        return file, slots[name]

    def _upgrade_slot(self, file: DomainFile, name: str, slot: Yaml, *, was_filled: bool) -> None:
        fills_itself = slot.get("auto_fill", True) is True and not was_filled and name in self._entities()
        if "auto_fill" in slot:
            del slot["auto_fill"]
            self.changed.add(file.path)
        if slot.get("type") == "unfeaturized":
            slot["type"] = "any"
            slot.pop("influence_conversation", None)
            self._replaced(file, f"Slot `{name}`: `unfeaturized` is called `any`.")
        from_entity = {"type": "from_entity", "entity": name}
        if fills_itself and from_entity not in slot.get(_MAPPINGS, []):
            slot.setdefault(_MAPPINGS, []).append(from_entity)
            self._replaced(file, f"Slot `{name}` is filled from the entity of its name, as it was by itself.")
        if not slot.get(_MAPPINGS) and not was_filled:
            slot[_MAPPINGS] = [{"type": _CUSTOM}]
            self._replaced(
                file, f"Slot `{name}` is filled by actions only (`custom`). Check that this is so."
            )

    def _replaced(self, file: DomainFile, text: str) -> None:
        self.changed.add(file.path)
        self.findings.replaced(file.path, text)


def _forms_of_list(forms: list[Any]) -> Yaml:
    """Return Rasa 1's list of forms as a map: names, or `name: {slot: mappings}`."""
    found: Yaml = {}
    for item in forms:
        found |= item if isinstance(item, dict) else {str(item): {_REQUIRED: []}}
    return found


def _wanted_slots(body: Any) -> Mapping[str, Any] | None:
    """Return a form's slots with their mappings, where they are written as in Rasa 2."""
    if body is None:
        return {}
    if not isinstance(body, dict):
        return None
    slots = body.get(_REQUIRED, {key: each for key, each in body.items() if key != _IGNORED})
    return slots if isinstance(slots, dict) else None


def _bare(mapping: Any) -> Any:
    return (
        {key: each for key, each in mapping.items() if key != _CONDITIONS}
        if isinstance(mapping, dict)
        else mapping
    )


def rules_for(triggers: Mapping[str, str]) -> str:
    """Return a file of rules that say what `triggers:` said."""
    lines = ['version: "3.1"', "", "rules:"]
    for intent, action in triggers.items():
        lines += (
            f"- rule: {intent} triggers {action}",
            "  steps:",
            f"  - intent: {intent}",
            f"  - action: {action}",
            "",
        )
    return "\n".join(lines)
