"""Texts → `Understanding`: encoder, head, fallback and entities together."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from bot.domain.understanding import Understanding
from bot.errors import ModelError
from bot.nlu.entities import EntityFinder
from bot.nlu.retrieval import fold_keys, get_chances
from bot.nlu.text import bound_text
from bot.nlu.tokens import get_token_spans, load_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bot.domain.json import JsonObject
    from bot.domain.understanding import IntentScore
    from bot.nlu.encoder import Encoder
    from bot.nlu.model import NluModel


class Reader:
    """Applies a model. Not for use by several threads at once; the encoder may be shared with others.

    Raises `ModelError` when the model was trained on another encoder's vectors.
    """

    def __init__(self, model: NluModel, encoder: Encoder) -> None:
        if model.encoder != encoder.identity:
            raise ModelError(
                f"the model was trained with the encoder {model.encoder}, "
                f"but {encoder.identity} is installed: train again with `visavis train --release`",
            )
        self._model = model
        self._encoder = encoder
        self._language = load_language(model.language)
        self._entities = EntityFinder(model.entities, self._language)
        self._folder = fold_keys(model.head.names)
        grams = model.vocabulary.columns
        self._symbols = frozenset(sign for gram in grams for sign in gram if _is_symbol(sign))

    def read(self, texts: Sequence[str]) -> list[Understanding]:
        """Understand each text; any text at all has a result.

        A text of punctuation, or of emoji that no example holds, says nothing: all intents are equally
        likely, and so a project's fallback takes it. An empty one has no intent.
        """
        bounded = [bound_text(text) for text in texts]
        vectors = self._encoder.encode(bounded)
        # The zone forgets the words of these texts: spaCy would otherwise keep every word it ever saw.
        with self._language.memory_zone():
            return [self._understand(text, vector) for text, vector in zip(bounded, vectors, strict=True)]

    def _understand(self, text: str, vector: NDArray[np.float32]) -> Understanding:
        if not text:
            return Understanding(text="", intent=None)
        ranking, selected = self._rank(text, vector)
        fallback = self._model.fallback
        decided = fallback.apply(ranking) if fallback else ranking
        doc = self._language.make_doc(text)
        return Understanding(
            text=text,
            intent=decided[0] if decided else None,
            ranking=decided,
            entities=self._entities.find(doc),
            language=self._model.language,
            text_tokens=get_token_spans(doc),
            response_selector=selected,
            fallback=decided is not ranking,
        )

    def _rank(self, text: str, vector: NDArray[np.float32]) -> tuple[tuple[IntentScore, ...], JsonObject]:
        """Return the ranking of intents and, where some are retrieval intents, which keys are meant."""
        head, folder = self._model.head, self._folder
        if not any(character.isalnum() or character in self._symbols for character in text):
            return (folder or head).rank_blindly(), {}
        grams = self._model.vocabulary.vectorise(text)
        if folder is None:
            return head.rank(vector, grams), {}
        chances = get_chances(head, vector, grams)
        return folder.rank(chances), folder.select(chances)


def _is_symbol(character: str) -> bool:
    """Tell whether it is a sign that can mean something alone, as emoji do."""
    return unicodedata.category(character) == "So"
