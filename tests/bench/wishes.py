"""How many wishes for a person are heard, and how many are heard where there are none.

    python -m tests.bench.wishes [--model FILE] [--json OUT] [--wrong]

The texts of `data/person_wishes_heldout.txt` were written before the rules were, and nothing was learnt of
them. Each is the first message of a conversation with the demo brand, as it is trained; `--model` takes one
that was trained before. A wish is heard when a person is called at once, for whatever reason; where there is
none, when the reason is that somebody asked for a person. `--wrong` shows what went otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bot.bootstrap.models import train_model
from bot.domain.action_spec import ActionsSpec
from bot.engines.native.actions import LocalActions
from bot.engines.native.load import load_native_engine
from bot.nlu.archive import read_archive
from bot.nlu.encoders import EncoderShelf
from bot.plugins import load_actions
from bot.rasa_format.project import load_project
from tests.conversations.brand import ROOT
from tests.conversations.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.engines.native.engine import NativeEngine

DATA = Path(__file__).parent / "data" / "person_wishes_heldout.txt"
ASKED = "asked_for_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text, its group, and whether its author wants a person."""

    group: str
    wished: bool
    text: str


def read_texts(path: Path = DATA) -> Iterator[Said]:
    """Read the list: a line goes on in the next one that is indented."""
    group, lines = "", path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("# "):
            group = line[2:]
        if line[:2] in ("+ ", "- "):
            more = lines[number + 1 : number + 2]
            text = "\n".join([line[2:], *(each[2:] for each in more if each.startswith("  "))])
            yield Said(group=group, wished=line[0] == "+", text=text)


def load_engine(model: Path) -> NativeEngine:
    """Build the demo brand's engine as it serves."""
    project = load_project(ROOT, {})
    return load_native_engine(
        read_archive(model),
        actions=LocalActions(load_actions(ROOT), ActionsSpec()),
        encoders=EncoderShelf(ROOT),
        root=ROOT,
        desk=project.desk,
    )


async def measure(engine: NativeEngine, *, wrong: bool) -> Counter[tuple[str, bool, str]]:
    """Say each text in a conversation of its own, and count."""
    counts = Counter[tuple[str, bool, str]]()
    for said in read_texts():
        talk = Talk(engine)
        await talk.say(said.text)
        assert talk.last is not None
        reason = talk.last.handoff.reason if talk.last.handoff else ""
        heard = bool(reason) if said.wished else reason == ASKED
        counts[said.group, said.wished, "texts"] += 1
        counts[said.group, said.wished, "heard"] += heard
        if wrong and heard != said.wished:
            Console(markup=False, highlight=False).print("missed:" if said.wished else "wrong:", said.text)
    return counts


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or Path(folder) / "demo.tar.gz"
        if options.model is None:
            train_model(load_project(ROOT, {}), model, cache=Path(folder), report=lambda _progress: None)
        counts = asyncio.run(measure(load_engine(model), wrong=options.wrong))
    table = Table("texts that", "wish", "number", "heard", box=None)
    found = dict.fromkeys((group, wished) for group, wished, _ in counts)
    for group, wished in found:
        number, heard = counts[group, wished, "texts"], counts[group, wished, "heard"]
        table.add_row(group, "yes" if wished else "no", str(number), f"{heard} ({heard / number:.0%})")
    Console().print(table)
    if options.json:
        told = {
            f"{group} ({'wish' if wished else 'none'})": {
                "texts": counts[group, wished, "texts"],
                "heard": counts[group, wished, "heard"],
            }
            for group, wished in found
        }
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
