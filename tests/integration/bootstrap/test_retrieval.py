"""A project with retrieval intents: trained, loaded, asked; each question gets the answer of its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap.inspection import inspect_project
from bot.bootstrap.models import train_model
from bot.bootstrap.project import open_project
from bot.bootstrap.serving import EngineBuilder
from bot.bootstrap.vectors import find_vector_cache
from tests.conversations.talk import Talk
from tests.integration.bootstrap.conftest import Write

DOMAIN = """\
version: "3.1"
intents: [greet, faq]
responses:
  utter_greet:
  - text: Hello there.
    buttons:
    - {title: Hours, payload: /faq/hours}
  utter_faq/hours:
  - text: We open at nine.
  utter_faq/parking:
  - text: Behind the house.
"""
NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
    - good morning
- intent: faq/hours
  examples: |
    - when do you open
    - what are your opening hours
    - are you open on sunday
- intent: faq/parking
  examples: |
    - where can I park my car
    - is there a car park
    - parking near the shop
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: answer
  steps:
  - intent: faq
  - action: utter_faq
"""
FILES = {"domain.yml": DOMAIN, "nlu_data/all.yml": NLU}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies
async def test_question_gets_the_answer_of_its_key(write: Write, tmp_path: Path) -> None:
    settings = write(FILES)
    assert inspect_project(settings).problems == ()
    project = open_project(settings)
    trained = train_model(
        project, tmp_path / "m.tar.gz", cache=find_vector_cache(), report=lambda _step: None
    )
    builder = EngineBuilder(project)
    engine = await builder.build(trained.path.read_bytes())

    talk = Talk(engine)  # type: ignore[arg-type]  # any engine will do
    assert await talk.say("what are your opening hours") == ["We open at nine."]
    assert await talk.say("is there a car park?") == ["Behind the house."]
    assert await talk.say("/faq/hours") == ["We open at nine."]  # what the button sends
    await engine.close()


def test_key_without_a_response_is_told_with_its_place(write: Write) -> None:
    settings = write(FILES | {"domain.yml": DOMAIN.replace("utter_faq/parking", "utter_faq/parkings")})

    (problem,) = inspect_project(settings).problems
    assert problem.show().startswith(
        "nlu_data/all.yml:15: warning: `faq/parking` has examples here but no response"
    )


def test_button_and_check_agree(write: Write) -> None:
    wrong = inspect_project(
        write(FILES | {"domain.yml": DOMAIN.replace("payload: /faq/hours", "payload: /faq/hour")})
    )
    open_key = inspect_project(
        write(FILES | {"domain.yml": DOMAIN.replace("payload: /faq/hours", "payload: /faq")})
    )

    assert [problem.show().partition(". ")[0] for problem in (*wrong.problems, *open_key.problems)] == [
        "domain.yml:7: warning: A button of `utter_greet` names no response: `utter_faq/hour`",
        "domain.yml:7: warning: A button of `utter_greet` leaves open which answer `/faq` means",
    ]
