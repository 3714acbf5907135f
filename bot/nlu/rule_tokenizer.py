"""Cuts texts by a language's rules as spaCy's tokenizer does, without spaCy.

The method is the one that spaCy's manual gives as pseudo-code (https://spacy.io/usage/linguistic-features,
"How spaCy's tokenizer works"), with the last step of its program: exceptions of several words, and those that
other rules would cut, are put together again where the text holds them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from bot.nlu.token_rules import TokenRules

    Span = tuple[int, int]

MOST_WORDS, LONGEST_WORD = 8_000, 40
"""How many words are remembered (2 MB), and how long in code points one is that may be."""
_CHUNK = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class CutText:
    """A text, and where its tokens are: (start, end) in code points, without blanks."""

    text: str
    spans: tuple[Span, ...]


class _Word(NamedTuple):
    """Where in a word its tokens are, and whether an exception may begin with one of them."""

    spans: tuple[Span, ...]
    may_gather: bool


class RuleTokenizer:
    """Cuts texts of one language. Not for use by several threads at once."""

    def __init__(self, rules: TokenRules) -> None:
        self._rules = rules
        self._exceptions = rules.exceptions
        self._known: dict[str, _Word] = {}
        self._scattered = self._find_scattered()

    def cut(self, texts: Sequence[str]) -> list[CutText]:
        """Return the tokens of each text."""
        return [self._cut_text(text) for text in texts]

    def _cut_text(self, text: str) -> CutText:
        spans: list[Span] = []
        blanks: list[Span] = []
        may_gather = False
        for start, chunk in _split(text):
            word = self._known.get(chunk) or self._learn(chunk)
            placed = [(start + first, start + last) for first, last in word.spans]
            spans += placed
            if chunk[0].isspace():
                blanks += placed
            may_gather = may_gather or word.may_gather
        if may_gather:
            spans = self._gather(text, spans)
        return CutText(text, tuple(span for span in spans if span not in blanks) if blanks else tuple(spans))

    def _learn(self, chunk: str) -> _Word:
        lengths = self._exceptions.get(chunk) or self._cut_affixes(chunk, self._exceptions)
        spans = tuple(_place(0, lengths))
        may_gather = any(chunk[first:last] in self._scattered for first, last in spans)
        word = _Word(spans, may_gather)
        if len(self._known) < MOST_WORDS and len(chunk) <= LONGEST_WORD:
            self._known[chunk] = word
        return word

    def _cut_affixes(self, word: str, exceptions: Container[str]) -> list[int]:
        """Take prefixes and suffixes off, a pair at a time, until an exception is left or none is found."""
        before: list[int] = []
        after: list[int] = []
        last = 0
        while word and len(word) != last:
            if self._is_whole(word) or word in exceptions:
                break
            last = len(word)
            prefix = _measure(self._rules.prefix, word)
            if prefix and word[prefix:] in exceptions:
                before.append(prefix)
                word = word[prefix:]
                break
            suffix = _measure(self._rules.suffix, word[prefix:])
            if suffix and word[:-suffix] in exceptions:
                after.append(suffix)
                word = word[:-suffix]
                break
            before += [prefix] if prefix else []
            after += [suffix] if suffix else []
            word = word[prefix : len(word) - suffix]
        return [*before, *self._cut_rest(word, exceptions), *reversed(after)]

    def _cut_rest(self, word: str, exceptions: Container[str]) -> Sequence[int]:
        """Cut what has neither prefix nor suffix any more."""
        if not word:
            return ()
        if word in exceptions:
            return self._exceptions[word]
        address = self._rules.address
        if self._is_whole(word) or (address and address.match(word)):
            return (len(word),)
        return self._cut_inside(word)

    def _cut_inside(self, word: str) -> list[int]:
        infix = self._rules.infix
        ends = [0]
        for match in infix.finditer(word) if infix else ():
            if match.start():  # as in spaCy, what a word begins with is no infix
                ends += [each for each in match.span() if each > ends[-1]]
        if ends[-1] < len(word):
            ends.append(len(word))
        return [end - start for start, end in pairwise(ends)]

    def _is_whole(self, word: str) -> bool:
        whole = self._rules.whole
        return whole is not None and whole.match(word) is not None

    def _find_scattered(self) -> dict[str, list[tuple[str, ...]]]:
        """Return the exceptions that other rules would cut, as the tokens they would be, by the first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for exception in self._exceptions:
            if not self._has_affix(exception):
                continue
            tokens = tuple(
                exception[start + first : start + last]
                for start, word in _split(exception)
                for first, last in _place(0, self._cut_affixes(word, ()))
            )
            found.setdefault(tokens[0], []).append(tokens)
        return found

    def _has_affix(self, word: str) -> bool:
        rules = self._rules
        has_infix = rules.infix is not None and rules.infix.search(word) is not None
        return has_infix or " " in word or bool(_measure(rules.prefix, word) or _measure(rules.suffix, word))

    def _gather(self, text: str, spans: list[Span]) -> list[Span]:
        """Cut anew, as exceptions, what the tokens together make one; of overlapping ones the longest."""
        words = [text[start:end] for start, end in spans]
        matches = [
            (place, place + len(tokens))
            for place, word in enumerate(words)
            for tokens in self._scattered.get(word, ())
            if tuple(words[place : place + len(tokens)]) == tokens
        ]
        if not matches:
            return spans
        gathered: list[Span] = []
        at = 0
        for first, last in _choose_longest(matches):
            start, end = spans[first][0], spans[last - 1][1]
            lengths = self._exceptions.get(text[start:end])
            gathered += spans[at:first]
            gathered += _place(start, lengths) if lengths else spans[first:last]
            at = last
        return gathered + spans[at:]


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield words and the blanks between them, where they begin. One blank after a word belongs to it."""
    for match in _CHUNK.finditer(text):
        start, chunk = match.start(), match[0]
        if start and chunk[0] == " ":
            start, chunk = start + 1, chunk[1:]
        if chunk:
            yield start, chunk


def _place(start: int, lengths: Sequence[int]) -> list[Span]:
    return list(pairwise(accumulate(lengths, initial=start)))


def _measure(pattern: re.Pattern[str] | None, word: str) -> int:
    """Return the length of what a pattern finds; 0 for nothing."""
    match = pattern.search(word) if pattern else None
    return match.end() - match.start() if match else 0


def _choose_longest(matches: list[Span]) -> list[Span]:
    """Return matches that do not share an end with a longer or an earlier one, in the text's order."""
    chosen: list[Span] = []
    seen: set[int] = set()
    for first, last in sorted(matches, key=lambda span: (span[0] - span[1], span[0])):
        if first not in seen and last - 1 not in seen:
            chosen.append((first, last))
        seen.update(range(first, last))
    return sorted(chosen)
