"""The rules by which spaCy cuts texts of a language, as data that a model keeps.

What serves such a model needs no spaCy for its tokens (`bot.nlu.rule_tokenizer`): 34 MB and half a second of
each start, where nothing else of a model asks for it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spacy.language import Language

LARGEST = 200_000
"""Characters of the longest pattern that is kept: French has one of 1.4 million."""

_SEARCHES = {
    "prefix": "prefix_search",
    "suffix": "suffix_search",
    "infix": "infix_finditer",
    "whole": "token_match",
    "address": "url_match",
}
"""Our names → the attributes of spaCy's tokenizer, each a method of a compiled pattern."""

_BY_RULES = "spacy.tokenizer", "Tokenizer"
"""The module and the name of spaCy's tokenizer by rules. Chinese, for one, has a program."""
_WRITTEN = "ORTH"
"""spaCy's name of what a token of an exception is written like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What cuts the words between blanks.

    `lang` is spaCy's code of the language. `prefix` and `suffix` are found at a word's ends, one after the
    other, `infix` within what remains of it, unless that is a `whole` token or a web `address`.
    `exceptions`: words → the lengths of their tokens.
    """

    lang: str
    exceptions: Mapping[str, tuple[int, ...]]
    prefix: re.Pattern[str] | None = None
    suffix: re.Pattern[str] | None = None
    infix: re.Pattern[str] | None = None
    whole: re.Pattern[str] | None = None
    address: re.Pattern[str] | None = None

    def to_file(self) -> bytes:
        """Return what `read_rules` reads: the same bytes for equal rules."""
        patterns = {name: getattr(self, name) for name in _SEARCHES}
        described = {
            "lang": self.lang,
            "exceptions": dict(sorted(self.exceptions.items())),
            "patterns": {name: [each.pattern, each.flags] for name, each in patterns.items() if each},
        }
        return json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()


def read_rules(content: bytes) -> TokenRules:
    """Read what `to_file` wrote. Raises what `json.loads` and wrong JSON do, or `re.error`."""
    described = json.loads(content)
    exceptions = {str(word): tuple(map(int, lengths)) for word, lengths in described["exceptions"].items()}
    if any(sum(lengths) != len(word) or min(lengths) < 1 for word, lengths in exceptions.items()):
        raise ValueError("an exception's tokens are not its word")
    patterns = {name: re.compile(*described["patterns"][name]) for name in described["patterns"]}
    return TokenRules(lang=str(described["lang"]), exceptions=exceptions, **patterns)


def take_rules(language: Language) -> TokenRules | None:
    """Return a language's rules; None where they are no rules but code, or too large to be kept."""
    tokenizer: Any = language.tokenizer
    kind = type(tokenizer)
    if (kind.__module__, kind.__name__) != _BY_RULES or not tokenizer.faster_heuristics:
        return None
    searches = {name: getattr(tokenizer, attribute) for name, attribute in _SEARCHES.items()}
    patterns = {name: getattr(search, "__self__", None) for name, search in searches.items() if search}
    if any(not isinstance(each, re.Pattern) or len(each.pattern) > LARGEST for each in patterns.values()):
        return None
    return TokenRules(lang=language.lang or "", exceptions=_take_exceptions(language), **patterns)


def _take_exceptions(language: Language) -> dict[str, tuple[int, ...]]:
    written = language.vocab.strings[_WRITTEN]
    tokenizer: Any = language.tokenizer
    rules: Mapping[str, list[dict[Any, str]]] = tokenizer.rules
    return {word: tuple(len(token[written]) for token in tokens) for word, tokens in rules.items()}
