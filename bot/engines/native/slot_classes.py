"""Loading the slot classes that a project's domain names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.dialogue.own_slots import make_featurise
from bot.errors import ActionError
from bot.plugins import load_slot_class

if TYPE_CHECKING:
    from pathlib import Path

    from bot.dialogue.spec import DialogueSpec, SlotSpec


def load_slot_classes(dialogue: DialogueSpec, root: Path) -> DialogueSpec:
    """Return the dialogue with what its slot classes make of values.

    Raises `ActionError` for the first class that cannot be loaded, or cannot say what it sees of its
    slot's initial value.
    """
    slots = dialogue.domain.slots
    if all(slot.class_path is None for slot in slots.values()):
        return dialogue
    loaded = {name: load_own_slot(slot, root) for name, slot in slots.items()}
    return replace(dialogue, domain=replace(dialogue.domain, slots=loaded))


def load_own_slot(slot: SlotSpec, root: Path) -> SlotSpec:
    """Return one slot with its class loaded, if it has one. Raises as `load_slot_classes`."""
    if slot.class_path is None:
        return slot
    featurise = make_featurise(load_slot_class(root, slot.class_path), slot)
    try:
        featurise(slot.initial_value)
    except Exception as error:  # the project's class may raise anything
        reason = f"{type(error).__name__}: {error}"
        raise ActionError(
            f"the slot class {slot.class_path} does not work for `{slot.name}`: {reason}"
        ) from error
    return replace(slot, featurise=featurise)
