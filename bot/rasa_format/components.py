"""What stands in a Rasa 3.6 `config.yml`, and what the native engine does in its place."""

from __future__ import annotations

from typing import NamedTuple

from bot.rasa_format.problem import Severity


class Substitute(NamedTuple):
    """What happens instead. A note: the same job done otherwise; a warning: something is done less well."""

    severity: Severity
    text: str


def _same(what: str) -> Substitute:
    return Substitute(Severity.NOTE, f"In its place: {what}.")


def _less(what: str) -> Substitute:
    return Substitute(Severity.WARNING, f"In its place: {what}.")


def _nothing(what: str) -> Substitute:
    return Substitute(Severity.WARNING, f"Nothing takes its place: {what}.")


_TOKENS = _same("spaCy's tokenizer of the language")
_FEATURES = _same("the sentence encoder with word and character n-grams")
_INTENTS = _same("the native intent classifier, which has no options")
_WORDS = "entities that are exactly words annotated in the examples; no others are guessed"
_NO_ENTITIES = "it finds no entities here. `RegexEntityExtractor` finds those that patterns or lists describe"

# Rasa's name → what takes its place; None: it runs as Rasa runs it, options and all.
COMPONENTS: dict[str, Substitute | None] = {
    "WhitespaceTokenizer": _TOKENS,
    "JiebaTokenizer": _TOKENS,
    "SpacyTokenizer": _TOKENS,
    "MitieTokenizer": _TOKENS,
    "SpacyNLP": _TOKENS,
    "MitieNLP": _TOKENS,
    "RegexFeaturizer": _FEATURES,
    "LexicalSyntacticFeaturizer": _FEATURES,
    "CountVectorsFeaturizer": _FEATURES,
    "LanguageModelFeaturizer": _FEATURES,
    "ConveRTFeaturizer": _FEATURES,
    "SpacyFeaturizer": _FEATURES,
    "MitieFeaturizer": _FEATURES,
    "DIETClassifier": _less(f"the native intent classifier, and {_WORDS}"),
    "LogisticRegressionClassifier": _INTENTS,
    "SklearnIntentClassifier": _INTENTS,
    "MitieIntentClassifier": _INTENTS,
    "KeywordIntentClassifier": _INTENTS,
    "FallbackClassifier": None,
    "RegexEntityExtractor": None,
    "CRFEntityExtractor": _less(_WORDS),
    "SpacyEntityExtractor": _nothing(_NO_ENTITIES),
    "DucklingEntityExtractor": _nothing(_NO_ENTITIES),
    "MitieEntityExtractor": _less(_WORDS),
    "EntitySynonymMapper": None,
    "ResponseSelector": _same("the native intent classifier, which knows the keys of retrieval intents too"),
}

POLICIES: dict[str, Substitute | None] = {
    "RulePolicy": None,
    "MemoizationPolicy": None,
    "AugmentedMemoizationPolicy": None,
    "TEDPolicy": _less("the rules and the stories as written, without guessing beyond them"),
    "UnexpecTEDIntentPolicy": _same("nothing, since the native engine does not guess beyond stories"),
}
