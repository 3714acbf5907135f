"""How well, and how fast, texts are understood: BANKING77 and CLINC150, by the protocols beside the data.

    python -m tests.bench.nlu                       everything, a few minutes on two idle cores
    python -m tests.bench.nlu --data FOLDER --json OUT
    python -m tests.bench.nlu --only accuracy       or: speed

Everything runs through what `visavis train` does by default: an empty pipeline, no option set. No figure of
a test set had a part in any choice. `peer` is, in the same run, what simple parts reach on the same vectors
and texts: logistic regression over the sentence vector, and margins over vector and n-grams.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.nlu_accuracy import measure_accuracy
from tests.bench.nlu_speed import measure_speed

DATA = Path("../shared/data")

GOALS: dict[str, tuple[str, str]] = {
    "banking77_accuracy": (">= 94.2 %", "BANKING77 full, accuracy"),
    "banking77_peer_accuracy": ("", "  peer: margins over vector and n-grams"),
    "banking77_10_shot": (">= 87.4 %", "BANKING77 10-shot, mean of 5 seeds"),
    "banking77_10_shot_peer": ("", "  peer: logistic regression over vectors"),
    "clinc150_accuracy": (">= 96.5 %", "CLINC150, in-scope accuracy"),
    "clinc150_recall_at_5": (">= 93 %", "CLINC150, out-of-scope recall, 5 % of in-scope rejected"),
    "clinc150_auroc": (">= 0.983", "CLINC150, out-of-scope AUROC"),
    "selective_share": (">= 80 %", "BANKING77, share answered, threshold by cross-validation"),
    "selective_wrong": ("<= 1 %", "  of these wrong"),
    "ece_full": ("<= 0.03", "ECE, BANKING77 full"),
    "ece_10_shot": ("<= 0.05", "ECE, BANKING77 10-shot"),
    "train_seconds": ("<= 60 s", "training BANKING77 full, wall time, encoder included"),
    "one_text_ms": ("<= 4 ms", "one text at a time, p50, one thread"),
    "texts_per_second": (">= 700", "texts a second, 2 threads, distinct texts"),
    "resident_mb": ("<= 350 MB", "resident memory of a process that only parses"),
}
SHARES = frozenset(
    {
        "banking77_accuracy",
        "banking77_peer_accuracy",
        "banking77_10_shot",
        "banking77_10_shot_peer",
        "clinc150_accuracy",
        "clinc150_recall_at_5",
        "selective_share",
        "selective_wrong",
    }
)


def main() -> None:
    """Measure, show a table, write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with banking77/ and clinc150/")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--only", choices=("accuracy", "speed"))
    options = parser.parse_args()
    console = Console()
    if not (options.data / "banking77").is_dir():
        console.print(f"Nothing measured: there is no banking77/ in {options.data}; see --data.")
        return
    figures: dict[str, Any] = {}
    if options.only != "speed":
        figures |= measure_accuracy(options.data, console.print)
    if options.only != "accuracy":
        figures |= measure_speed(options.data, console.print)
    console.print(_tabulate(figures))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def _tabulate(figures: dict[str, Any]) -> Table:
    table = Table("what", "goal", "measured")
    for key, (goal, words) in GOALS.items():
        if key in figures:
            table.add_row(words, goal, _show(key, figures[key]))
    return table


def _show(key: str, value: float) -> str:
    if key in SHARES:
        return f"{value:.2%}"
    return f"{value:.4f}" if value < 1 else f"{value:.1f}"


if __name__ == "__main__":
    main()
