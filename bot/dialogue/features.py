"""What the dialogue state sees of a slot's value. Rules and stories compare slots only by this."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from bot.dialogue.spec import SlotType

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from bot.dialogue.spec import SlotSpec
    from bot.domain.json import Json

SHOULD_NOT_BE_SET = "should_not_be_set"  # in rules: the slot or loop must be empty
OTHER_CATEGORY = "__other__"

Feature: TypeAlias = "tuple[float, ...] | str"
Featuriser: TypeAlias = "Callable[[Json], Feature | None]"  # None: the slot counts as not set


class Features(dict[str, Feature]):
    """The features of slots that count as set, by name. Never changed: states are looked up by them."""

    __slots__ = ("_hash",)
    _hash: int

    def __hash__(self) -> int:  # type: ignore[explicit-override, override]  # typing.override is Python 3.12's
        """Return the same for equal features, whatever their order."""
        try:
            return self._hash
        except AttributeError:
            self._hash = hash(frozenset(self.items()))
            return self._hash

    def changed(self, slot: str, feature: Feature | None) -> Features:
        """Return the features with that of one slot as it is now; None: it does not count as set."""
        if self.get(slot) == feature:
            return self
        changed = Features(self)
        if feature is None:
            del changed[slot]
        else:
            changed[slot] = feature
        return changed

    def without(self, slots: AbstractSet[str]) -> Features:
        """Return the features of all other slots."""
        if slots.isdisjoint(self):
            return self
        return Features((name, feature) for name, feature in self.items() if name not in slots)


def slot_feature(spec: SlotSpec, value: Json) -> Feature | None:
    """Return the feature vector of `value`, or None where the slot counts as not set.

    Only rules hold the marker `SHOULD_NOT_BE_SET`, which stands for itself.
    """
    return compile_feature(spec)(value)


def compile_feature(spec: SlotSpec) -> Featuriser:
    """Return `slot_feature` of one slot: a project's are asked for of every slot of every stored tracker."""
    if not spec.influence_conversation or (spec.type is SlotType.ANY and spec.featurise is None):
        return _nothing
    of_value = _of_class(spec.featurise) if spec.featurise is not None else _FEATURES[spec.type](spec)

    def featurise(value: Json) -> Feature | None:
        return SHOULD_NOT_BE_SET if value == SHOULD_NOT_BE_SET else of_value(value)

    return featurise


def coerce_slot(spec: SlotSpec, value: Json) -> Json:
    """Wrap a lone value for a list slot; leave everything else as it is."""
    if spec.type is SlotType.LIST and value and not isinstance(value, list | tuple):
        return [value]
    return value


def _nothing(_value: Json) -> None:
    return None


def _of_class(featurise: Callable[[Json], tuple[float, ...]]) -> Featuriser:
    """What a project's own class makes of a value, also of none: what that means is for the class to say."""

    def of_value(value: Json) -> Feature | None:
        feature = featurise(value)
        return feature if any(feature) else None

    return of_value


def _text(_spec: SlotSpec) -> Featuriser:
    return lambda value: None if value is None else (1.0,)


def _bool(_spec: SlotSpec) -> Featuriser:
    return _bool_feature


def _bool_feature(value: Json) -> Feature | None:
    if isinstance(value, bool | int | float):
        return (1.0, float(value == 1))
    if not isinstance(value, str):
        return None
    word = value.strip().lower()
    if word in ("true", "false"):
        return (1.0, float(word == "true"))
    number = _number(value) if value.isnumeric() else None
    return None if number is None else (1.0, float(number == 1))


def _float(spec: SlotSpec) -> Featuriser:
    least, most = spec.min_value, spec.max_value

    def of_value(value: Json) -> Feature | None:
        number = _number(value) if isinstance(value, bool | int | float | str) else None
        return None if number is None else (1.0, (max(least, min(most, number)) - least) / (most - least))

    return of_value


def _number(value: float | str) -> float | None:
    """Return a number as Python reads it; None for what only looks like one (`½`), or is too large."""
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _list(_spec: SlotSpec) -> Featuriser:
    return lambda value: (1.0,) if isinstance(value, str | list | tuple | dict) and len(value) > 0 else None


def _categorical(spec: SlotSpec) -> Featuriser:
    values = [str(each).lower() for each in spec.values if each is not None]
    if OTHER_CATEGORY not in values:
        values.append(OTHER_CATEGORY)
    features = {
        word: tuple(float(each == position) for each in range(len(values)))
        for position, word in reversed(
            [*enumerate(values)]
        )  # of a value that is listed twice the first counts
    }
    other = features[OTHER_CATEGORY]
    return lambda value: None if value is None else features.get(str(value).lower(), other)


_FEATURES: dict[SlotType, Callable[[SlotSpec], Featuriser]] = {
    SlotType.TEXT: _text,
    SlotType.BOOL: _bool,
    SlotType.FLOAT: _float,
    SlotType.LIST: _list,
    SlotType.CATEGORICAL: _categorical,
}
