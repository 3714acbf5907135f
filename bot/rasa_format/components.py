"""What stands in a Rasa 3.6 `config.yml`, and what the native engine does in its place."""

from __future__ import annotations

_TOKENS = "the tokenizer of the language"
_FEATURES = "the sentence encoder with word and character n-grams"
_INTENTS = "the native intent classifier"
_ENTITIES = "the native entity recogniser"

# Rasa's name → what takes its place; None: it runs as Rasa runs it.
COMPONENTS: dict[str, str | None] = {
    "WhitespaceTokenizer": None,
    "JiebaTokenizer": _TOKENS,
    "SpacyTokenizer": _TOKENS,
    "MitieTokenizer": _TOKENS,
    "SpacyNLP": _TOKENS,
    "MitieNLP": _TOKENS,
    "RegexFeaturizer": None,
    "LexicalSyntacticFeaturizer": None,
    "CountVectorsFeaturizer": None,
    "LanguageModelFeaturizer": _FEATURES,
    "ConveRTFeaturizer": _FEATURES,
    "SpacyFeaturizer": _FEATURES,
    "MitieFeaturizer": _FEATURES,
    "DIETClassifier": f"{_INTENTS} and {_ENTITIES}",
    "LogisticRegressionClassifier": None,
    "SklearnIntentClassifier": _INTENTS,
    "MitieIntentClassifier": _INTENTS,
    "KeywordIntentClassifier": _INTENTS,
    "FallbackClassifier": None,
    "RegexEntityExtractor": None,
    "CRFEntityExtractor": _ENTITIES,
    "SpacyEntityExtractor": _ENTITIES,
    "DucklingEntityExtractor": _ENTITIES,
    "MitieEntityExtractor": _ENTITIES,
    "EntitySynonymMapper": None,
    "ResponseSelector": "the native intent classifier, which knows the keys of retrieval intents too",
}

POLICIES: dict[str, str | None] = {
    "RulePolicy": None,
    "MemoizationPolicy": None,
    "AugmentedMemoizationPolicy": None,
    "TEDPolicy": "the rules and the stories as written, without guessing beyond them",
    "UnexpecTEDIntentPolicy": "nothing: the native engine does not guess, so needs no check of guesses",
}
