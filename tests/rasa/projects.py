"""The projects that are compared, each in a copy that both sides read: Rasa writes into what it trains."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterable

REPOSITORY = Path(__file__).parents[2]
_TESTED = REPOSITORY / "tests" / "conversations"
BOTS = (_TESTED / "bots", _TESTED / "recordings")
# What answers deterministically in Rasa; the other policies learn weights.
_POLICIES = ("RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy")
_PARTS = ("domain.yml", "domain", "data", "nlu_data", "actions", "dialogues.yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A copy of a project. `domain` and `data` are names in `root`."""

    name: str
    root: Path
    domain: str
    data: str


def sources(python: Path) -> dict[str, Path]:
    """Return all projects by name: our bots, the demo brand, Rasa's starter project."""
    folders = sorted(folder for place in BOTS for folder in place.iterdir())
    found = {folder.name: folder for folder in folders if (folder / "config.yml").exists()}
    del found["actions"]  # a recording, whose actions are elsewhere: tests/conversations/recorded_actions.py
    starter = sorted(python.parents[1].glob("lib/python*/site-packages/rasa/cli/initial_project"))
    return {**found, "demo_brand": REPOSITORY, **({"starter": starter[0]} if starter else {})}


def prepare(name: str, source: Path, place: Path) -> Prepared:
    """Copy a project to `place`, its config cut down to the policies that both run."""
    place.mkdir(parents=True)
    for part in _PARTS:
        origin = source / part
        if origin.is_dir():
            shutil.copytree(origin, place / part, ignore=shutil.ignore_patterns("__pycache__", "triage.yml"))
        elif origin.exists():
            shutil.copy(origin, place / part)
    yaml = YAML(typ="safe", pure=True)
    with (place / "config.yml").open("w") as file:
        yaml.dump(_config(yaml.load((source / "config.yml").read_text())), file)
    return Prepared(
        name=name,
        root=place,
        domain="domain.yml" if (place / "domain.yml").exists() else "domain",
        data="nlu_data" if (place / "nlu_data").exists() else "data",
    )


def _config(config: dict[str, Any]) -> dict[str, Any]:
    policies: Iterable[dict[str, Any]] = config.get("policies") or (
        {"name": "MemoizationPolicy"},
        {"name": "RulePolicy"},
    )
    return {
        "recipe": "default.v1",
        "assistant_id": "compared",
        "language": "en",
        "pipeline": [{"name": "WhitespaceTokenizer"}],
        "policies": [policy for policy in policies if policy["name"] in _POLICIES],
    }
