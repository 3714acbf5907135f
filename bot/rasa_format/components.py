"""What stands in a Rasa 3.6 `config.yml`, and what the native engine does in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.domain.pipeline import DIMENSIONS, ENCODER
from bot.rasa_format.parameters import HONOURED, PARAMETERS
from bot.rasa_format.problem import Severity, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.domain.example import Source
    from bot.rasa_format.fields import Reader
    from bot.rasa_format.nodes import MapNode, Node


class Substitute(NamedTuple):
    """What happens instead. A note: the same job done otherwise; a warning: something is done less well."""

    severity: Severity
    text: str


def _same(what: str) -> Substitute:
    return Substitute(Severity.NOTE, f"In its place: {what}.")


def _less(what: str) -> Substitute:
    return Substitute(Severity.WARNING, f"In its place: {what}.")


_TOKENS = _same("spaCy's tokenizer of the language")
_FEATURES = _same("the sentence encoder with word and character n-grams")
_ENCODED = _same(
    f"the built-in sentence encoder with word and character n-grams; `{ENCODER}` names another encoder"
)
_INTENTS = _same("the native intent classifier")
_RECOGNISER = "the native recogniser of what the examples annotate"

# Rasa's name → what takes its place; None: it runs as Rasa runs it, parameters and all.
COMPONENTS: dict[str, Substitute | None] = {
    "WhitespaceTokenizer": _TOKENS,
    "JiebaTokenizer": _TOKENS,
    "SpacyTokenizer": _TOKENS,
    "MitieTokenizer": _TOKENS,
    "SpacyNLP": _same("spaCy's tokenizer of the language; its model is used by `SpacyEntityExtractor` alone"),
    "MitieNLP": _TOKENS,
    "RegexFeaturizer": _FEATURES,
    "LexicalSyntacticFeaturizer": _FEATURES,
    "CountVectorsFeaturizer": _FEATURES,
    "LanguageModelFeaturizer": _ENCODED,
    "ConveRTFeaturizer": _ENCODED,
    "SpacyFeaturizer": _FEATURES,
    "MitieFeaturizer": _FEATURES,
    "DIETClassifier": _same(f"the native intent classifier, and {_RECOGNISER}"),
    "LogisticRegressionClassifier": _INTENTS,
    "SklearnIntentClassifier": _INTENTS,
    "MitieIntentClassifier": _INTENTS,
    "KeywordIntentClassifier": None,
    "FallbackClassifier": None,
    "RegexEntityExtractor": None,
    "CRFEntityExtractor": _same(_RECOGNISER),
    "SpacyEntityExtractor": None,
    "DucklingEntityExtractor": _same(f"libraries in this process, which find {', '.join(DIMENSIONS)}"),
    "MitieEntityExtractor": _same(_RECOGNISER),
    "EntitySynonymMapper": None,
    "ResponseSelector": _same("the native intent classifier, which knows the keys of retrieval intents too"),
    ENCODER: None,
}

GUESSING = (
    "the rules, and the stories as written; where none of them fits, what stories tell of the situation most "
    "like it; where they disagree, the fallback of RulePolicy decides, and after an action of the bot's it "
    "listens,"
)

DEFAULT_POLICIES = (
    "No policies are named, so Rasa's default is meant. Of that, TEDPolicy and UnexpecTEDIntentPolicy do "
    f"not run here. In their place: {GUESSING} and real Rasa runs them with `engine: rasa`."
)

POLICIES: dict[str, Substitute | None] = {
    "RulePolicy": None,
    "MemoizationPolicy": None,
    "AugmentedMemoizationPolicy": None,
    "TEDPolicy": _less(f"{GUESSING} and real Rasa runs it with `engine: rasa`"),
    "UnexpecTEDIntentPolicy": _same(
        "nothing, since no story is guessed that a message could be unlikely in; real Rasa runs it with "
        "`engine: rasa`"
    ),
}


_OWN_COMPONENT = Substitute(
    Severity.WARNING,
    "It is left out, the others go on without it. Do its work in an action, or keep real Rasa with "
    "`engine: rasa`.",
)
_OWN_POLICY = _less(f"{GUESSING} and real Rasa runs it with `engine: rasa`")
_BY_ENDING = (("Tokenizer", _TOKENS), ("Featurizer", _FEATURES))

# What Rasa 3 calls otherwise, or has something else for, which then goes by its own parameters.
RENAMED = {
    "DucklingHTTPExtractor": "DucklingEntityExtractor",
    "EmbeddingIntentClassifier": "DIETClassifier",
    "EmbeddingPolicy": "TEDPolicy",
    "KerasPolicy": "TEDPolicy",
    "SklearnPolicy": "TEDPolicy",
}
SAME_PARAMETERS = ("DucklingHTTPExtractor",)

# What Rasa 3 has not any more → what to do.
GONE = {
    "FallbackPolicy": "write its thresholds into `FallbackClassifier` and `RulePolicy`",
    "TwoStageFallbackPolicy": "add a rule from `nlu_fallback` to `action_two_stage_fallback`",
    "MappingPolicy": "write a rule for each intent that triggered an action",
    "FormPolicy": "RulePolicy runs forms",
    "SklearnPolicy": "`TEDPolicy` takes its place",
    "KerasPolicy": "`TEDPolicy` takes its place",
    "EmbeddingPolicy": "`TEDPolicy` takes its place",
    "EmbeddingIntentClassifier": "`DIETClassifier` takes its place",
    "DucklingHTTPExtractor": "it is called `DucklingEntityExtractor`",
    "NGramFeaturizer": "`CountVectorsFeaturizer` takes its place",
    "HFTransformersNLP": "`LanguageModelFeaturizer` takes its place",
    "LanguageModelTokenizer": "any other tokenizer takes its place",
    "ConveRTTokenizer": "any other tokenizer takes its place",
}


def read_named(
    node: Node | None, kind: str, known: Mapping[str, Substitute | None], reader: Reader
) -> Iterator[tuple[str, MapNode]]:
    """Yield (short name, parameters) of the entries of `pipeline` or `policies` that are known.

    Says of each what takes its place here, and names what is unknown.
    """
    for item in reader.items(node, f"`{kind}`"):
        body = reader.map(item, f"an item of `{kind}`")
        if body is None:
            continue
        written = reader.text(body.get("name"), "`name`")
        if written is None:
            if body.get("name") is None:
                reader.error(body.source, f"This item of `{kind}` has no name. Begin it with `name:`.")
            continue
        name = written.rpartition(".")[2] if written.startswith("rasa.") else written
        source = body.entries["name"].source
        if name not in known:
            _tell_unknown(written, kind, known, source, reader)
            continue
        _check_parameters(name, body, reader)
        substitute = known[name]
        if substitute is not None:
            text = f"`{name}` does not run here. {substitute.text}{_idle(name, body)}"
            reader.problems.tell(source, substitute.severity, text)
        yield name, body


def _tell_unknown(
    written: str, kind: str, known: Mapping[str, Substitute | None], source: Source, reader: Reader
) -> None:
    """Say what becomes of a name that is none of Rasa's: other code is left out, a slip is refused."""
    if is_own_class(written):
        substitute = replace_own_class(written, kind)
        text = f"`{written}` is code of its own for Rasa, and does not run here. {substitute.text}"
        reader.problems.tell(source, substitute.severity, text)
    elif written in GONE:
        text = f"`{written}` is gone since Rasa 3: {GONE[written]}. `visavis migrate` comments it out."
        reader.error(source, text)
    else:
        hint = did_you_mean(written, known) or " Rasa has no such class. Delete the entry."
        reader.error(source, f"`{written}` is not known in `{kind}`.{hint}")


def is_own_class(written: str) -> bool:
    """Tell whether a name is the path of a class that is not Rasa's: the project's, or a package's."""
    return "." in written and not written.startswith("rasa.")


def names_own_class(config: MapNode, kind: str) -> bool:
    """Tell whether `pipeline` or `policies` of a config name any such class."""
    written = config.plain.get(kind)
    items = written if isinstance(written, list) else []
    return any(isinstance(item, dict) and is_own_class(str(item.get("name"))) for item in items)


def replace_own_class(written: str, kind: str) -> Substitute:
    """Return what takes the place of a class that is not Rasa's, as far as its name tells what it does."""
    if kind == "policies":
        return _OWN_POLICY
    return next((same for ending, same in _BY_ENDING if written.endswith(ending)), _OWN_COMPONENT)


def _check_parameters(name: str, body: MapNode, reader: Reader) -> None:
    """Name what not even Rasa reads: most often a parameter that is misspelt."""
    if name not in PARAMETERS:
        return
    for key, entry in body.entries.items():
        if key != "name" and key not in PARAMETERS[name]:
            hint = did_you_mean(key, PARAMETERS[name]) or " Delete it."
            reader.warn(entry.source, f"`{key}` is no parameter of `{name}`.{hint}")


def _idle(name: str, body: MapNode) -> str:
    """Return a sentence about the parameters written that are Rasa's and change nothing here."""
    known = frozenset(PARAMETERS.get(name, ())) - HONOURED.get(name, frozenset())
    idle = [f"`{key}`" for key in body.entries if key in known]
    return f" Without effect: {', '.join(idle)}." if idle else ""
