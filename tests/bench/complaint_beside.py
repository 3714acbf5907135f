"""How often a complaint beside a question is heard, and how often something else is taken for one.

    python -m tests.bench.complaint_beside [--data FOLDER] [--json OUT] [--wrong]

Learns from three quarters of the demo brand's examples. Of the rest, questions and complaints are joined as
people do, as are two questions; with them, what is no complaint is read alone: the rest of the examples,
texts of `data/trouble_and_question.txt` (trouble, and what its author wants to know about it), CLINC150 and
BANKING77. Only texts count that were understood, and not as something that is handed over.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.console import Console

from bot.bootstrap.lessons import SEED
from bot.engines.at_once import find_at_once
from bot.nlu.complaint_beside import find_complaint, list_parts
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import open_encoder
from bot.nlu.reader import Reader
from bot.nlu.training import train_nlu
from bot.rasa_format.project import load_project
from tests.bench.nlu import DATA
from tests.bench.nlu_data import read_banking77, read_clinc150
from tests.conversations.brand import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bot.domain.example import Example

SAME = Path(__file__).parent / "data" / "trouble_and_question.txt"
PAIRS, BATCH, LEAST_WORDS = 300, 64, 3
SEAMS = (". Also, ", "? And ", ". ", " and by the way ", "\n", ", also ", ". ")


def gather(
    examples: Sequence[Example], calls: Collection[str], data: Path, chance: Random
) -> Iterator[tuple[str, list[str]]]:
    """Yield groups of texts by name; the first holds complaints that should be heard."""
    asked = [each.text for each in examples if each.intent.startswith("ask_") and each.intent not in calls]
    others = [each.text for each in examples if each.intent not in calls]
    complaints = [
        each.text
        for each in examples
        if each.intent.startswith("complaint_") and len(each.text.split()) >= LEAST_WORDS
    ]
    pairs = [(chance.choice(asked), chance.choice(complaints)) for _ in range(PAIRS)]
    turned = [chance.sample(pair, 2) for pair in pairs]
    yield "a question and a complaint", [_join(one, other, chance) for one, other in turned]
    yield (
        "two questions",
        [_join(chance.choice(asked), chance.choice(others), chance) for _ in range(PAIRS)],
    )
    yield "one thing", others
    yield "trouble, and a question about it", SAME.read_text(encoding="utf-8").splitlines()
    yield "CLINC150", list(read_clinc150(data, "test").texts)
    yield "BANKING77", list(read_banking77(data, "test").texts)


def _join(one: str, other: str, chance: Random) -> str:
    return one.rstrip(".?!") + chance.choice(SEAMS) + other


def count(reader: Reader, texts: Sequence[str], calls: frozenset[str]) -> tuple[int, list[str]]:
    """Return how many texts are understood and not handed over, and those in which a complaint is heard."""
    understood, heard = 0, []
    for start in range(0, len(texts), BATCH):
        for whole in reader.read(texts[start : start + BATCH]):
            name = whole.intent.name if whole.intent else ""
            understood += not whole.fallback and name not in calls
            cuts = list_parts(whole, calls)
            read = reader.read([part for cut in cuts for part in (cut.first, cut.second)]) if cuts else []
            if find_complaint(whole, list(zip(read[::2], read[1::2], strict=True)), calls):
                heard.append(whole.text)
    return understood, heard


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="where banking77/ and clinc150/ are")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    project, encoder, chance = load_project(ROOT, {}), open_encoder(), Random(1)  # noqa: S311 - no secret
    at_once = find_at_once(project.dialogue, project.desk)
    assert at_once is not None
    examples = list(project.training.examples)
    chance.shuffle(examples)
    held = len(examples) // 4
    training = replace(project.training, examples=tuple(examples[held:]))
    model = train_nlu(
        training, project.pipeline, embedder=Embedder(encoder), seed=SEED, progress=lambda _progress: None
    )
    reader, found = Reader(model, encoder), {}
    calls = frozenset(name for name in at_once.intents if name != at_once.wish)
    console = Console(markup=False, highlight=False)
    for number, (name, texts) in enumerate(gather(examples[:held], at_once.intents, options.data, chance)):
        understood, heard = count(reader, texts, calls)
        found[name] = {"understood": understood, "heard": len(heard)}
        console.print(f"{name}: of {understood} understood a complaint is heard in {len(heard)}")
        if options.wrong and number:
            console.print(*heard, sep="\n")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
