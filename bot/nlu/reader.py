"""Texts → `Understanding`: encoder, head, fallback and entities together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.understanding import Triage, Understanding
from bot.errors import ModelError
from bot.nlu.cores import keep_to_one_core
from bot.nlu.decision import decide
from bot.nlu.entities import EntityFinder
from bot.nlu.intents import rank
from bot.nlu.keywords import KeywordFinder
from bot.nlu.language import LanguageFinder
from bot.nlu.ngrams import list_words
from bot.nlu.normalise import normalise
from bot.nlu.retrieval import fold_keys
from bot.nlu.rule_tokenizer import CutText, RuleTokenizer
from bot.nlu.tail import Tail
from bot.nlu.text import bound_text
from bot.nlu.tokens import Tokenizer, get_token_spans, load_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from spacy.tokens import Doc

    from bot.domain.json import JsonObject
    from bot.domain.understanding import Entity, IntentScore
    from bot.nlu.encoder import Encoder
    from bot.nlu.model import NluModel
    from bot.nlu.normalise import Normalised

    Verdict = tuple[NDArray[np.float64], float]  # chances and `in_scope`
    Beside = tuple[Doc | CutText, tuple[Entity, ...], Triage | None]


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
        keep_to_one_core()
        self._model = model
        self._encoder = encoder
        self._tail = Tail(model.head.tail) if model.head.tail else None
        self._tokenizer, self._entities = _open_language(model)
        self._keywords = KeywordFinder(model.keywords) if model.keywords else None
        self._folder = fold_keys(model.head.names)
        self._languages = LanguageFinder(model.language, model.vocabulary.columns, model.taught)

    def read(self, texts: Sequence[str]) -> list[Understanding]:
        """Understand each text; any text at all has a result.

        A text of punctuation says nothing, nor does one of emoji, a link or a user alone unless examples are
        such, nor one that is certainly in another language than the project's: all intents are equally
        likely, and so a project's fallback takes it. An empty one has no intent.
        """
        bounded = [bound_text(text) for text in texts]
        normalised = [normalise(text) for text in bounded]
        words = [each.text for each in normalised]
        sentences = self._encoder.read(words)
        grams = [self._model.vocabulary.vectorise(each) for each in words]
        tuned = self._tail.encode(sentences) if self._tail and words else sentences.vectors
        judged = self._model.head.judge(words, sentences.vectors, tuned, grams)
        docs: Sequence[Doc | CutText] = self._tokenizer.cut(bounded)
        entities = self._entities.find(docs)
        verdicts = zip(judged.chances, judged.in_scope.tolist(), strict=True)
        moods = map(self._triage, bounded, normalised, sentences.vectors)
        beside = zip(docs, entities, moods, strict=True)
        return list(map(self._understand, bounded, normalised, verdicts, beside))

    def _understand(
        self, text: str, normalised: Normalised, verdict: Verdict, beside: Beside
    ) -> Understanding:
        (chances, in_scope), (doc, entities, triage) = verdict, beside
        if not text:
            return Understanding(text="", intent=None, entities=entities, triage=triage)
        language = self._languages.find(text)
        is_foreign = self._languages.is_foreign(language)
        says_something = not is_foreign and self._says_something(normalised)
        ranking, selected = self._rank(chances) if says_something else (self._rank_blindly(), {})
        keyword = self._keywords.find(text) if self._keywords else None
        decided = decide(self._model.order, ranking, keyword=keyword, fallback=self._model.fallback)
        return Understanding(
            text=text,
            intent=decided.intent,
            ranking=decided.ranking,
            language=language,
            text_tokens=doc.spans if isinstance(doc, CutText) else get_token_spans(doc),
            response_selector=selected,
            fallback=decided.fallback,
            in_scope=in_scope if says_something else 0.0,
            entities=entities,
            triage=triage,
        )

    def _rank(self, chances: NDArray[np.float64]) -> tuple[tuple[IntentScore, ...], JsonObject]:
        """Return the ranking of intents and, where some are retrieval intents, which keys are meant."""
        if self._folder is None:
            return rank(self._model.head.names, chances), {}
        return self._folder.rank(chances), self._folder.select(chances)

    def _triage(self, text: str, normalised: Normalised, vector: NDArray[np.float32]) -> Triage | None:
        """Tell whether it is a complaint; nothing written is none, and a model may be without triage."""
        head = self._model.triage
        if head is None or not text:
            return Triage() if head else None
        return head.judge(text, normalised, vector)

    def _rank_blindly(self) -> tuple[IntentScore, ...]:
        return (self._folder or self._model.head).rank_blindly()

    def _says_something(self, normalised: Normalised) -> bool:
        """Tell whether there are words, or signs alone whose names the examples hold."""
        if not normalised.is_wordless:
            return True
        words = list_words(normalised.text)
        return bool(words) and all(word in self._model.vocabulary.columns for word in words)


def _open_language(model: NluModel) -> tuple[Tokenizer | RuleTokenizer, EntityFinder]:
    """Load spaCy only where something that was learnt looks at its tokens, or a model knows no rules."""
    if model.tokens and not model.entities.need_spacy:
        return RuleTokenizer(model.tokens), EntityFinder(model.entities, model.tokens)
    language = load_language(model.language)
    return Tokenizer(language), EntityFinder(model.entities, language)
