"""Which of a post's words speak most for its being a complaint, as they were written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.nlu.normalise import normalise
from bot.nlu.triage_features import list_words, name_kind
from bot.nlu.triage_words import find_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_WORDS = 5
_LEAST_SHARE = 0.25
"""A word is told when it says at least this share of what the strongest one says."""
_WRITTEN = re.compile(r"(?P<skipped>[@<\[]\S+|\w+://\S+|www\.\S+)|#?[^\W\d_]+(?:['\u2019`][^\W\d_]+)*")
_APOSTROPHES = str.maketrans("\u2019`", "''")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SAY_NOTHING_ALONE = frozenset(
    """
    a an the and or but so to of in on at by for from with as is are was were be been am i i'm i've
    it it's its this that these those there he she they them we me my our his her you your u do did
    has have had if then than when what which who some any all one two just rt amp like could would
    said say says went time off get got
    """.split()  # noqa: SIM905 - easier to read
)


def name_reasons(text: str, words: Iterable[str], weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return a few words of `text`, in its order, each once.

    `words` are those of its normalised form, in order; `weights` what each of them, of their pairs and of
    the signals adds to the score of a complaint. What a pair adds is split between its words; what a kind of
    words adds is said of each such word.
    """
    split = _split_pairs(weights)
    said = {
        word: split.get(word, 0.0) + weights.get(name_kind(find_kind(word) or ""), 0.0)
        for word in words
        if word[0].isalpha() and word not in _SAY_NOTHING_ALONE
    }
    said = {word: weight for word, weight in said.items() if weight > 0}
    least = _LEAST_SHARE * max(said.values(), default=0.0)
    strong = sorted((word for word in said if said[word] >= least), key=said.__getitem__, reverse=True)
    return _find_written(text, frozenset(strong[:MOST_WORDS]))


def _split_pairs(weights: Mapping[str, float]) -> dict[str, float]:
    said = {gram: weight for gram, weight in weights.items() if gram[0].isalpha() and " " not in gram}
    for gram, weight in weights.items():
        first, _, second = gram.partition(" ")
        for word in (first, second) if second else ():
            if word in said or word[0].isalpha():
                said[word] = said.get(word, 0.0) + weight / 2
    return said


def _find_written(text: str, words: frozenset[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for match in _WRITTEN.finditer(text):
        if match["skipped"]:
            continue
        for word in _read(match[0]):
            if word in words:
                found.setdefault(word, match[0])
    return tuple(dict.fromkeys(found.values()))


def _read(written: str) -> Iterator[str]:
    """Yield the words that normalising makes of a written one: several of a hashtag."""
    if written.startswith("#"):
        yield from list_words(normalise(written).text)
    else:
        yield _STRETCHED.sub(r"\1\1", written.lower()).translate(_APOSTROPHES)
