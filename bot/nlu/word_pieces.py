"""The tokens of all-MiniLM-L6-v2: BERT's basic tokenizer without capitals, then WordPiece.

Source: Devlin et al. 2018 (BERT), its `tokenization.py`; Wu et al. 2016 (WordPiece). A test holds it against
Hugging Face's `tokenizers`, which would take 13 MB of a server. The two differ in marks of rare scripts that
came into Unicode after the tables of that library, and are in no token.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MOST_WORDS = 4_000
"""How many words' pieces are remembered (1 MB)."""
_LONGEST_WORD = 100  # code points; what is longer is no word
_SPECIAL = re.compile(r"(\[(?:PAD|UNK|CLS|SEP|MASK)\])")
_START, _END, _UNKNOWN, _INSIDE = "[CLS]", "[SEP]", "[UNK]", "##"
_INVISIBLE = frozenset({"Cc", "Cf", "Co"})
_ASCII_CONTROLS = dict.fromkeys({*range(32), 127} - {9, 10, 13})
_ASCII_WORD = re.compile(r"[0-9a-z]+|[!-/:-@\[-`{-~]")
_HAN = re.compile(
    "([\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002b73f"
    "\U0002b740-\U0002b81f\U0002b920-\U0002ceaf\U0002f800-\U0002fa1f])"
)
"""Characters that are a word each, as in BERT."""


class WordPieces:
    """Cuts texts into numbers of a vocabulary's pieces (one a line). For any thread.

    The vocabulary is a sorted table (0.6 MB): as a dictionary it would be 4 MB.
    """

    def __init__(self, vocabulary: Path, *, most: int) -> None:
        """Read a vocabulary; no text has more than `most` pieces."""
        pieces = np.array(vocabulary.read_bytes().splitlines())
        self._numbers = np.argsort(pieces, kind="stable").astype(np.int32)
        self._pieces = pieces[self._numbers]
        self._longest: int = pieces.itemsize
        self._start, self._end, self._unknown = (
            number for (number,) in map(self._cut_special, (_START, _END, _UNKNOWN))
        )
        self._most = most - 2
        self._known: dict[str, list[int]] = {}

    def cut(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, between those of its start and its end."""
        found: list[int] = []
        for number, part in enumerate(_SPECIAL.split(text)):
            if number % 2:
                found += self._cut_special(part)
                continue
            for word in _list_words(part):
                found += self._known.get(word) or self._learn(word)
        return [self._start, *found[: self._most], self._end]

    def _learn(self, word: str) -> list[int]:
        found = self._cut_word(word)
        if len(self._known) >= MOST_WORDS:
            self._known.clear()
        self._known[word] = found
        return found

    def _cut_special(self, word: str) -> list[int]:
        numbers = self._look_up([word])
        return [int(numbers[0])]

    def _cut_word(self, word: str) -> list[int]:
        """Take the longest piece that a word begins with, and so on; one that is no word where none fits."""
        found: list[int] = []
        start = 0
        while start < len(word) <= _LONGEST_WORD:
            ends = range(min(len(word), start + self._longest), start, -1)
            inside = _INSIDE if start else ""
            numbers = self._look_up([inside + word[start:end] for end in ends])
            fitting = np.flatnonzero(numbers >= 0)
            if not fitting.size:
                return [self._unknown]
            found.append(int(numbers[fitting[0]]))
            start = ends[int(fitting[0])]
        return found or [self._unknown]

    def _look_up(self, pieces: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """Return the pieces' numbers; -1 for those that are none."""
        wanted = np.array([piece.encode(errors="replace") for piece in pieces])
        places = np.minimum(np.searchsorted(self._pieces, wanted), len(self._pieces) - 1)
        return np.where(self._pieces[places] == wanted, self._numbers[places], -1).astype(np.int32)


def _list_words(text: str) -> Iterator[str]:
    """Yield words and signs in small letters without accents."""
    if text.isascii():
        yield from _ASCII_WORD.findall(text.translate(_ASCII_CONTROLS).lower())
        return
    for word in _normalise(text).split():
        start = 0
        for place, character in enumerate(word):
            if _is_sign(character):
                yield from filter(None, (word[start:place], character))
                start = place + 1
        if start < len(word):
            yield word[start:]


def _normalise(text: str) -> str:
    visible = "".join(map(_show, text))
    apart = unicodedata.normalize("NFD", _HAN.sub(r" \1 ", visible))
    letters = (letter for letter in apart if unicodedata.category(letter) != "Mn")
    return "".join(letter.lower() for letter in letters)


def _show(character: str) -> str:
    """Return a character, a blank for what parts words, nothing for what cannot be seen."""
    if character in "\t\n\r":
        return " "
    if character == "\ufffd" or unicodedata.category(character) in _INVISIBLE:
        return ""
    return " " if character.isspace() else character


def _is_sign(character: str) -> bool:
    if character.isascii():
        return not character.isalnum()
    return unicodedata.category(character).startswith("P")
