"""Files that customers send: where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INLINE = "data:;base64,"
"""How the `ref` of a file begins that came within its message; never stored so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAddress:
    """Where a file can be fetched now, and with which headers (both may hold secrets).

    `hosts` are the platform's own: headers are sent to them alone, and a redirect may lead to them
    alone; `*.example.org` stands for all names below example.org. `content`: the file itself, where the
    platform gave it with the message. `allow_internal`: the account's platform itself is in our network.
    """

    url: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    hosts: frozenset[str] = frozenset()
    content: bytes | None = field(default=None, repr=False)
    allow_internal: bool = False
