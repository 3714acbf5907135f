"""Single texts that teach little: empty ones, ones too long to be read whole, ambiguous words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.doctor.chart import split_words
from bot.nlu.doctor.finding import Finding, Kind, Severity, place
from bot.nlu.doctor.neighbours import plain
from bot.nlu.wording import code, count, join, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.example import Example
    from bot.nlu.doctor.chart import Chart
    from bot.nlu.doctor.finding import Place

READ_WHOLE = 500
"""Characters, about as many as the 128 tokens that reach the encoder."""
_UNDERSTOOD = 0.5
_OFTEN = 3  # texts of another intent
_MANY_WORDS = 40
_TIMES = 5  # as long as the typical text


def find_saying_nothing(chart: Chart) -> Iterator[Finding]:
    """Yield intents with texts in which nothing is left to read, like punctuation alone."""
    empty: dict[str, list[Example]] = defaultdict(list)
    for example in chart.data.examples:
        if not plain(example.text):
            empty[example.intent].append(example)
    for intent, examples in empty.items():
        yield Finding(
            kind=Kind.SAYS_NOTHING,
            severity=Severity.ERROR,
            sure=1.0,
            harm=float(len(examples)),
            says=f"{count(len(examples), 'text')} of {code(intent)} with nothing to learn from: "
            f"{join([quote(example.text) for example in examples[:3]])}.",
            proposal="Delete it, or write the words that customers add.",
            places=tuple(place(example) for example in examples),
            intents=(intent,),
        )


def find_too_long(chart: Chart) -> Iterator[Finding]:
    """Yield texts whose end the encoder does not read, and misunderstood ones far longer than others."""
    lengths = np.array([len(text.split()) for text in chart.held_out.texts])
    typical = float(np.median(lengths)) if len(lengths) else 0.0
    for row, (text, words) in enumerate(zip(chart.held_out.texts, lengths.tolist(), strict=True)):
        is_cut, missed = len(text) > READ_WHOLE, bool(chart.guesses[row] != chart.labels[row])
        if not is_cut and not (missed and words >= max(_MANY_WORDS, _TIMES * typical)):
            continue
        here = chart.place(row)
        read = (
            f"only about the first {READ_WHOLE} characters are read"
            if is_cut
            else f"typical are {typical:.0f}"
        )
        yield Finding(
            kind=Kind.TOO_LONG,
            severity=Severity.WARNING if is_cut and missed else Severity.HINT,
            sure=0.9 if is_cut else 0.5,
            harm=float(missed),
            says=f"{quote(here.text)} of {code(here.intent)} has {count(words, 'word')}; {read}.",
            proposal="Keep the sentence that says what the customer wants, and delete the rest.",
            places=(here,),
            intents=(here.intent,),
        )


def find_one_word(chart: Chart) -> Iterator[Finding]:
    """Yield single words that stand for an intent, and mostly in the texts of another one."""
    for row in np.flatnonzero(chart.own < _UNDERSTOOD).tolist():
        words = split_words(chart.held_out.texts[row])
        # Scripts without blanks write whole sentences as one word.
        if len(words) != 1 or not chart.held_out.texts[row].isascii():
            continue
        texts = np.array([each[next(iter(words))] for each in chart.words])
        usual = int(texts.argmax())
        if texts[usual] >= _OFTEN and texts[usual] > 2 * texts[chart.labels[row]]:
            yield _tell_one_word(chart.place(row), chart.names[usual], int(texts[usual]))


def _tell_one_word(here: Place, usual: str, times: int) -> Finding:
    return Finding(
        kind=Kind.ONE_WORD,
        severity=Severity.HINT,
        sure=0.5,
        harm=0.5,
        says=f"The one word {quote(here.text)} stands for {code(here.intent)}, but {count(times, 'text')} of "
        f"{code(usual)} have that word.",
        proposal=f"Keep it only if customers who write nothing but this word mean {code(here.intent)}. "
        "Else write the sentence they say it in.",
        places=(here,),
        intents=(here.intent, usual),
    )
