"""What is kept in mind of the latest of many, so that memory does not grow with them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from typing_extensions import override

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Mapping[Key, Value], Generic[Key, Value]):
    """The latest `most` of something, by key. Whatever is kept in it must be such as may be forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: OrderedDict[Key, Value] = OrderedDict()

    def keep(self, key: Key, value: Value) -> None:
        """Keep one as the latest, and forget the oldest beyond `most`."""
        self._items[key] = value
        self._items.move_to_end(key)
        while len(self._items) > self._most:
            self._items.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Forget one, if it is there."""
        self._items.pop(key, None)

    @override
    def __getitem__(self, key: Key) -> Value:
        return self._items[key]

    @override
    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    @override
    def __len__(self) -> int:
        return len(self._items)
