"""What can be said to a project: intents, and what its entities and slots can be, drawn by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.events import UserUttered
from bot.dialogue.spec import MappingType, SlotType

if TYPE_CHECKING:
    import random

    from bot.dialogue.spec import SlotSpec
    from tests.rasa.native import NativeProject

WORDS = ("maybe", "12", "true", "no way", "Berlin", "3.5", "What is that?", "hello there")


class Vocabulary:
    """A project's words. `plans` follow its rules and stories; `told` are the intents these speak of."""

    def __init__(self, project: NativeProject, chance: random.Random) -> None:
        """Read them."""
        self._domain, self._chance = project.spec.domain, chance
        self.plans = project.plans
        said = [step for plan in self.plans for step in plan if isinstance(step, UserUttered)]
        self.told = sorted({each.intent for each in said if each.intent}) or ["greet"]
        self.intents = sorted(self._domain.intents)
        self._values = _values(project, said)

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


def _values(project: NativeProject, told: list[UserUttered]) -> dict[str, list[Any]]:
    """Return what each entity may be: what stories and examples say, what its slot can hold, other words."""
    found: dict[str, list[Any]] = {}
    for said in told:
        for entity in said.entities:
            found.setdefault(str(entity["entity"]), []).append(entity.get("value") or "x")
    for example in project.examples:
        for each in example.entities:
            found.setdefault(each.entity, []).append(each.value)
    for slot in project.spec.domain.slots.values():
        for mapping in slot.mappings:
            if mapping.type is MappingType.FROM_ENTITY:
                found.setdefault(str(mapping.entity), []).extend(possible_values(slot))
    return {name: [*dict.fromkeys(map(_hashable, values)), "other"] for name, values in found.items()}


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else str(value)
