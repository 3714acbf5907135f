"""What both sides are given: the demo brand, or the project that `rasa init` makes."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from bot.rasa_format.project import load_project
from tests.bench.load import split_texts
from tests.bench.road import load_own_questions
from tests.fakes.service import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DIALOGUES = 3_000
# What its stories and rules foresee: texts out of a path's order each engine guesses in its own way.
_PATHS = (
    ("greet", "mood_great", "goodbye"),
    ("greet", "mood_unhappy", "affirm"),
    ("greet", "mood_unhappy", "deny"),
    ("bot_challenge", "goodbye", "bot_challenge"),
)
# Rasa's defaults for an empty config, as its own comments in that file give them.
_STARTERS_PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": 100},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
_STARTERS_POLICIES = [
    {"name": "MemoizationPolicy"},
    {"name": "TEDPolicy", "max_history": 5, "epochs": 100},
    {"name": "RulePolicy"},
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A project in `root`, what is said to its bot, and single texts it answers at any time."""

    name: str
    root: Path
    pipeline: tuple[str, ...]
    dialogues: list[list[str]]
    questions: list[str]


def make_demo(place: Path, _python: Path) -> Compared:
    """Copy the brand, its REST account the only one. Its own examples are said, in any order."""
    place.mkdir()
    for name in ("nlu_data", "actions"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, place / name)
    texts = [text for each in _texts_by_intent(ROOT).values() for text in each]
    Random(77).shuffle(texts)  # noqa: S311 - the same order each time
    return Compared(
        name="the demo brand",
        root=place,
        pipeline=_read_pipeline(ROOT),
        dialogues=split_texts(texts),
        questions=load_own_questions(),
    )


def make_starter(place: Path, python: Path) -> Compared:
    """Copy what `rasa init` makes, its defaults written out, for Rasa asks for them only where it trains."""
    source = next(python.parents[1].glob("lib/python*/site-packages/rasa/cli/initial_project"))
    shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
    config = {
        "recipe": "default.v1",
        "assistant_id": "starter",
        "language": "en",
        "pipeline": _STARTERS_PIPELINE,
        "policies": _STARTERS_POLICIES,
    }
    with (place / "config.yml").open("w") as file:
        YAML(typ="safe", pure=True).dump(config, file)
    texts = _texts_by_intent(place)
    return Compared(
        name="the project of `rasa init`",
        root=place,
        pipeline=_read_pipeline(place),
        dialogues=list(itertools.islice(_walk_paths(texts), _DIALOGUES)),
        questions=[*texts["bot_challenge"], *texts["goodbye"]],
    )


PROJECTS: dict[str, Callable[[Path, Path], Compared]] = {"demo": make_demo, "starter": make_starter}


def _texts_by_intent(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for example in load_project(root, {}).training.examples:
        found.setdefault(example.intent, []).append(example.text)
    return found


def _walk_paths(texts: dict[str, list[str]]) -> Iterator[list[str]]:
    random = Random(77)  # noqa: S311 - the same dialogues each time
    for path in itertools.cycle(_PATHS):
        yield [random.choice(texts[intent]) for intent in path]


def _read_pipeline(root: Path) -> tuple[str, ...]:
    config = YAML(typ="safe").load(root / "config.yml")
    return tuple(str(each["name"]) for each in config["pipeline"])
