"""How long training and reading take, and how much memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.bootstrap.examples import read_nlu_model
from bot.bootstrap.parsing import THREADS
from bot.nlu.encoder import open_encoder
from bot.nlu.reader import Reader
from bot.nlu.reading import read_texts
from bot.settings import get_environment
from tests.bench.nlu_data import Texts, read_banking77

WARM_UP, ONE_BY_ONE = 50, 1_000

Say = Callable[[str], None]


def measure_speed(data: Path, say: Say) -> dict[str, Any]:
    """Return the figures for BANKING77. Everything is done as its commands do it, nothing is cached."""
    taught, asked = read_banking77(data, "train"), read_banking77(data, "test")
    with TemporaryDirectory() as folder:
        model = Path(folder) / "model.visavis"
        examples = _write_examples(taught, Path(folder) / "nlu.yml")
        say("Training on BANKING77, by the command")
        seconds = _time_training(examples, model)
        say("Reading")
        return {
            "train_seconds": seconds,
            "model_megabytes": model.stat().st_size / 1e6,
            "one_text_ms": _time_one_by_one(model, asked.texts),
            "texts_per_second": _time_many(model, asked.texts),
            **_run_parse(model, asked.texts, Path(folder)),
        }


def _write_examples(texts: Texts, path: Path) -> Path:
    """Write Rasa's format."""
    listed: dict[str, list[str]] = {}
    for text, intent in zip(texts.texts, texts.intents, strict=True):
        listed.setdefault(intent, []).append("- " + " ".join(text.split()))
    nlu = [
        {"intent": intent, "examples": LiteralScalarString("\n".join(lines) + "\n")}
        for intent, lines in listed.items()
    ]
    with path.open("w", encoding="utf-8") as file:
        YAML().dump({"version": "3.1", "nlu": nlu}, file)
    return path


def _time_training(examples: Path, model: Path) -> float:
    command = (sys.executable, "-m", "bot", "train", "--nlu", str(examples), "--out", str(model))
    # A folder of its own: no sentence vector is known from before.
    own = str(model.parent)
    environment = {**get_environment(), "VISAVIS_DATA": own, "XDG_CACHE_HOME": own}
    started = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _time_one_by_one(model: Path, texts: Sequence[str]) -> float:
    """Return the median in ms."""
    reader = Reader(read_nlu_model(model), open_encoder())
    reader.read(texts[:WARM_UP])
    delays = []
    for text in texts[WARM_UP : WARM_UP + ONE_BY_ONE]:
        started = time.perf_counter()
        reader.read([text])
        delays.append(time.perf_counter() - started)
    return median(delays) * 1_000


def _time_many(model: Path, texts: Sequence[str]) -> float:
    """Return texts a second, by as many readers as `visavis parse` has threads, each with its own encoder."""
    trained = read_nlu_model(model)
    readers = [Reader(trained, open_encoder()).read for _ in range(THREADS)]
    for read in readers:
        read(texts[:WARM_UP])
    started = time.perf_counter()
    read_texts(readers, texts[WARM_UP:], lambda _done, _total: None)
    return len(texts[WARM_UP:]) / (time.perf_counter() - started)


def _run_parse(model: Path, texts: Sequence[str], folder: Path) -> dict[str, Any]:
    """Pipe the texts through `visavis parse --jsonl` and look at the process before it ends."""
    command = (sys.executable, "-m", "bot", "parse", "--jsonl", "--model", str(model))
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    pipe = subprocess.PIPE
    with (
        (folder / "read.jsonl").open("wb") as out,
        subprocess.Popen(command, stdin=pipe, stdout=out, cwd=folder) as child,
    ):
        assert child.stdin is not None
        started = time.perf_counter()
        child.stdin.write(lines.encode())
        child.stdin.flush()
        while _count_lines(folder / "read.jsonl") < len(texts) and child.poll() is None:
            time.sleep(0.05)
        seconds = time.perf_counter() - started
        resident = psutil.Process(child.pid).memory_info().rss
        child.stdin.close()
    return {
        "resident_mb": resident / 1e6,
        "parse_command_seconds": seconds,
        "parse_command_texts": len(texts),
    }


def _count_lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")
