"""The parameters that Rasa 3.6 reads of each component of `pipeline`: what anybody may write there."""

from __future__ import annotations

from bot.domain.pipeline import ENCODER

_TOKENIZER = ("intent_tokenization_flag", "intent_split_symbol", "token_pattern", "prefix_separator_symbol")
_PATTERNS = ("case_sensitive", "use_word_boundaries", "use_lookup_tables", "use_regexes")
_TRANSFORMER = (
    "hidden_layers_sizes",
    "share_hidden_layers",
    "transformer_size",
    "number_of_transformer_layers",
    "number_of_attention_heads",
    "use_key_relative_attention",
    "use_value_relative_attention",
    "max_relative_position",
    "unidirectional_encoder",
    "batch_size",
    "batch_strategy",
    "epochs",
    "random_seed",
    "learning_rate",
    "embedding_dimension",
    "dense_dimension",
    "concat_dimension",
    "number_of_negative_examples",
    "similarity_type",
    "loss_type",
    "ranking_length",
    "maximum_positive_similarity",
    "maximum_negative_similarity",
    "use_maximum_negative_similarity",
    "scale_loss",
    "regularization_constant",
    "negative_margin_scale",
    "drop_rate",
    "drop_rate_attention",
    "connection_density",
    "use_sparse_input_dropout",
    "use_dense_input_dropout",
    "evaluate_every_number_of_epochs",
    "evaluate_on_number_of_examples",
    "use_masked_language_model",
    "tensorboard_log_directory",
    "tensorboard_log_level",
    "checkpoint_model",
    "featurizers",
    "constrain_similarities",
    "model_confidence",
    "renormalize_confidences",
    "use_gpu",
    "run_eagerly",
)
_COUNTS = (
    "use_shared_vocab",
    "analyzer",
    "strip_accents",
    "stop_words",
    "min_df",
    "max_df",
    "min_ngram",
    "max_ngram",
    "max_features",
    "lowercase",
    "OOV_token",
    "OOV_words",
    "use_lemma",
    "alias",
)
_SVM = ("C", "gamma", "kernels", "max_cross_validation_folds", "scoring_function", "num_threads")
_CRF = ("BILOU_flag", "split_entities_by_comma", "features", "max_iterations", "L1_c", "L2_c", "featurizers")
_DIET = (
    *_TRANSFORMER,
    "intent_classification",
    "entity_recognition",
    "BILOU_flag",
    "split_entities_by_comma",
)

PARAMETERS: dict[str, tuple[str, ...]] = {
    "WhitespaceTokenizer": _TOKENIZER,
    "JiebaTokenizer": (*_TOKENIZER, "dictionary_path"),
    "SpacyTokenizer": _TOKENIZER,
    "MitieTokenizer": _TOKENIZER,
    "SpacyNLP": ("model", "case_sensitive"),
    "MitieNLP": ("model",),
    "RegexFeaturizer": (*_PATTERNS, "alias"),
    "LexicalSyntacticFeaturizer": ("features", "alias"),
    "CountVectorsFeaturizer": _COUNTS,
    "LanguageModelFeaturizer": ("model_name", "model_weights", "cache_dir", "alias"),
    "ConveRTFeaturizer": ("model_url", "alias"),
    "SpacyFeaturizer": ("pooling", "alias"),
    "MitieFeaturizer": ("pooling", "alias"),
    "DIETClassifier": _DIET,
    "LogisticRegressionClassifier": (
        "class_weight",
        "max_iter",
        "solver",
        "tol",
        "random_state",
        "ranking_length",
    ),
    "SklearnIntentClassifier": _SVM,
    "MitieIntentClassifier": ("num_threads",),
    "KeywordIntentClassifier": ("case_sensitive",),
    "FallbackClassifier": ("threshold", "ambiguity_threshold"),
    "RegexEntityExtractor": _PATTERNS,
    "CRFEntityExtractor": _CRF,
    "SpacyEntityExtractor": ("dimensions",),
    "DucklingEntityExtractor": ("url", "dimensions", "locale", "timezone", "timeout"),
    "MitieEntityExtractor": ("num_threads",),
    "EntitySynonymMapper": (),
    "ResponseSelector": (*_TRANSFORMER, "retrieval_intent", "use_text_as_label"),
    ENCODER: ("model", "file", "pooling", "prefix"),
}

HONOURED: dict[str, frozenset[str]] = {
    "DIETClassifier": frozenset({"intent_classification", "entity_recognition"}),
    "DucklingEntityExtractor": frozenset({"dimensions", "locale", "timezone"}),
    "ResponseSelector": frozenset({"retrieval_intent"}),
    "SpacyNLP": frozenset({"model"}),
}
"""Of components that something else stands for: the parameters that count here all the same."""
