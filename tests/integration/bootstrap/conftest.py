"""A small sound project, and settings that lead to it; one without channels, and a Twilio for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import structlog

from bot.settings import Settings, get_environment, load_settings
from tests.fakes.twilio import FakeTwilio, run_fake_twilio
from tests.integration.bootstrap.setting_up import CONFIG as NO_CHANNELS
from tests.integration.bootstrap.setting_up import PUBLIC

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


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a project without channels; what its `.env` puts into the environment goes again."""
    (tmp_path / "config.yml").write_text(NO_CHANNELS)
    (tmp_path / "domain.yml").write_text("intents: []\n")
    known = get_environment()
    monkeypatch.setenv("VISAVIS_PROJECT", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", PUBLIC)
    monkeypatch.setenv("VISAVIS_DATA", str(tmp_path / "data"))
    yield tmp_path
    for name in set(get_environment()) - set(known):
        monkeypatch.delenv(name)
    structlog.reset_defaults()  # the command has its own logging; other tests look at what is logged


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with run_fake_twilio() as fake:
        fake.hook_url = f"{PUBLIC}/webhooks/sms/shop"
        yield fake
