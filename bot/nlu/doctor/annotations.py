"""Entities that are annotated in some examples and not in others, or under two names."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from bot.nlu.doctor.finding import Finding, Kind, Severity, place
from bot.nlu.doctor.patterns import find_known_values
from bot.nlu.doctor.values import Spot, find_values, index_values
from bot.nlu.wording import code, count, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.example import Example
    from bot.nlu.doctor.chart import Chart

_SHORTEST = 3  # letters; shorter values are mostly other words too


def find_missed_entities(chart: Chart) -> Iterator[Finding]:
    """Yield values annotated as an entity in most examples that have them, and left plain in others.

    What a lookup table or a regex finds anyway may be left plain.
    """
    examples = chart.data.examples
    annotated, names = _count_annotated(examples)
    known = find_known_values(chart.data)
    wanted = {value for value in annotated if len(value) >= _SHORTEST and value not in known}
    bare = _find_bare(examples, wanted)
    for value in sorted(bare):
        missed, times = bare[value], annotated[value]
        if len(missed) <= times:
            yield _tell_missed(value, names[value].most_common(1)[0][0], missed, times)


def _tell_missed(value: str, entity: str, missed: Sequence[tuple[Example, Spot]], times: int) -> Finding:
    first, spot = missed[0]
    written = first.text[spot.start : spot.end]
    source = f" in {place(first).where}" if first.source else ""
    rest = f", and likewise in {count(len(missed) - 1, 'other text')}" if len(missed) > 1 else ""
    return Finding(
        kind=Kind.ENTITY_MISSED,
        severity=Severity.WARNING,
        sure=times / (times + len(missed)),
        harm=len(missed) * times / (times + len(missed)),
        says=f'"{value}" is annotated as {code(entity)} in {count(times, "text")} and plain in '
        f"{len(missed)}, "
        f"like {quote(first.text)}.",
        proposal=f"Write `[{written}]({entity})`{source}{rest}. Leave it plain where the word means "
        "something else.",
        places=tuple(place(example) for example, _ in missed),
        intents=tuple(sorted({example.intent for example, _ in missed})),
    )


def find_entities_named_twice(chart: Chart) -> Iterator[Finding]:
    """Yield values that are one entity in most examples and another one in a few."""
    _, names = _count_annotated(chart.data.examples)
    for value, counted in sorted(names.items()):
        (usual, most), *others = counted.most_common()
        for entity, times in others:
            if times * 2 <= most:
                yield _tell_named_twice(chart, value, (usual, most), (entity, times))


def _tell_named_twice(chart: Chart, value: str, usual: tuple[str, int], rare: tuple[str, int]) -> Finding:
    places = tuple(
        place(example)
        for example in chart.data.examples
        for name, spot in _get_annotations(example)
        if (name, spot.value) == (rare[0], value)
    )
    return Finding(
        kind=Kind.ENTITY_NAMED_TWICE,
        severity=Severity.HINT,
        sure=1 - rare[1] / usual[1],
        harm=rare[1] / 2,
        says=f'"{value}" is {code(usual[0])} in {count(usual[1], "text")} and {code(rare[0])} in '
        f"{rare[1]}, like "
        f"{quote(places[0].text)}.",
        proposal=f"Change it to {code(usual[0])} unless it means something else there.",
        places=places,
        intents=tuple(sorted({each.intent for each in places})),
    )


def _count_annotated(examples: Sequence[Example]) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Return in how many examples each value is annotated, and under which names."""
    times: Counter[str] = Counter()
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        found = {(name, spot.value) for name, spot in _get_annotations(example)}
        times.update({value for _, value in found})
        for name, value in found:
            names[value][name] += 1
    return times, names


def _get_annotations(example: Example) -> Iterator[tuple[str, Spot]]:
    for entity in example.entities:
        if entity.start is not None and entity.end is not None:
            value = example.text[entity.start : entity.end].strip().lower()
            if value:
                yield entity.entity, Spot(value=value, start=entity.start, end=entity.end)


def _find_bare(examples: Sequence[Example], wanted: set[str]) -> dict[str, list[tuple[Example, Spot]]]:
    """Find each value, as whole words, in examples where nothing at that place is annotated."""
    index = index_values(wanted)
    bare: dict[str, list[tuple[Example, Spot]]] = defaultdict(list)
    for example in examples:
        taken = [(spot.start, spot.end) for _, spot in _get_annotations(example)]
        for spot in find_values(example.text, index):
            if all(spot.end <= start or spot.start >= end for start, end in taken):
                taken.append((spot.start, spot.end))
                bare[spot.value].append((example, spot))
    return bare
