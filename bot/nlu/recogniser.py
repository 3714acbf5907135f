"""A recogniser of entities that was learnt from annotated examples: spaCy's, with weights of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.understanding import Entity
from bot.errors import ModelDamaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.language import Language
    from spacy.pipeline import EntityRecognizer
    from spacy.tokens import Doc, Span

EXTRACTOR = "SpacyRecogniser"

CONFIG = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 32,
        "maxout_pieces": 2,
        "use_upper": False,
        "nO": None,
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 64,
            "depth": 2,
            "embed_size": 1000,
            "window_size": 1,
            "maxout_pieces": 2,
            "subword_features": True,
        },
    },
}
"""Chosen once, on a fifth of the demo brand's examples and on made-up sentences of a travel agency: with an
upper layer, deeper, wider or with a wider window it was not better on both, and slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a kind of span is. spaCy knows it by its number: no name of an entity can clash with another."""

    entity: str
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """What training learnt: `weights` are spaCy's bytes (msgpack) for `labels`, in their order."""

    labels: tuple[Label, ...]
    weights: bytes


class RecogniserRun:
    """Applies a `Recogniser` to texts of the language it was trained for. Raises `ModelDamaged`.

    Entities have no confidence: spaCy's greedy search gives none that means a probability.
    """

    def __init__(self, recogniser: Recogniser, language: Language) -> None:
        self._labels = recogniser.labels
        self._pipe = build_pipe(language)
        try:
            self._pipe.from_bytes(recogniser.weights)
        except Exception as error:  # whatever spaCy, thinc, or msgpack say of bytes that are not theirs
            raise ModelDamaged(
                f"the model's recogniser of entities cannot be read ({error}): "
                "train again with `visavis train --release`",
            ) from error
        if {int(label) for label in self._pipe.labels} != set(range(len(self._labels))):
            raise ModelDamaged(
                "the model's recogniser does not fit its labels: train again with `visavis train --release`"
            )

    def find(self, docs: Sequence[Doc]) -> list[list[Entity]]:
        """Return the entities of each text, in its order; they never overlap. All are computed together."""
        return [
            [self._describe(span) for span in doc.ents]
            for doc in self._pipe.pipe(docs, batch_size=max(len(docs), 1))
        ]

    def _describe(self, span: Span) -> Entity:
        label = self._labels[int(span.label_)]
        return Entity(
            entity=label.entity,
            value=span.text,
            start=span.start_char,
            end=span.end_char,
            role=label.role,
            group=label.group,
            extractor=EXTRACTOR,
        )


def build_pipe(language: Language) -> EntityRecognizer:
    """Return an untrained recogniser that shares the language's words. It is not part of its pipeline."""
    return language.create_pipe("ner", config=CONFIG)
