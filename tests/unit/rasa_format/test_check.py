from __future__ import annotations

from pathlib import Path

import pytest

from bot.rasa_format.check import check_project
from bot.rasa_format.problem import Severity
from tests.unit.rasa_format.checking import CHANNELS, TWO_MESSAGES, check, in_domain, in_rules
from tests.unit.rasa_format.conftest import CONFIG, DOMAIN, NLU, RULES, STORIES, Write

ROOT = Path(__file__).parents[3]


def test_sound_project_has_no_problems(write_project: Write) -> None:
    assert check(write_project(), frozenset({"action_order"})) == []


def test_demo_project_has_no_errors() -> None:
    problems = check_project(ROOT, {}, channels=CHANNELS)

    assert [problem.show() for problem in problems if problem.severity is Severity.ERROR] == []


def test_actions_of_the_domain_need_a_class_and_classes_a_line(write_project: Write) -> None:
    assert check(write_project(), frozenset({"action_orders"})) == [
        "domain.yml:1: warning: No line under `actions` names the Python action `action_orders`. Add one.",
        (
            "domain.yml:23: warning: No Python action is called `action_order`. "
            "A turn that needs it ends with a person. Did you mean `action_orders`?"
        ),
    ]


def test_response_listed_under_actions_alone_is_a_warning(write_project: Write) -> None:
    domain = DOMAIN.replace("actions:\n", "actions:\n- utter_later\n")
    paths = {
        f"nlu_data/{name}.yml": written.replace("action: utter_greet", "action: utter_later")
        for name, written in (("rules", RULES), ("stories", STORIES))
    }

    found = check(write_project({"domain.yml": domain, **paths}))

    assert any("warning: The response `utter_later` stands under `actions` alone" in line for line in found)
    assert not any(": error: " in line for line in found)


def test_responses_named_in_actions_count_as_said(write_project: Write) -> None:
    responses = "responses:\n  utter_state_late:\n  - text: Since {since}\n  utter_sorry:\n  - text: Sorry"
    code = 'dispatcher.utter_message(response=f"utter_state_{state}", since=1)\nx = "utter_sorry"\n'

    found = check(write_project(in_domain("responses:", responses) | {"actions/x.py": code}))

    assert found == []


def test_retrieval_intent_brings_its_action(write_project: Write) -> None:
    nlu = NLU + "- intent: faq/hours\n  examples: |\n    - when are you open\n"
    domain = DOMAIN.replace("- greet", "- greet\n- faq").replace(
        "responses:", "responses:\n  utter_faq/hours:\n  - text: x"
    )
    rules = RULES + "- rule: Faq\n  steps:\n  - intent: faq\n  - action: utter_faq\n"

    found = check(
        write_project({"nlu_data/nlu/all.yml": nlu, "domain.yml": domain, "nlu_data/rules.yml": rules})
    )

    assert found == []


@pytest.mark.parametrize(
    ("option", "files"),
    [
        (
            "restrict_rules",
            {**in_rules("  - action: utter_greet\n", TWO_MESSAGES), "nlu_data/stories.yml": ""},
        ),
        (
            "check_for_contradictions",
            {"nlu_data/stories.yml": STORIES.replace("- action: utter_greet", "- action: action_order")},
        ),
    ],
)
def test_rasas_switches_of_its_checks_are_obeyed(
    write_project: Write, option: str, files: dict[str, str]
) -> None:
    config = CONFIG.replace("- name: RulePolicy", f"- name: RulePolicy\n  {option}: false")

    assert check(write_project(files)) != []
    assert check(write_project(files | {"config.yml": config})) == []


def test_recorded_projects_of_real_rasa_have_no_errors() -> None:
    for folder in (ROOT / "tests/conversations/recordings").glob("*/"):
        problems = check_project(folder, {})
        assert [problem.show() for problem in problems if problem.severity is Severity.ERROR] == []


def test_empty_folder_names_what_is_missing(tmp_path: Path) -> None:
    assert [line.partition(". ")[0] for line in check(tmp_path)] == [
        "config.yml: error: There is no such file",
        "domain.yml: error: There is no such file",
        "nlu_data/: error: There are no training files",
    ]
