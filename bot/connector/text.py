"""Text as platforms limit it: measuring, cleaning, and splitting without breaking what people see."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never
from unicodedata import normalize

import regex

# Unicode's rules for what people see as one character (UAX 29), jamo and conjuncts included.
CLUSTER = regex.compile(r"\X")
CODE_POINT = regex.compile(r"(?s).")
EXTENDS = r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]"
BLANKS = regex.compile(rf"(?:\s(?!{EXTENDS}))*+")  # an accent can stand on a blank
PARAGRAPH, LINE, BLANK = (regex.compile(rf"(?r){mark}(?!{EXTENDS})") for mark in (r"\n\n", r"\n", r"\s"))

# A link in a text, as far as it can be told without a list of top-level domains: an `address` with
# a scheme, or the mere `name` of a host. What is neither is a cluster.
_WORD = r"\p{Latin}\p{Cyrillic}\p{M}\p{Nd}=_/+$%#~@&\-"
_BRACKET = rf"\([{_WORD}!*';:,.\[\]|?]*+\)"
_PATH = rf"(?::\d++)?(?:[/?#](?:(?:[{_WORD}!*';:,.\[\]|?]|{_BRACKET})*(?:[{_WORD}]|{_BRACKET}))?)?"
_HOST = r"(?:[\p{L}\p{M}\p{Nd}_-]{1,63}+\.){1,9}(?:[a-z]{2,}+|(?:(?![A-Za-z])\p{L}\p{M}*){2,}+)"
ATOM = regex.compile(
    rf"(?P<address>https?://{_HOST}{_PATH})|(?:https?://[\w.-]+{_PATH})"
    rf"|(?P<name>(?<![A-Za-z0-9@_.-])(?:[a-z0-9-]{{1,63}}+\.){{1,9}}[a-z]{{2,}}+{_PATH})|\X",
    regex.IGNORECASE,
)

# X's own count: https://docs.x.com/fundamentals/counting-characters and version 3 of the
# configuration of its twitter-text library. Every other code point weighs 2.
LINK_WEIGHT = 23
EMOJI_WEIGHT = 2
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{RI}|[0-9#*]\ufe0f?\u20e3")


class TextUnit(StrEnum):
    """What a platform counts when it limits text."""

    CHARACTER = "character"  # Unicode code points
    BYTE = "byte"  # of UTF-8
    UTF16 = "utf16"  # code units
    GRAPHEME = "grapheme"  # what people see as one character
    WEIGHTED = "weighted"  # as X counts: links 23, emoji 2, most scripts of the East 2


def measure(text: str, unit: TextUnit) -> int:
    """Count `text` in a platform's own unit."""
    match unit:
        case TextUnit.CHARACTER:
            return len(text)
        case TextUnit.BYTE:
            return len(text.encode("utf-8", "surrogatepass"))
        case TextUnit.UTF16:
            return len(text) + sum(character > "\uffff" for character in text)
        case TextUnit.GRAPHEME:
            return len(clusters(text))
        case TextUnit.WEIGHTED:
            return sum(weigh(atom) for atom in ATOM.finditer(text))
        case _:
            assert_never(unit)


def weigh(atom: regex.Match[str]) -> int:
    """Return what a link or a visible character weighs for X.

    X knows the top-level domains and takes other names for words: those get the larger of both.
    """
    text = normalize("NFC", atom[0])
    weight = sum(1 if any(low <= ord(c) <= high for low, high in LIGHT) else 2 for c in text)
    if atom.lastgroup == "address":
        return LINK_WEIGHT
    if atom.lastgroup == "name":
        return max(LINK_WEIGHT, weight)
    return min(EMOJI_WEIGHT, weight) if EMOJI.match(text) else weight


def clusters(text: str) -> list[str]:
    """Return what people see as single characters, in order."""
    return CLUSTER.findall(text)


def clean_text(text: str) -> str:
    """Make foreign text storable: null bytes go, halves of surrogate pairs become U+FFFD."""
    without_nulls = text.replace("\x00", "")
    return without_nulls.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def split_text(text: str, *, limit: int, unit: TextUnit = TextUnit.CHARACTER) -> tuple[str, ...]:
    """Cut `text` into parts of at most `limit` units, at paragraphs, lines or words if possible.

    White space at the cuts and around the text is dropped. No part is empty. A link, and what
    people see as one character, is only cut where it alone exceeds the limit.
    """
    parts: list[str] = []
    rest = skip_blanks(text.rstrip())
    while len(head := fit(rest, limit, unit)) < len(rest):
        cut = find_break(rest, len(head))
        parts.append(rest[:cut].rstrip())
        rest = skip_blanks(rest[cut:])
    return tuple(part for part in (*parts, rest) if part)


def skip_blanks(text: str) -> str:
    """Drop the white space that a text begins with."""
    blanks = BLANKS.match(text)
    return text[blanks.end() :] if blanks else text


def fit(text: str, limit: int, unit: TextUnit) -> str:
    """Return the longest start of `text` within `limit` that ends between links and visible characters.

    Where not even the first of them fits, the cut is inside it; at least one code point is returned.
    """
    for finest in (ATOM, CLUSTER, CODE_POINT):
        end, used = 0, 0
        for piece in finest.finditer(text):
            used += measure(piece[0], unit)
            if used > limit:
                break
            end = piece.end()
        if end:
            return text[:end]
    return text[:1]


def find_break(text: str, end: int) -> int:
    """Return where to cut `text`, at most at `end`: after its last break, else there.

    Paragraphs and lines are only worth a cut where they leave at least half.
    """
    for mark in (PARAGRAPH, LINE):
        if found := mark.search(text, max(end // 2, 1), end):
            return found.end()
    if skip_blanks(text[end : end + 2]) != text[end : end + 2]:
        return end
    found = BLANK.search(text, 1, end)
    return found.end() if found else end
