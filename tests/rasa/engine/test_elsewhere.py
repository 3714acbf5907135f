"""A project whose Rasa runs elsewhere: trained here for triage alone, answered there (by a fake one)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.bootstrap.project import open_project
from bot.bootstrap.serving import EngineBuilder
from bot.bootstrap.training import train_here
from bot.engines.engine import Turn
from bot.settings import load_settings
from tests.conversations.talk import message
from tests.fakes.rasa import TOKEN, FakeRasa
from tests.fakes.serving import serve
from tests.fakes.small_brand import CONFIG, write_brand

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.progress import Progress

# Nothing of these runs here; where Rasa answers that is no mistake.
RASAS_OWN = "policies:\n- name: TEDPolicy\n- name: addons.OwnPolicy\n"


def _watch_nothing(_step: Progress) -> None:
    """Let it train."""


@pytest.mark.timeout(300)
async def test_rasa_elsewhere_answers_and_our_own_model_judges(tmp_path: Path) -> None:
    project = write_brand(tmp_path / "project")
    settings = load_settings(project=project, data=tmp_path / "data")
    async with serve(FakeRasa().app()) as (url, _):
        engine = f"engine:\n  rasa:\n    url: {url}\n    token: {TOKEN}\n"
        config = CONFIG.replace("policies:\n- name: RulePolicy\n", RASAS_OWN) + engine
        (project / "config.yml").write_text(config)
        trained = train_here(settings, out=tmp_path / "model.tar.gz", report=_watch_nothing)
        builder = EngineBuilder(open_project(settings), settings)
        answering = await builder.build(trained.path.read_bytes())
        result = await answering.respond(
            Turn(
                sender_id="a",
                channel="rest",
                messages=(message("person"),),
                tracker=None,
                now=datetime.now(UTC),
            )
        )
        await answering.close()

    assert [content.text for content in result.replies] == ["A person will answer."]
    assert result.handoff is not None
    assert result.understandings[0] is not None
    assert result.understandings[0].triage is not None
