"""Which held-out texts a model got right, in eight characters each, so that two models can be compared.

Each text with its intent becomes a key of 47 bits; one more bit tells whether it was understood. All of
them together are kept as one base64 text: 8 KB for 1,000 texts.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BYTES = 6


def key_of(text: str, intent: str) -> int:
    """Return the key of an example. Keys of a million examples collide with a chance of 0.4 %."""
    digest = hashlib.blake2b(f"{intent}\0{text}".encode(), digest_size=_BYTES).digest()
    return int.from_bytes(digest) >> 1


def pack_outcomes(outcomes: Iterable[tuple[int, bool]]) -> str:
    """Return keys and outcomes as text."""
    packed = b"".join((key << 1 | right).to_bytes(_BYTES) for key, right in sorted(outcomes))
    return b64encode(packed).decode()


def unpack_outcomes(packed: object) -> Mapping[int, bool]:
    """Return key → right; nothing for what `pack_outcomes` did not write (another version's model)."""
    try:
        data = b64decode(packed, validate=True) if isinstance(packed, str) else b""
    except ValueError:
        return {}
    numbers = (int.from_bytes(data[at : at + _BYTES]) for at in range(0, len(data), _BYTES))
    return {number >> 1: bool(number & 1) for number in numbers}
