"""The parts of a domain against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rasa_format.known import child, items, texts
from bot.rasa_format.nodes import MapNode
from bot.rasa_format.problem import Severity, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.rasa_format.known import Known
    from bot.rasa_format.nodes import Node
    from bot.rasa_format.problem import Problems

_MUST_EXIST = ("form", "slot")  # Rasa trains on all else, and what is named just never comes


def check_domain(domain: MapNode, known: Known, problems: Problems) -> None:
    """Whatever names an intent, entity, slot, form or action names one that exists."""
    for name, slot in _entries(domain.get("slots")):
        for mapping in items(child(slot, "mappings")):
            _check_mapping(name, mapping, domain, known, problems)
    for name, form in _entries(domain.get("forms")):
        _check_form(name, form, known, problems)
    for item in items(domain.get("intents")):
        for name, options in _entries(item):
            for key in ("use_entities", "ignore_entities"):
                _check_names(child(options, key), "entity", known.entities, f"intent `{name}`", problems)


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MapNode):
        yield from ((name, entry.node) for name, entry in node.entries.items())


def _check_names(node: Node | None, kind: str, known: frozenset[str], owner: str, problems: Problems) -> None:
    for source, text in texts(node):
        if text not in known:
            hint = did_you_mean(text, known) or " Add it to the domain."
            severity = Severity.ERROR if kind in _MUST_EXIST else Severity.WARNING
            problems.tell(source, severity, f"The {kind} `{text}` of {owner} does not exist.{hint}")


def _check_mapping(name: str, mapping: Node, domain: MapNode, known: Known, problems: Problems) -> None:
    owner = f"slot `{name}`"
    _check_names(child(mapping, "entity"), "entity", known.entities, owner, problems)
    _check_names(child(mapping, "action"), "action", known.actions, owner, problems)
    for key in ("intent", "not_intent"):
        _check_names(child(mapping, key), "intent", known.intents, owner, problems)
    for condition in items(child(mapping, "conditions")):
        _check_names(child(condition, "active_loop"), "form", known.loops, owner, problems)
        _check_names(child(condition, "requested_slot"), "slot", known.slots, owner, problems)
    _check_labels(mapping, domain, problems)


def _check_labels(mapping: Node, domain: MapNode, problems: Problems) -> None:
    """A role or group of a mapping is declared by its entity."""
    for _, entity in texts(child(mapping, "entity")):
        for key, plural in (("role", "roles"), ("group", "groups")):
            for source, label in texts(child(mapping, key)):
                declared = {text for _, text in texts(_labels(entity, plural, domain))}
                if label not in declared:
                    hint = did_you_mean(label, declared) or f" Add it to `{plural}` of the entity."
                    problems.warn(source, f"The entity `{entity}` has no {key} `{label}`.{hint}")


def _labels(entity: str, plural: str, domain: MapNode) -> Node | None:
    for item in items(domain.get("entities")):
        for name, options in _entries(item):
            if name == entity:
                return child(options, plural)
    return None


def _check_form(name: str, form: Node, known: Known, problems: Problems) -> None:
    owner = f"form `{name}`"
    _check_names(child(form, "required_slots"), "slot", known.slots, owner, problems)
    _check_names(child(form, "ignored_intents"), "intent", known.intents, owner, problems)
