"""How many segments a text makes, which is what text messages are paid by. Pure.

A text of the GSM alphabet has 160 characters in one segment and 153 in each of several (a header takes
the rest); one character outside of it, and the whole text goes as UCS-2, with 70 and 67 UTF-16 units.
Sources: 3GPP TS 23.038 (the alphabet), https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.connector import TextUnit
from bot.connector.text import measure

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = frozenset("^{}\\[~]|€\f")  # two septets each
GSM = (160, 153)
UCS = (70, 67)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """What a text costs: `count` segments in the `encoding` GSM-7 or UCS-2."""

    encoding: str
    count: int


def count_segments(text: str) -> Segments:
    """Count the segments of a text; an empty one (a file alone) makes none."""
    if not text:
        return Segments(encoding="GSM-7", count=0)
    if BASIC.union(ESCAPED).issuperset(text):
        septets = len(text) + sum(character in ESCAPED for character in text)
        return Segments(encoding="GSM-7", count=divide(septets, GSM))
    return Segments(encoding="UCS-2", count=divide(measure(text, TextUnit.UTF16), UCS))


def divide(length: int, sizes: tuple[int, int]) -> int:
    """Return how many segments hold `length` units: one of the first size, or several of the second."""
    alone, each = sizes
    return 1 if length <= alone else -(-length // each)
