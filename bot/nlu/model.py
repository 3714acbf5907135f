"""A trained model: what training learned, as values, and how it is kept in files (never pickled)."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.domain.pipeline import EncoderSpec
from bot.errors import ModelDamaged, ModelError, ModelMissing
from bot.nlu.arrays import pack_arrays, read_arrays
from bot.nlu.decision import DEFAULT_ORDER, Decider
from bot.nlu.entities import EntityTables
from bot.nlu.entity_files import WEIGHTS, describe_entities, read_entities
from bot.nlu.head_files import describe_head, is_sound, pack_head, read_head
from bot.nlu.intents import Fallback, IntentHead
from bot.nlu.keywords import Keywords
from bot.nlu.ngrams import Vocabulary
from bot.nlu.token_rules import read_rules
from bot.nlu.triage import TriageHead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import JsonObject
    from bot.nlu.token_rules import TokenRules

FORMAT = 5
NLU_FOLDER = "nlu"
"""Where in a model archive the files lie."""
DESCRIPTION, ARRAYS, TOKENS = "nlu.json", "weights.npz", "tokens.json"
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, re.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class NluModel:
    """Understands texts together with the encoder whose `identity` is `encoder`.

    `encoder_spec` says where that one is found; None: it is built in. `taught` are the languages that some
    examples are in besides `language`. `tokens` are the language's rules; None where spaCy must cut texts.
    """

    language: str
    taught: tuple[str, ...] = ()
    encoder: str
    encoder_spec: EncoderSpec | None = None
    vocabulary: Vocabulary
    head: IntentHead
    entities: EntityTables = field(default_factory=EntityTables)
    fallback: Fallback | None = None
    keywords: Keywords | None = None
    order: tuple[Decider, ...] = DEFAULT_ORDER
    triage: TriageHead | None = None
    tokens: TokenRules | None = None
    metrics: JsonObject = field(default_factory=dict)

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: name → bytes, the same bytes for equal models."""
        arrays = {**pack_head(self.head), "rarity": self.vocabulary.weights}
        text = json.dumps(_describe(self), ensure_ascii=False, allow_nan=False, indent=1)
        recogniser = self.entities.recogniser
        return {
            DESCRIPTION: text.encode(),
            ARRAYS: pack_arrays(arrays),
            **({WEIGHTS: recogniser.weights} if recogniser else {}),
            **(self.triage.to_files() if self.triage else {}),
            **({TOKENS: self.tokens.to_file()} if self.tokens else {}),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> NluModel:
        """Read what `to_files` wrote.

        Raises `ModelMissing`, `ModelDamaged`, or `ModelError` for another version's format.
        """
        for name in (DESCRIPTION, ARRAYS):
            if name not in files:
                raise ModelMissing(
                    f"the model holds no understanding ({name} is missing): "
                    "train again with `visavis train --release`"
                )
        try:
            described = json.loads(files[DESCRIPTION])
            _check_format(described)
            model = _assemble(described, files)
        except _UNREADABLE as error:
            raise ModelDamaged(
                f"the model's understanding cannot be read ({error}): "
                "train again with `visavis train --release`"
            ) from error
        model = replace(model, triage=TriageHead.from_files(files))
        _check_shapes(model)
        return model


def _describe(model: NluModel) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "language": model.language,
        "taught": list(model.taught),
        "encoder": model.encoder,
        "encoder_spec": asdict(model.encoder_spec) if model.encoder_spec else None,
        "head": describe_head(model.head),
        "fallback": asdict(model.fallback) if model.fallback else None,
        "keywords": asdict(model.keywords) if model.keywords else None,
        "order": list(model.order),
        "entities": describe_entities(model.entities),
        "metrics": model.metrics,
        "ngrams": list(model.vocabulary.columns),
    }


def _check_format(described: Mapping[str, Any]) -> None:
    if described["format"] != FORMAT:
        raise ModelError(
            f"the model has format {described['format']}, this version reads {FORMAT}: "
            "train again with this version (`visavis train --release`), or run the version that wrote it",
        )


def _assemble(described: Mapping[str, Any], files: Mapping[str, bytes]) -> NluModel:
    arrays = read_arrays(files[ARRAYS])
    return NluModel(
        language=described["language"],
        taught=tuple(map(str, described["taught"])),
        encoder=described["encoder"],
        encoder_spec=EncoderSpec(**described["encoder_spec"]) if described["encoder_spec"] else None,
        vocabulary=Vocabulary(
            columns={gram: column for column, gram in enumerate(described["ngrams"])},
            weights=arrays["rarity"],
        ),
        head=read_head(described["head"], arrays),
        entities=read_entities(described["entities"], files),
        fallback=Fallback(**described["fallback"]) if described["fallback"] else None,
        keywords=_read_keywords(described["keywords"]) if described["keywords"] else None,
        order=tuple(Decider(name) for name in described["order"]),
        tokens=read_rules(files[TOKENS]) if TOKENS in files else None,
        metrics=described["metrics"],
    )


def _read_keywords(described: Mapping[str, Any]) -> Keywords:
    entries = tuple((str(keyword), str(intent)) for keyword, intent in described["entries"])
    return Keywords(entries=entries, case_sensitive=bool(described["case_sensitive"]))


def _check_shapes(model: NluModel) -> None:
    vocabulary = model.vocabulary
    fits = vocabulary.weights.shape == (len(vocabulary.columns),)
    if not fits or not is_sound(model.head, len(vocabulary.columns)):
        raise ModelDamaged(
            "the model's weights do not fit its intents: train again with `visavis train --release`"
        )
