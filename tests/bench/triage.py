"""How well triage tells complaints: on posts of a writer of their own, and on sectors left out.

    python -m tests.bench.triage [--json OUT] [--posts FILE]

`--posts` takes any file with a `triage:` list. The held-out posts were written apart from those that come
with Visavis, and nothing was ever trained or tuned on them.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import open_encoder
from bot.nlu.triage_fitting import gather_posts, score_posts
from bot.nlu.triage_training import train_triage
from bot.nlu.triage_validation import judge_scores
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.triage_data import read_shipped, read_triage
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.triage_example import TriageExample
    from bot.nlu.triage import TriageHead

HELD_OUT = Path(__file__).parent / "data" / "triage_heldout.yml"


def run(path: Path) -> dict[str, Any]:
    """Train on the posts that come with Visavis and return all figures."""
    encoder = open_encoder()
    started = time.perf_counter()
    head, transfer = train_triage(read_shipped(), Embedder(encoder))
    seconds = time.perf_counter() - started
    assert head is not None
    return {
        "left_out": transfer,
        "held_out": measure(head, read(path), Embedder(encoder)),
        "seconds": round(seconds, 2),
    }


def read(path: Path) -> tuple[TriageExample, ...]:
    """Read the posts of a file. Raises `ProjectError`."""
    problems = Problems()
    posts = read_triage([read_yaml_file(path, path=str(path))], Reader(problems))
    problems.raise_first_error()
    return posts


def measure(head: TriageHead, examples: Sequence[TriageExample], embedder: Embedder) -> dict[str, Any]:
    """Return the figures of a trained head."""
    posts = gather_posts(examples)
    texts = [normalised.text for normalised in posts.normalised]
    posts = replace(posts, vectors=embedder.embed(texts, lambda _done, _total: None).vectors)
    return dict(judge_scores(posts, np.asarray(score_posts(head, posts))))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--posts", type=Path, default=HELD_OUT)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = run(options.posts)
    table = Table("complaints", "posts", "macro F1", "precision", "recall", "ECE", "urgency AUROC")
    for name, title in (("left_out", "sectors left out"), ("held_out", options.posts.stem)):
        row = found[name]
        shares = ("macro_f1", "precision", "recall", "ece", "urgency_auroc")
        table.add_row(title, str(row["examples"]), *(f"{row[key]:.3f}" for key in shares))
    Console().print(table, f"trained in {found['seconds']} s")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
