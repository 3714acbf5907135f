"""Texts that say the same or nearly so: under two intents, or over and over under one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.doctor.finding import Finding, Kind, Severity, grow_sure, place
from bot.nlu.doctor.mislabelled import find_suspects
from bot.nlu.doctor.neighbours import find_pairs, group_pairs, share_wording
from bot.nlu.normalise import normalise
from bot.nlu.wording import code, count, join, percent, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.example import Example
    from bot.nlu.doctor.chart import Chart

NEARLY_THE_SAME = 0.92
"""Cosine. On two brands' data, of pairs this near under two intents three in four were misunderstood."""
CLAIMED = 1 / 3
"""Held-out probability of its double's intent, below which a text is told from its double."""
THE_SAME = 0.97
_MANY = 5  # texts that say the same, from which on they are too many
_MUCH = 0.2  # of an intent's texts


def find_two_meanings(chart: Chart) -> Iterator[Finding]:
    """Yield texts that stand under two intents, capitals and blanks apart: one of them cannot be learned."""
    by_text: dict[str, dict[str, Example]] = defaultdict(dict)
    for example in chart.data.examples:
        by_text[_fold(example.text)].setdefault(example.intent, example)
    for text, meanings in by_text.items():
        if text and len(meanings) > 1:
            yield _tell_two_meanings(list(meanings.values()))


def _tell_two_meanings(examples: Sequence[Example]) -> Finding:
    places = tuple(place(example) for example in examples)
    intents = tuple(example.intent for example in examples)
    where = [f"{code(each.intent)} ({each.where})" if each.where else code(each.intent) for each in places]
    return Finding(
        kind=Kind.TWO_MEANINGS,
        severity=Severity.ERROR,
        sure=1.0,
        harm=float(len(places)),
        says=f"{quote(places[0].text)} stands under {join(where)}.",
        proposal="Keep it where customers mean it most often and delete it elsewhere. If both are meant, "
        "one intent that asks back is better than two that guess.",
        places=places,
        intents=intents,
    )


def find_near_duplicates(chart: Chart) -> Iterator[Finding]:
    """Yield groups of texts under two intents that say nearly the same, and that the model mixes up.

    Those of which one likely stands under the wrong intent are told by `find_mislabelled`.
    """
    suspects = find_suspects(chart)
    by_intents: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for pair in find_pairs(chart.vectors, chart.labels, least=NEARLY_THE_SAME, same_label=False):
        first, second = (chart.held_out.texts[row] for row in pair)
        if suspects[list(pair)].any() or not _is_claimed(chart, pair):
            continue
        if _fold(first) != _fold(second) and share_wording(first, second):
            one, other = sorted(int(chart.labels[row]) for row in pair)
            by_intents[one, other].append(pair)
    for intents, pairs in sorted(by_intents.items()):
        for rows in group_pairs(pairs):
            yield _tell_near_duplicates(chart, intents, rows)


def _is_claimed(chart: Chart, pair: tuple[int, int]) -> bool:
    """Tell whether one of two texts is, held out, likely of the other one's intent."""
    chances, (first, second) = chart.held_out.probabilities, pair
    claims = (chances[first, chart.labels[second]], chances[second, chart.labels[first]])
    return bool(max(claims) >= CLAIMED)


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _tell_near_duplicates(chart: Chart, intents: tuple[int, int], rows: Sequence[int]) -> Finding:
    chances, labels = chart.held_out.probabilities, chart.labels
    other = {intents[0]: intents[1], intents[1]: intents[0]}
    # The text that its double's intent claims most comes first: it is the one to move.
    order = sorted(rows, key=lambda row: (-chances[row, other[int(labels[row])]], row))
    suspect = order[0]
    double = next(row for row in order if labels[row] != labels[suspect])
    here, there = chart.place(suspect), chart.place(double)
    sure = float(chances[suspect, labels[double]])
    least = min(sum(labels[row] == intent for row in rows) for intent in intents)
    more = "" if len(rows) == 2 else f" {count(len(rows), 'text')} are alike in this way."  # noqa: PLR2004 - a pair
    return Finding(
        kind=Kind.NEAR_DUPLICATE,
        severity=Severity.WARNING,
        sure=sure,
        harm=sure * least,
        says=f"{quote(here.text)} under {code(here.intent)} says nearly the same as {quote(there.text)} "
        f"under {code(there.intent)} ({there.where or 'no file'}).{more}",
        proposal=f"Keep what is alike under one of the two, more likely {code(there.intent)}, or reword "
        f"the first so that it says what only {code(here.intent)} means.",
        places=tuple(chart.place(row) for row in (suspect, double, *(set(order) - {suspect, double}))),
        intents=(here.intent, there.intent),
    )


def find_copies(chart: Chart) -> Iterator[Finding]:
    """Yield intents with texts that stand there more than once: all but one of them teach nothing."""
    by_intent: dict[str, dict[str, list[Example]]] = defaultdict(lambda: defaultdict(list))
    for example in chart.data.examples:
        by_intent[example.intent][_fold(normalise(example.text).text)].append(example)
    for intent, by_text in by_intent.items():
        copies = [same for text, same in by_text.items() if text and len(same) > 1]
        if copies:
            yield _tell_copies(intent, copies)


def _tell_copies(intent: str, copies: Sequence[Sequence[Example]]) -> Finding:
    named = join([f"{quote(same[0].text)} ({len(same)} times)" for same in copies[:3]])
    number = sum(len(same) - 1 for same in copies)
    repeat = "repeats another" if number == 1 else "repeat others"
    more = " and more" if len(copies) > 3 else ""  # noqa: PLR2004 - as many as are named
    return Finding(
        kind=Kind.COPIES,
        severity=Severity.HINT,
        sure=0.9,
        harm=0.0,
        says=f"{count(number, 'text')} of {code(intent)} only {repeat}, as far as the model reads them: "
        f"{named}{more}.",
        proposal="That does no harm and teaches nothing: say the same in other words instead.",
        places=tuple(place(example) for same in copies for example in same),
        intents=(intent,),
    )


def find_repeated(chart: Chart) -> Iterator[Finding]:
    """Yield intents of which a good part is one sentence over and over, which outweighs the rest."""
    counts = chart.counts
    pairs = [
        (first, second)
        for first, second in find_pairs(chart.vectors, chart.labels, least=THE_SAME, same_label=True)
        if share_wording(chart.held_out.texts[first], chart.held_out.texts[second])
    ]
    for rows in group_pairs(pairs):
        label = int(chart.labels[rows[0]])
        share = len(rows) / counts[label]
        if len(rows) >= _MANY and share >= _MUCH:
            yield _tell_repeated(chart, rows, share)


def _tell_repeated(chart: Chart, rows: Sequence[int], share: float) -> Finding:
    first = chart.place(rows[0])
    right = np.mean([chart.guesses[row] == chart.labels[row] for row in rows])
    return Finding(
        kind=Kind.REPEATED,
        severity=Severity.HINT,
        sure=grow_sure(len(rows)),
        harm=float(share * (1 - right)),
        says=f"{count(len(rows), 'text')} of {code(first.intent)}, {percent(share)} of it, are one sentence "
        f"with a word changed, like {quote(first.text)}.",
        proposal="Keep two or three of them and replace the others by what customers really write. Where "
        "only a name changes, put the names into a lookup table instead.",
        places=tuple(chart.place(row) for row in rows),
        intents=(first.intent,),
    )
