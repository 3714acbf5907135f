"""Text as people see it: visible characters by Unicode's rules, links, and what both weigh for X."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import normalize

import regex

Measure = Callable[[str], int]

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


def weigh_atom(atom: regex.Match[str]) -> int:
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


def weigh(text: str) -> int:
    """Return what X counts of a text."""
    return sum(weigh_atom(atom) for atom in ATOM.finditer(text))


def count(text: str) -> int:
    """Return how many characters people see in a text."""
    return len(clusters(text))


def clusters(text: str) -> list[str]:
    """Return what people see as single characters, in order."""
    return CLUSTER.findall(text)


def split(text: str, *, limit: int, measure: Measure) -> tuple[str, ...]:
    """Cut `text` into parts that measure at most `limit`; see `text.split_text`."""
    parts: list[str] = []
    rest = skip_blanks(text.rstrip())
    while len(head := fit(rest, limit, measure)) < len(rest):
        cut = find_break(rest, len(head))
        parts.append(rest[:cut].rstrip())
        rest = skip_blanks(rest[cut:])
    return tuple(part for part in (*parts, rest) if part)


def skip_blanks(text: str) -> str:
    """Drop the white space that a text begins with."""
    blanks = BLANKS.match(text)
    return text[blanks.end() :] if blanks else text


def fit(text: str, limit: int, measure: Measure) -> str:
    """Return the longest start of `text` within `limit`; see `text.fit`."""
    for finest in (ATOM, CLUSTER, CODE_POINT):
        end, used = 0, 0
        for piece in finest.finditer(text):
            used += measure(piece[0])
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
