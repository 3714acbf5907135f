"""spaCy's tokens: the rules of a language, no statistical model."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

MOST_WORDS, LONGEST_TEXT = 8_000, 1_000
"""How many words are remembered (3 MB), and how long in code points a text is that any are learnt from."""
ANY_LANGUAGE = "xx"
_UNKNOWN_LANGUAGE = "[E048]"  # spaCy's number of the sentence that says so


def simplify_code(language: str) -> str:
    """Return the code that spaCy knows a language by: `pt` for `pt-BR` or `pt_BR`."""
    return re.split("[-_]", language.lower())[0]


def load_language(code: str) -> Language:
    """Return spaCy's blank pipeline for a language code: `de`, `pt-BR` (as `pt`).

    A language that spaCy has no rules for, or none without a package that is not installed, is cut at blanks
    and punctuation, as Rasa's WhitespaceTokenizer cuts every language; `name_lack` says so.
    """
    # Not at the top of the file: processes that never parse should not pay for it (30 MB).
    from bot.nlu.spacy_library import blank  # noqa: PLC0415 - see above

    try:
        return blank(simplify_code(code))
    except ImportError:
        return blank(ANY_LANGUAGE)


def name_lack(code: str) -> str:
    """Say why a language is not cut by rules of its own; nothing where it is."""
    from bot.nlu.spacy_library import blank  # noqa: PLC0415 - as above

    try:
        blank(simplify_code(code))
    except ImportError as error:
        if _UNKNOWN_LANGUAGE in str(error):
            return f"spaCy has no rules for language {code!r}"
        return f"spaCy's rules for language {code!r} lack a package ({' '.join(str(error).split())})"
    return ""


class Tokenizer:
    """Cuts texts into the tokens of one language. Not for use by several threads at once.

    spaCy is ten times as fast with words that it knows, but keeps every word it ever saw: so the first few
    thousand that people write are remembered, all others only until the next call.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._remembered = 0
        self._zone = ExitStack()

    def cut(self, texts: Sequence[str]) -> list[Doc]:
        """Return the tokens of each text. They are good until the next call."""
        self._zone.close()
        if self._remembered >= MOST_WORDS or max(map(len, texts), default=0) > LONGEST_TEXT:
            self._zone.enter_context(self._language.memory_zone())
            return self._cut(texts)
        before = len(self._language.vocab)
        docs = self._cut(texts)
        self._remembered += len(self._language.vocab) - before
        return docs

    def _cut(self, texts: Sequence[str]) -> list[Doc]:
        return [self._language.make_doc(text) for text in texts]


def get_token_spans(doc: Doc) -> tuple[tuple[int, int], ...]:
    """Return (start, end) in code points of every token that is not just blanks."""
    return tuple((token.idx, token.idx + len(token)) for token in doc if not token.is_space)
