"""Annotated examples → a `Recogniser`. Only training imports this."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.recogniser import Label, Recogniser, build_pipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from spacy.language import Language
    from spacy.pipeline import EntityRecognizer
    from spacy.tokens import Doc, Span
    from spacy.training import Example as Lesson

    from bot.domain.example import Example
    from bot.domain.understanding import Entity

EPOCHS = (3, 40)
LESSONS = 20_000
"""So many texts are shown in all, spread over at least 3 and at most 40 rounds: 8 s of one core."""
DROPOUT = 0.2
BATCHES = (4, 64)
"""Texts per step: a twentieth of a round, so that few examples take as many steps, within these bounds."""


def fit_recogniser(
    examples: Sequence[Example],
    language: Language,
    *,
    seed: int,
    report: Callable[[int, int], None],
) -> Recogniser | None:
    """Learn to recognise what the examples annotate; None where nothing is annotated.

    Each round shows every annotated example and as many of the others, drawn anew: what is no entity must
    be learnt too, but need not take most of the time. Of annotations that overlap the first is learnt, and
    one that cuts a token is neither learnt nor unlearnt. Equal examples and seed give equal bytes.
    """
    labels = collect_labels(examples)
    numbers = {label: str(number) for number, label in enumerate(labels)}
    annotated = [_teach(example, language, numbers) for example in examples if example.entities]
    if not annotated:
        return None
    plain = [_teach(example, language, numbers) for example in examples if not example.entities]
    with _same_dice(seed):
        pipe = build_pipe(language)
        for number in numbers.values():
            pipe.add_label(number)
        _fit(pipe, annotated, plain, report)
    return Recogniser(labels=labels, weights=pipe.to_bytes(exclude=["vocab"]))


def collect_labels(examples: Sequence[Example]) -> tuple[Label, ...]:
    """Return every kind of span that is annotated, in alphabetical order."""
    found = {_label(entity) for example in examples for entity in example.entities}
    return tuple(sorted(found, key=lambda label: (label.entity, label.role or "", label.group or "")))


def _label(entity: Entity) -> Label:
    return Label(entity=entity.entity, role=entity.role, group=entity.group)


def _teach(example: Example, language: Language, numbers: Mapping[Label, str]) -> Lesson:
    # Not at the top of the file: most projects annotate nothing, and see `bot.nlu.spacy_library`.
    from spacy.training import Example as Lesson  # noqa: PLC0415 - see above

    answer = language.make_doc(example.text)
    spans: list[Span] = []
    unclear: list[Span] = []
    free = set(range(len(answer)))
    for entity in example.entities:
        span = _find_span(answer, entity, numbers)
        if span is not None and free.issuperset(range(span.start, span.end)):
            free.difference_update(range(span.start, span.end))
            (spans if _is_whole(span, entity) else unclear).append(span)
    answer.set_ents(spans, missing=unclear)
    return Lesson(language.make_doc(example.text), answer)


def _find_span(doc: Doc, entity: Entity, numbers: Mapping[Label, str]) -> Span | None:
    start, end = entity.start or 0, entity.end or 0
    return doc.char_span(start, end, label=numbers[_label(entity)], alignment_mode="expand")


def _is_whole(span: Span, entity: Entity) -> bool:
    return (span.start_char, span.end_char) == (entity.start, entity.end)


def _fit(
    pipe: EntityRecognizer,
    annotated: Sequence[Lesson],
    plain: Sequence[Lesson],
    report: Callable[[int, int], None],
) -> None:
    share = min(len(plain), len(annotated))
    total = len(annotated) + share
    epochs = _bound(LESSONS // total, EPOCHS)
    size = _bound(total // 20, BATCHES)
    pipe.initialize(lambda: annotated[:1])
    optimizer = pipe.create_optimizer()
    for epoch in range(epochs):
        report(epoch, epochs)
        lessons = [*annotated, *random.sample(plain, share)]
        random.shuffle(lessons)
        for start in range(0, total, size):
            pipe.update(lessons[start : start + size], drop=DROPOUT, sgd=optimizer)
    report(epochs, epochs)


def _bound(number: int, bounds: tuple[int, int]) -> int:
    return max(bounds[0], min(bounds[1], number))


@contextmanager
def _same_dice(seed: int) -> Iterator[None]:
    """Throw the dice that spaCy shares with everybody from `seed` on, and give them back as they were."""
    ours, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002 - what thinc throws
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - see above
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(numpys)  # noqa: NPY002 - see above
