"""`story_report.json`, as `rasa test` writes it: how well every action, intent and entity was predicted."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from bot.dialogue.story_run import ActionStep, MessageStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.bootstrap.story_tests import PlayedStory
    from bot.dialogue.story_run import Found
    from bot.domain.json import JsonObject

# Rasa's labels for an intent and for an entity that is not there.
_NO_INTENT, _NO_ENTITY = "", "None"
Pair = tuple[str, str]  # what should be, what was predicted


class _Counts(NamedTuple):
    """How often a label was rightly predicted, predicted, and meant."""

    right: int
    predicted: int
    meant: int


class _Scores(NamedTuple):
    precision: float
    recall: float
    f1: float

    def show(self, support: int) -> JsonObject:
        """Return them under the names that scikit-learn gives them."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1-score": self.f1,
            "support": support,
        }


def report_stories(played: Sequence[PlayedStory]) -> JsonObject:
    """Return the report: each label that is meant somewhere, averages, and the share of right stories."""
    pairs = [*_pair_actions(played), *_pair_intents(played), *_pair_entities(played)]
    correct, total = sum(story.run.passed for story in played), len(played)
    conversations: JsonObject = {
        "accuracy": correct / total if total else 0.0,
        "correct": correct,
        "with_warnings": 0,  # those of UnexpecTEDIntentPolicy
        "total": total,
    }
    return {**_report(pairs), "conversation_accuracy": conversations}


def _report(pairs: Sequence[Pair]) -> JsonObject:
    if not pairs:
        return {}
    meant = Counter(target for target, _ in pairs)
    predicted = Counter(prediction for _, prediction in pairs)
    right = Counter(target for target, prediction in pairs if target == prediction)
    counts = {label: _Counts(right[label], predicted[label], meant[label]) for label in meant}
    scores = {label: _score(count) for label, count in counts.items()}
    everything = _Counts(*(sum(column) for column in zip(*counts.values(), strict=True)))
    number = len(pairs)
    return {
        **{label: score.show(meant[label]) for label, score in scores.items()},
        "micro avg": _score(everything).show(number),
        "macro avg": _average(scores, dict.fromkeys(meant, 1)).show(number),
        "weighted avg": _average(scores, meant).show(number),
        "accuracy": everything.right / number,
    }


def _score(count: _Counts) -> _Scores:
    """Return 0 for what is divided by 0, as scikit-learn does."""
    precision = count.right / count.predicted if count.predicted else 0.0
    recall = count.right / count.meant if count.meant else 0.0
    both = precision + recall
    return _Scores(precision, recall, 2 * precision * recall / both if both else 0.0)


def _average(scores: dict[str, _Scores], weights: dict[str, int]) -> _Scores:
    total = sum(weights.values())
    columns = zip(
        *(tuple(part * weights[label] for part in score) for label, score in scores.items()), strict=True
    )
    return _Scores(*(sum(column) / total for column in columns))


def _pair_actions(played: Iterable[PlayedStory]) -> Iterator[Pair]:
    for story in played:
        for step in story.run.steps:
            if isinstance(step, ActionStep):
                yield step.expected, step.predicted


def _pair_intents(played: Iterable[PlayedStory]) -> Iterator[Pair]:
    for message in _messages(played):
        yield message.intent or _NO_INTENT, message.predicted or _NO_INTENT


def _pair_entities(played: Iterable[PlayedStory]) -> Iterator[Pair]:
    """Yield entities beside each other that stand at the same place of the same text, in whichever story."""
    texts: dict[str, tuple[list[Found], list[Found]]] = {}
    for message in _messages(played):
        if message.text:
            targets, predictions = texts.setdefault(message.text, ([], []))
            targets += message.entities
            predictions += message.found
    for text, (targets, predictions) in texts.items():
        yield from _align(text, sorted(targets, key=_place), sorted(predictions, key=_place))


def _align(text: str, targets: list[Found], predictions: list[Found]) -> Iterator[Pair]:
    while targets or predictions:
        if targets and predictions and _place(targets[0]) == _place(predictions[0]):
            yield _label(text, targets.pop(0)), _label(text, predictions.pop(0))
        elif not predictions or (targets and _place(targets[0]) < _place(predictions[0])):
            yield _label(text, targets.pop(0)), _NO_ENTITY
        else:
            yield _NO_ENTITY, _label(text, predictions.pop(0))


def _place(entity: Found) -> tuple[int, int]:
    start, end, *_ = entity
    return (start, end) if isinstance(start, int) and isinstance(end, int) else (0, 0)


def _label(text: str, entity: Found) -> str:
    """Return an entity as it is written in training data."""
    *_, name, value = entity
    start, end = _place(entity)
    words = text[start:end]
    if value == words:
        return f"[{words}]({name})"
    return f"[{words}]{json.dumps({'entity': name, 'value': value})}"


def _messages(played: Iterable[PlayedStory]) -> Iterator[MessageStep]:
    for story in played:
        for step in story.run.steps:
            if isinstance(step, MessageStep):
                yield step
