"""What can be said to a project: intents, and what its entities and slots can be, drawn by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.events import UserUttered
from bot.dialogue.spec import MappingType, SlotType
from bot.dialogue.training import expand_rules, expand_stories

if TYPE_CHECKING:
    import random

    from bot.dialogue.spec import SlotSpec
    from tests.rasa.native import NativeProject

WORDS = ("maybe", "12", "true", "no way", "Berlin", "3.5", "What is that?", "hello there")


class Vocabulary:
    """A project's words. `paths` are what contacts say in its rules and stories, `told` their intents."""

    def __init__(self, project: NativeProject, chance: random.Random) -> None:
        """Read them."""
        self._domain, self._chance = project.spec.domain, chance
        self.paths = _paths(project)
        self.told = sorted({said.intent for path in self.paths for said in path if said.intent}) or ["greet"]
        self.intents = sorted(self._domain.intents)
        self._values = _values(project, self.paths)

    def value(self, entity: str) -> Any:
        """Return something that an entity may be."""
        return self._chance.choice(self._values.get(entity) or WORDS)

    def entities(self) -> list[dict[str, Any]]:
        """Return some entities of the domain, mostly none."""
        known = list(self._domain.entities.values())
        found = []
        while known and self._chance.random() < 0.4:
            spec = self._chance.choice(known)
            entity: dict[str, Any] = {"entity": spec.name, "value": self.value(spec.name)}
            if spec.roles and self._chance.random() < 0.7:
                entity["role"] = self._chance.choice(spec.roles)
            if spec.groups and self._chance.random() < 0.5:
                entity["group"] = self._chance.choice(spec.groups)
            found.append(entity)
        return found


def possible_values(slot: SlotSpec) -> list[Any]:
    """Return what a slot can hold, and what it cannot."""
    match slot.type:
        case SlotType.CATEGORICAL:
            return [*slot.values, "something"]
        case SlotType.BOOL:
            return [True, False, "true", "no"]
        case SlotType.FLOAT:
            return [0, 1, 3.5, "2"]
        case _:
            return ["this", "that"]


def _paths(project: NativeProject) -> list[list[UserUttered]]:
    """Return what contacts say in each rule and story."""
    spec, catalogue = project.spec, project.dialogue.catalogue
    trainings = (*expand_rules(spec.rules, catalogue), *expand_stories(spec.stories, catalogue))
    said = [
        [event for event, _ in training.tracker.tail if isinstance(event, UserUttered)]
        for training in trainings
    ]
    return [path for path in said if path]


def _values(project: NativeProject, paths: list[list[UserUttered]]) -> dict[str, list[Any]]:
    """Return what each entity may be: what stories say, what its slot can hold, and other words."""
    found: dict[str, list[Any]] = {}
    for path in paths:
        for said in path:
            for entity in said.entities:
                found.setdefault(str(entity["entity"]), []).append(entity.get("value") or "x")
    for slot in project.spec.domain.slots.values():
        for mapping in slot.mappings:
            if mapping.type is MappingType.FROM_ENTITY:
                found.setdefault(str(mapping.entity), []).extend(possible_values(slot))
    return {name: [*dict.fromkeys(map(_hashable, values)), "other"] for name, values in found.items()}


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else str(value)
