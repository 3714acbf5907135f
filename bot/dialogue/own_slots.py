"""Slot classes of a project's own (`type: my_module.MySlot`): the interface of Rasa's, and their features.

Such a class says in `_as_feature` what rules and stories see of a value. It derives from `Slot`, or from one
of Rasa's types; where Rasa is not installed it finds these under Rasa's names (`bot.plugins`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bot.dialogue.features import slot_feature
from bot.dialogue.spec import SlotSpec, SlotType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.domain.json import Json


class Slot:
    """What Rasa's `rasa.shared.core.slots.Slot` offers to classes that derive from it."""

    type_name: ClassVar[str] = ""

    def __init__(
        self,
        name: str,
        mappings: Sequence[Mapping[str, Any]] = (),
        initial_value: Any = None,
        value_reset_delay: int | None = None,
        influence_conversation: bool = True,  # noqa: FBT001, FBT002 - Rasa's order of parameters
    ) -> None:
        self.name = name
        self.mappings = list(mappings)
        self.initial_value = initial_value
        self.influence_conversation = influence_conversation
        self._value_reset_delay = value_reset_delay
        self._value = initial_value
        self._has_been_set = False

    @property
    def value(self) -> Any:
        """The value."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        self._value = value
        self._has_been_set = True

    @property
    def has_been_set(self) -> bool:
        """Whether a value was ever set."""
        return self._has_been_set

    def value_reset_delay(self) -> int | None:
        """Return what Rasa does not use either."""
        return self._value_reset_delay

    def reset(self) -> None:
        """Go back to the initial value."""
        self._value, self._has_been_set = self.initial_value, False

    def feature_dimensionality(self) -> int:
        """Return how many numbers a feature has."""
        return self._feature_dimensionality() if self.influence_conversation else 0

    def _feature_dimensionality(self) -> int:
        return 1

    def has_features(self) -> bool:
        """Tell whether there are any."""
        return self.feature_dimensionality() != 0

    def as_feature(self) -> list[float]:
        """Return what rules and stories see; all zeros count as not set."""
        return self._as_feature() if self.influence_conversation else []

    def _as_feature(self) -> list[float]:
        raise NotImplementedError(
            f"{type(self).__name__} should say in `_as_feature` what is seen of a value"
        )


class _Typed(Slot):
    """A slot of one of Rasa's types, for classes that change one of them."""

    _type: ClassVar[SlotType]

    def _as_feature(self) -> list[float]:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        spec = SlotSpec(
            name=self.name,
            type=self._type,
            mappings=(),
            values=tuple(getattr(self, "values", ())),
            min_value=getattr(self, "min_value", 0.0),
            max_value=getattr(self, "max_value", 1.0),
        )
        feature = slot_feature(spec, self.value)
        return [0.0] if feature is None or isinstance(feature, str) else list(feature)


class TextSlot(_Typed):
    """Rasa's `text`."""

    type_name, _type = "text", SlotType.TEXT


class BooleanSlot(_Typed):
    """Rasa's `bool`."""

    type_name, _type = "bool", SlotType.BOOL


class ListSlot(_Typed):
    """Rasa's `list`."""

    type_name, _type = "list", SlotType.LIST


class FloatSlot(_Typed):
    """Rasa's `float`."""

    type_name, _type = "float", SlotType.FLOAT

    def __init__(
        self, name: str, *arguments: Any, max_value: float = 1.0, min_value: float = 0.0, **options: Any
    ) -> None:
        super().__init__(name, *arguments, **options)
        self.min_value, self.max_value = min_value, max_value


class CategoricalSlot(_Typed):
    """Rasa's `categorical`."""

    type_name, _type = "categorical", SlotType.CATEGORICAL

    def __init__(self, name: str, *arguments: Any, values: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(name, *arguments, **options)
        self.values = [str(value).lower() for value in values]


class AnySlot(Slot):
    """Rasa's `any`: nothing is seen of it."""

    type_name = "any"

    def _as_feature(self) -> list[float]:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return []


RASA_SLOTS = (Slot, TextSlot, BooleanSlot, ListSlot, FloatSlot, CategoricalSlot, AnySlot)


def make_featurise(kind: type[Any], spec: SlotSpec) -> Callable[[Json], tuple[float, ...]]:
    """Return what tells the feature of a value of a slot class. It raises whatever the class raises."""

    def featurise(value: Json) -> tuple[float, ...]:
        slot = kind(
            spec.name,
            mappings=[],
            initial_value=spec.initial_value,
            influence_conversation=spec.influence_conversation,
            **spec.options,
        )
        slot.value = value
        return tuple(float(number) for number in slot.as_feature())

    return featurise
