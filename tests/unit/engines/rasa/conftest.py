"""A fake Rasa, started here or somebody else's, and somebody who talks with an engine on it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from bot.dialogue.catalogue import Catalogue
from bot.rasa_format.project import load_project
from tests.fakes.rasa import FakeRasa
from tests.unit.engines.rasa.contact import Contact, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DOMAIN = """\
version: "3.1"
intents: [hours, person, form, remind, media]
slots:
  asked:
    type: text
    mappings:
    - type: custom
responses:
  utter_again:
  - text: Again.
"""
DATA = """\
version: "3.1"
nlu:
- intent: hours
  examples: |
    - hours
"""


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    root: Path = tmp_path_factory.mktemp("project")
    (root / "data").mkdir()
    (root / "config.yml").write_text("recipe: default.v1\n")
    (root / "domain.yml").write_text(DOMAIN)
    (root / "data" / "all.yml").write_text(DATA)
    return Catalogue(load_project(root, {}).dialogue.domain)


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["ours", "elsewhere"])
async def contact(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack, request: pytest.FixtureRequest
) -> Contact:
    return Contact(await open_engine(rasa, catalogue, stack, ours=request.param))
