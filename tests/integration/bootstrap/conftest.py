"""A small sound project, and settings that lead to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
recipe: default.v1
assistant_id: small
pipeline:
- name: FallbackClassifier
policies:
- name: RulePolicy
channels:
  rest:
    accounts:
      open: {open: true}
"""
DOMAIN = """\
version: "3.1"
intents: [greet]
responses:
  utter_greet:
  - text: Hello there.
"""
NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
"""

Write = Callable[[dict[str, str]], Settings]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a small project with the given files in place of sound ones; returns settings that lead to it."""

    def run(files: dict[str, str]) -> Settings:
        for name, content in {
            "config.yml": CONFIG,
            "domain.yml": DOMAIN,
            "nlu_data/all.yml": NLU,
            **files,
        }.items():
            path = tmp_path / "project" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        monkeypatch.setenv("VISAVIS_PROJECT", str(tmp_path / "project"))
        monkeypatch.setenv("VISAVIS_DATA", str(tmp_path / "data"))
        return load_settings(port=0)

    return run
