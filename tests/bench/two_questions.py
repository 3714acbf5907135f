"""How often two questions in one message are both answered, and how often one question is torn apart.

    python -m tests.bench.two_questions [--data FOLDER] [--json OUT]

Learns from BANKING77. Pairs of its test texts with different intents are joined as people do, by a comma, a
stop, a line, "and" or "also". Those below the threshold, which would be asked about, are cut as the native
engine does; so are the test texts alone that are below it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.console import Console

from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understanding
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import open_encoder
from bot.nlu.reader import Reader
from bot.nlu.two_questions import choose_parts, list_cuts
from tests.bench.nlu import DATA
from tests.bench.nlu_data import Texts, read_banking77, train

if TYPE_CHECKING:
    from bot.nlu.encoder import Encoder

PAIRS, BATCH = 1_500, 64
THRESHOLD = 0.72
SEAMS = (" and ", ". ", "? ", ", ", "\n", ". Also, ")


def join_pairs(asked: Texts, chance: Random) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield messages of two questions, with what is meant."""
    for _ in range(PAIRS):
        one, other = chance.sample(range(len(asked.texts)), 2)
        meant = frozenset((asked.intents[one], asked.intents[other]))
        if len(meant) > 1:
            first = asked.texts[one].strip().rstrip(".?!")
            yield first + chance.choice(SEAMS) + asked.texts[other].strip(), meant


def read_doubtful(
    reader: Reader, said: Sequence[tuple[str, frozenset[str]]]
) -> Iterator[tuple[Understanding, frozenset[str]]]:
    """Yield what is not understood: below the threshold, as FallbackClassifier has it."""
    unsure = IntentScore(name=FALLBACK_INTENT, confidence=THRESHOLD)
    for start in range(0, len(said), BATCH):
        batch = said[start : start + BATCH]
        for read, (_, meant) in zip(reader.read([text for text, _ in batch]), batch, strict=True):
            if read.ranking[0].confidence < THRESHOLD:
                yield (
                    Understanding(
                        text=read.text, intent=unsure, ranking=(unsure, *read.ranking), fallback=True
                    ),
                    meant,
                )


def judge(reader: Reader, whole: Understanding, meant: frozenset[str]) -> str:
    """Say what comes of a text that was not understood."""
    cuts = list_cuts(whole)
    read = reader.read([part for cut in cuts for part in (cut.first, cut.second)])
    parts = choose_parts(whole, list(zip(read[::2], read[1::2], strict=True)))
    answered = {part.intent.name for part in parts if part.intent}
    if not answered:
        return "asked about"
    return "answered, all right" if answered <= meant else "answered, one of them wrong"


def measure(reader: Reader, asked: Texts) -> dict[str, Counter[str]]:
    """Return how many came to what, of two questions in one message and of one."""
    pairs = list(join_pairs(asked, Random(1)))  # noqa: S311 - no secret
    alone = [(text, frozenset((intent,))) for text, intent in zip(asked.texts, asked.intents, strict=True)]
    return {
        name: Counter(judge(reader, whole, meant) for whole, meant in read_doubtful(reader, said))
        for name, said in (("two questions", pairs), ("one question", alone))
    }


def open_reader(data: Path, encoder: Encoder) -> Reader:
    """Train on BANKING77."""
    return Reader(train(read_banking77(data, "train"), Embedder(encoder)), encoder)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="where banking77/ is")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(open_reader(options.data, open_encoder()), read_banking77(options.data, "test"))
    for name, counts in found.items():
        Console().print(f"Not understood, {name}:", dict(counts.most_common()))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
