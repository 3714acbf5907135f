"""Rasa's SpacyEntityExtractor: names, places and the like, found by a trained spaCy pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.understanding import Entity
from bot.errors import ModelError, ModelMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language
    from spacy.tokens import Span

EXTRACTOR = "SpacyEntityExtractor"
_IDLE = ("tagger", "morphologizer", "attribute_ruler", "lemmatizer")
_RULERS = frozenset({"entity_ruler", "span_ruler"})
"""Patterns may ask for what the idle parts find. (The parser always runs: no entity crosses a sentence.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacyOptions:
    """`SpacyNLP.model`, a package or a folder, and the kinds of entities wanted; none named: all."""

    model: str
    dimensions: tuple[str, ...] = ()


def check_installed(options: SpacyOptions) -> None:
    """Look for the pipeline without loading it. Raises `ModelMissing`."""
    from spacy.util import is_package  # noqa: PLC0415 - as in `bot.nlu.tokens`

    if not is_package(options.model) and not Path(options.model).is_dir():
        raise _say_missing(options.model)


class SpacyEntityFinder:
    """Applies a pipeline. Loading one takes a second and 50 MB or more.

    Raises `ModelMissing` where it is not installed, `ModelError` where it cannot find entities.
    """

    def __init__(self, options: SpacyOptions) -> None:
        self._language = _load(options.model)
        self._wanted = frozenset(options.dimensions)

    def find(self, text: str) -> Iterator[Entity]:
        """Yield the entities of a text, in order."""
        with self._language.memory_zone():  # forgets the text's words, as in `Reader`
            found = [(span.label_, span.text, span.start_char, span.end_char) for span in self._find(text)]
        for label, value, start, end in found:
            yield Entity(entity=label, value=value, start=start, end=end, extractor=EXTRACTOR)

    def _find(self, text: str) -> Iterator[Span]:
        return (span for span in self._language(text).ents if not self._wanted or span.label_ in self._wanted)


def _say_missing(model: str) -> ModelMissing:
    return ModelMissing(
        f"the spaCy pipeline {model!r} (`SpacyNLP.model` in config.yml) is not installed: "
        f"`python -m spacy download {model}` installs it, or name a folder that holds one"
    )


def _load(model: str) -> Language:
    from bot.nlu.spacy_library import load  # noqa: PLC0415 - as in `bot.nlu.tokens`

    try:
        language = load(model, disable=_IDLE)
    except OSError as error:
        raise _say_missing(model) from error
    except (ImportError, ValueError, KeyError) as error:
        raise ModelError(f"the spaCy pipeline {model!r} of config.yml cannot be used: {error}") from error
    if not _RULERS.isdisjoint(language.pipe_names):
        for name in language.disabled:
            language.enable_pipe(name)
    if not any("doc.ents" in language.get_pipe_meta(name).assigns for name in language.pipe_names):
        raise ModelError(
            f"the spaCy pipeline {model!r} of config.yml has no part that finds entities (`ner`): "
            "name another, or delete `SpacyEntityExtractor`"
        )
    return language
