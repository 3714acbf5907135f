"""What actions in this process are handed instead of what is ours: copies, made when they are looked at."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any, SupportsIndex

import orjson

if TYPE_CHECKING:
    from bot.domain.json import JsonObject


def copy_json(value: Any) -> Any:
    """Return a copy that shares nothing with `value`."""
    try:
        return orjson.loads(orjson.dumps(value))
    except TypeError:  # a whole number of more than 64 bits
        return deepcopy(value)


def dump_json(value: Any) -> bytes:
    """Write JSON; the slow way for whole numbers of more than 64 bits."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


class DomainPost:
    """Hands out a domain: written once, and read anew by every action that looks at it."""

    def __init__(self) -> None:
        self._of: JsonObject | None = None
        self._text = b""

    def post(self, domain: JsonObject) -> PostedDomain:
        """Return the domain for one action, which may change it."""
        if domain is not self._of:
            self._text, self._of = dump_json(domain), domain
        return PostedDomain(self._text)


class PostedDomain(dict[str, Any]):
    """A domain that is read when it is looked at: most actions never do."""

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        super().__init__({"": None})  # json's own encoder takes a map of no size for an empty one
        self._text = text

    def open(self) -> None:
        """Read it, unless it is read already."""
        if self._text:
            text, self._text = self._text, b""
            super().clear()
            super().update(orjson.loads(text))

    def __reduce_ex__(self, _protocol: SupportsIndex) -> tuple[Any, ...]:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        """Copy it as the plain map that it stands for."""
        return (dict, (dict(self),))


def _opening(name: str) -> Any:
    plain = getattr(dict, name)

    def method(self: PostedDomain, *arguments: Any, **options: Any) -> Any:
        self.open()
        return plain(self, *arguments, **options)

    method.__name__ = name
    return method


for _name in (
    *("__iter__", "__len__", "__contains__", "__getitem__", "__setitem__", "__delitem__", "__reversed__"),
    *("__eq__", "__ne__", "__or__", "__ror__", "__ior__", "__repr__"),
    *("clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"),
):
    setattr(PostedDomain, _name, _opening(_name))
