"""A post → the names of what speaks for or against a complaint in it: words, pairs of words, signals.

A signal stands for what normalising took out of the text or what no single word shows, by a name that
begins with `=`. Handles count by where they stand, not by whom they name: brands differ, habits do not.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.nlu.triage_words import find_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.nlu.normalise import Evidence, Normalised

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:st|nd|rd|th)?\b|\d+|[?!]+|\.\.+|[£$€]")
_NEGATION = re.compile(
    r"\b(?:not?|never|nothing|nobody|none|without|cannot|(?:ca|do|does|did|wo|is|was)nt|\w+n't)\b"
)
_SIGNED = re.compile(r"(?:\^|\s[/*\u2013-])\s?[A-Za-z]{2,8}\.?$")
_GREETED_BY_NAME = re.compile(r"(?:[Hh]i|[Hh]ello|[Hh]ey|[Hh]iya|[Dd]ear|[Mm]orning),? [A-Z]\w+")
_ADDRESSED = re.compile(r"[\s.]*[@<\[]")
_MANY_CAPITALS = 0.4
"""Above this share of the letters, the whole post is shouted."""


def list_words(text: str) -> list[str]:
    """Return the words of a normalised text in lower case; numbers are all `0`, marks at most two."""
    return [word if word[0].isalpha() else _simplify(word) for word in _WORD.findall(text.lower())]


def list_grams(words: list[str]) -> list[str]:
    """Return words, and pairs of neighbours with the two ends of the text among them, each once."""
    pairs = (f"{first} {second}" for first, second in pairwise(["<", *words, ">"]))
    return list(dict.fromkeys((*words, *pairs)))


def list_signals(text: str, normalised: Normalised, words: list[str] | None = None) -> list[str]:
    """Return the signals in a post; `text` is what was written, `words` are those of the normalised text."""
    said = list_words(normalised.text) if words is None else words
    return [*_signals_of_frame(text, normalised.evidence), *_signals_of_words(normalised.text, said)]


def _signals_of_frame(text: str, evidence: Evidence) -> Iterator[str]:
    if evidence.users:
        yield "=user"
        if _ADDRESSED.match(text):
            yield "=user first"
        if len(evidence.users) > 1:
            yield "=users"
    for name in ("links", "hashtags", "emoji", "elongations", "questions", "exclamations"):
        if getattr(evidence, name):
            yield f"={name}"
    if evidence.exclamations > 1 or evidence.questions > 1:
        yield "=many marks"
    if evidence.capitals > _MANY_CAPITALS:
        yield "=many capitals"


def _signals_of_words(text: str, words: list[str]) -> Iterator[str]:
    negations = len(_NEGATION.findall(text.lower()))
    if negations:
        yield "=negation"
    if negations > 1:
        yield "=negations"
    if _SIGNED.search(text):
        yield "=signed"
    if _GREETED_BY_NAME.match(text):
        yield "=greeted by name"
    for kind in dict.fromkeys(map(find_kind, words)):
        if kind is not None:
            yield name_kind(kind)


def name_kind(kind: str) -> str:
    """Return the signal of a kind of words."""
    return f"={kind}"


def _simplify(word: str) -> str:
    if word[0].isdigit():
        return "0"
    return word[:2] if word[0] in "?!." else word
