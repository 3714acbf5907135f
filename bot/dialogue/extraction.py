"""Filling slots from the last user message (Rasa's `action_extract_slots`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.calls import ActionRefused
from bot.dialogue.events import REQUESTED_SLOT, BotUttered, SlotSet
from bot.dialogue.scene import run_custom
from bot.dialogue.spec import MappingType, SlotMapping, SlotSpec, SlotType
from bot.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.dialogue.calls import Steps
    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.events import Event
    from bot.dialogue.moment import Moment
    from bot.dialogue.scene import Scene
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import Json

VALIDATE_SLOT_MAPPINGS = "action_validate_slot_mappings"


def extract_slots(scene: Scene, tracker: Tracker) -> Steps:
    """Return the slots that the last message fills; for each slot its first mapping that yields something."""
    found: list[Event] = []
    asked: set[str] = set()
    for spec in scene.catalogue.reach.slots(tracker.live):
        for mapping in spec.mappings:
            if not _applies(mapping, spec, tracker, scene.catalogue):
                continue
            values = _values(mapping, tracker.live)
            if values:
                value = list(values) if spec.type is SlotType.LIST else values[-1]
                if value is not None or tracker.live.slots.get(spec.name) is not None:
                    found.append(SlotSet(name=spec.name, value=value))
                    break
            elif mapping.type is MappingType.CUSTOM and mapping.action and mapping.action not in asked:
                asked.add(mapping.action)
                found.extend((yield from _ask(scene, mapping.action, tracker)))
    return (yield from _validate(scene, tracker, found))


def _validate(scene: Scene, tracker: Tracker, found: list[Event]) -> Steps:
    """Let the project check the candidates. What it does not mention stands.

    What actions of `custom` mappings said is dropped, as in Rasa; the check may speak.
    """
    candidates = tuple(event for event in found if isinstance(event, SlotSet))
    if VALIDATE_SLOT_MAPPINGS not in scene.catalogue.user_actions:
        return candidates
    checked = yield from _ask(scene, VALIDATE_SLOT_MAPPINGS, tracker.apply_all(candidates))
    named = {event.name for event in checked if isinstance(event, SlotSet)}
    return (*checked, *(event for event in candidates if event.name not in named))


def _ask(scene: Scene, action: str, tracker: Tracker) -> Steps:
    """Run an action that may only set slots and speak. Its failure fills nothing, as in Rasa."""
    try:
        events = yield from run_custom(scene, action, tracker)
    except (ActionError, ActionRefused):
        return ()
    return tuple(event for event in events if isinstance(event, SlotSet | BotUttered))


def _applies(mapping: SlotMapping, spec: SlotSpec, tracker: Tracker, catalogue: Catalogue) -> bool:
    now = tracker.live
    return (
        _is_known(mapping, catalogue)
        and _wants_intent(mapping, now, catalogue)
        and _meets_conditions(mapping, spec, now)
        and not _is_ambiguous(mapping, spec, now, catalogue)
    )


def _is_known(mapping: SlotMapping, catalogue: Catalogue) -> bool:
    if mapping.type is MappingType.FROM_ENTITY:
        return mapping.entity in catalogue.domain.entities
    if mapping.type is MappingType.FROM_INTENT:
        return all(intent in catalogue.intents for intent in mapping.intent)
    return True


def _wants_intent(mapping: SlotMapping, now: Moment, catalogue: Catalogue) -> bool:
    if mapping.intent:
        return now.intent in mapping.intent
    refused = set(mapping.not_intent)
    form = catalogue.domain.forms.get(now.loop_name or "")
    if form and (not mapping.conditions or any(each.active_loop == form.name for each in mapping.conditions)):
        refused.update(form.ignored_intents)
    return now.intent not in refused


def _meets_conditions(mapping: SlotMapping, spec: SlotSpec, now: Moment) -> bool:
    if not mapping.conditions or mapping.type is MappingType.FROM_TRIGGER_INTENT:
        return True
    requested = now.slots.get(REQUESTED_SLOT)
    if now.is_rejected and requested == spec.name:
        return False
    return any(
        (condition.no_loop and now.loop_name is None)
        if condition.active_loop is None
        else condition.active_loop == now.loop_name
        and (not condition.requested_slot or condition.requested_slot == requested)
        for condition in mapping.conditions
    )


def _is_ambiguous(mapping: SlotMapping, spec: SlotSpec, now: Moment, catalogue: Catalogue) -> bool:
    """Tell whether several slots of the form would take this entity, and this one was not asked for."""
    form = catalogue.domain.forms.get(now.loop_name or "")
    if mapping.type is not MappingType.FROM_ENTITY or form is None or spec.name not in form.required_slots:
        return False
    if now.slots.get(REQUESTED_SLOT) == spec.name:
        return False
    specs = (catalogue.slots[name] for name in form.required_slots if name in catalogue.slots)
    return sum(other == mapping for each in specs for other in each.mappings) > 1


def _values(mapping: SlotMapping, now: Moment) -> tuple[Json, ...]:
    message = now.message
    match mapping.type:
        case MappingType.FROM_ENTITY:
            return tuple(_entity_values(mapping, message.entities if message else ()))
        case MappingType.FROM_INTENT:
            return (mapping.value,)
        case MappingType.FROM_TRIGGER_INTENT:
            loops = [each.active_loop for each in mapping.conditions]
            return (mapping.value,) if now.loop_name and (not loops or now.loop_name in loops) else ()
        case MappingType.FROM_TEXT:
            return (message.text if message else None,)
        case MappingType.CUSTOM:
            return ()


def _entity_values(mapping: SlotMapping, entities: Iterable[object]) -> list[Json]:
    return [
        entity.get("value")
        for entity in entities
        if isinstance(entity, dict)
        and (entity.get("entity"), entity.get("role"), entity.get("group"))
        == (mapping.entity, mapping.role, mapping.group)
    ]
