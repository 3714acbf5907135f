"""Rasa's KeywordIntentClassifier: a text that holds a whole example means that example's intent."""

from __future__ import annotations

import re
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.domain.example import Example

_WORD = re.compile(r"\w+")
_UNFOLLOWED = frozenset("\\^$*+{[|(")
"""Signs of regular expressions whose meaning `_find_whole_words` does not follow."""

_ALSO_ALIKE = str.maketrans({"\u0130": "i", "\u0131": "i"})
"""Turkish letters that Python's expressions hold for the same as `i`, which folding keeps apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keywords:
    """What training learned: (keyword, intent) in the order of the data.

    As in Rasa a keyword is a regular expression, so that `is it open?` also finds "is it open". One that
    Python cannot compile, where Rasa would stop, is taken literally.
    """

    entries: tuple[tuple[str, str], ...]
    case_sensitive: bool = True


class KeywordFinder:
    """Applies `Keywords`. Only those are tried whose words the text holds: of 10,000 mostly none."""

    def __init__(self, keywords: Keywords) -> None:
        self._entries = keywords.entries
        self._case_sensitive = keywords.case_sensitive
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._words = [_find_whole_words(self._fold(keyword)) for keyword, _ in keywords.entries]
        counts = Counter(word for words in self._words for word in words)
        self._by_rarest: defaultdict[str | None, list[int]] = defaultdict(list)
        for row, words in enumerate(self._words):
            rarest = min(words, key=lambda word: (counts[word], word), default=None)
            self._by_rarest[rarest].append(row)

    def find(self, text: str) -> str | None:
        """Return the intent of the first keyword, in the data's order, that the text holds as whole words."""
        return next((intent for _, intent in self.find_all(text)), None)

    def find_all(self, text: str, *, but: str | None = None) -> Iterator[tuple[str, str]]:
        """Yield every (keyword, intent) that the text holds, in the data's order, `but` for one intent's."""
        words = set(_WORD.findall(self._fold(text)))
        near = (row for word in (None, *words) for row in self._by_rarest.get(word, ()))
        rows = sorted(row for row in near if self._words[row] <= words)
        wanted = (row for row in rows if self._entries[row][1] != but)
        return (self._entries[row] for row in wanted if self._compile(row).search(text))

    def _fold(self, text: str) -> str:
        return text if self._case_sensitive else text.translate(_ALSO_ALIKE).casefold()

    def _compile(self, row: int) -> re.Pattern[str]:
        if row not in self._compiled:
            flags = 0 if self._case_sensitive else re.IGNORECASE
            self._compiled[row] = _compile(self._entries[row][0], flags)
        return self._compiled[row]


def learn_keywords(examples: Iterable[Example], *, case_sensitive: bool) -> Keywords:
    """Take the examples' texts as keywords, as Rasa does.

    A text of two intents is no keyword of either, and one that is found in an example of another intent is
    none. Retrieval intents count without their keys.
    """
    intents: dict[str, str] = {}
    twice: set[str] = set()
    for example in examples:
        intent = example.intent.partition("/")[0]
        if intents.setdefault(example.text, intent) != intent:
            twice.add(example.text)
    entries = tuple((text, intent) for text, intent in intents.items() if text and text not in twice)
    finder = KeywordFinder(Keywords(entries=entries, case_sensitive=case_sensitive))
    ambiguous = {keyword for text, intent in entries for keyword, _ in finder.find_all(text, but=intent)}
    kept = tuple(entry for entry in entries if entry[0] not in ambiguous)
    return Keywords(entries=kept, case_sensitive=case_sensitive)


def _compile(keyword: str, flags: int) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python finds odd in a customer's sentence is nobody's news
        try:
            return re.compile(rf"\b{keyword}\b", flags)
        except (re.error, RecursionError, OverflowError):
            return re.compile(rf"\b{re.escape(keyword)}\b", flags)


def _find_whole_words(keyword: str) -> frozenset[str]:
    """Return words that every match holds, each as a whole word; fewer where that is hard to tell."""
    if not _UNFOLLOWED.isdisjoint(keyword):
        return frozenset()
    return frozenset(match.group() for match in _WORD.finditer(keyword) if _stands_apart(keyword, match))


def _stands_apart(keyword: str, match: re.Match[str]) -> bool:
    """Tell whether a word cannot grow or shrink: `.` may be a letter, `?` may take a sign away."""
    before = keyword[: match.start()][-1:]
    after = keyword[match.end() :][:2]
    return before not in (".", "?") and after[:1] not in (".", "?") and after[1:] != "?"
