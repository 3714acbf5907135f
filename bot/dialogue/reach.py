"""Which slots a message may fill at all, looked up: of hundreds it is mostly one or none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from bot.dialogue.spec import MappingType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.dialogue.moment import Moment
    from bot.dialogue.spec import SlotMapping, SlotSpec

_Key: TypeAlias = "tuple[str, str | None]"
_ALWAYS: _Key = ("always", None)


class Reach:
    """Slots by what must be there for one of their mappings to yield something."""

    def __init__(self, slots: Iterable[SlotSpec]) -> None:
        """Index `slots`, given in the order in which they are filled."""
        self._slots = tuple(slots)
        positions: defaultdict[_Key, set[int]] = defaultdict(set)
        for position, spec in enumerate(self._slots):
            for mapping in spec.mappings:
                for key in _keys(mapping):
                    positions[key].add(position)
        self._positions = dict(positions)

    def slots(self, now: Moment) -> Iterator[SlotSpec]:
        """Yield, in order, the slots that the last message may fill."""
        entities = now.message.entities if now.message else ()
        keys = {_ALWAYS, ("loop", now.loop_name), ("intent", now.intent)}
        keys.update(("entity", str(entity.get("entity"))) for entity in entities)
        found = {position for key in keys for position in self._positions.get(key, ())}
        return (self._slots[position] for position in sorted(found))


def _keys(mapping: SlotMapping) -> Iterator[_Key]:
    """Yield what must be there, one of these, for a mapping to yield something."""
    if mapping.type is MappingType.FROM_ENTITY:
        yield "entity", mapping.entity
    elif mapping.conditions:
        yield from (("loop", condition.active_loop) for condition in mapping.conditions)
    elif mapping.intent:
        yield from (("intent", intent) for intent in mapping.intent)
    else:
        yield _ALWAYS
