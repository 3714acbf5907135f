from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.bootstrap.story_tests import PlayedStory, play_files
from bot.cli import story_tests_view as view
from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.story_run import ActionStep, MessageStep
from bot.domain.json import JsonObject
from bot.errors import ProjectError
from bot.rasa_format.project import load_project
from bot.rasa_format.story_tests import read_story_tests

FILES = {
    "config.yml": "language: en\npolicies:\n- name: RulePolicy\n- name: MemoizationPolicy\n",
    "domain.yml": """\
intents: [greet, book, stop, faq]
entities: [day]
slots:
  day:
    type: text
    influence_conversation: false
    mappings:
    - type: from_entity
      entity: day
forms:
  book_form:
    required_slots: [day]
responses:
  utter_greet: [{text: Hello}]
  utter_stop: [{text: Stopped}]
  utter_done: [{text: Done}]
  utter_faq/hours: [{text: Eight to six}]
  utter_faq/soap: [{text: Soft}]
""",
    "data/all.yml": """\
nlu:
- {intent: greet, examples: "- hi"}
- {intent: faq/hours, examples: "- when"}
- {intent: faq/soap, examples: "- soap"}
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: faq
  steps:
  - intent: faq
  - action: utter_faq
- rule: book
  steps:
  - intent: book
  - action: book_form
  - active_loop: book_form
- rule: stop
  condition:
  - active_loop: book_form
  steps:
  - intent: stop
  - action: utter_stop
  - action: book_form
  - active_loop: book_form
- rule: done
  condition:
  - active_loop: book_form
  steps:
  - action: book_form
  - active_loop: null
  - action: utter_done
""",
}
RIGHT = """\
stories:
- story: form, interrupted
  steps:
  - intent: book
  - action: book_form
  - active_loop: book_form
  - user: /stop
    intent: stop
  - action: utter_stop
  - action: book_form
  - active_loop: book_form
  - user: on [monday](day)
    intent: book
  - action: book_form
  - active_loop: null
  - action: utter_done
- story: questions
  steps:
  - user: when
    intent: faq/hours
  - action: utter_faq
  - user: soap
    intent: faq
  - action: utter_faq
"""


def understood(
    intent: str, entities: tuple[tuple[int, int, str, str], ...] = (), key: str = ""
) -> JsonObject:
    keys = ("start", "end", "entity", "value")
    selector = (
        {intent: {"response": {"intent_response_key": key, "utter_action": f"utter_{key}"}}} if key else {}
    )
    return {
        "intent": {"name": intent, "confidence": 1.0},
        "entities": [dict(zip(keys, entity, strict=True)) for entity in entities],
        "response_selector": selector,
    }


PARSED = {
    "/stop": understood("stop"),
    "on monday": understood("book", ((3, 9, "day", "monday"),)),
    "when": understood("faq", key="faq/hours"),
    "soap": understood("faq", key="faq/soap"),
    "hi": understood("greet"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for name, content in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(content)
    (root / "tests").mkdir()
    return root


def play_project(root: Path, stories: str) -> tuple[PlayedStory, ...]:
    (root / "tests" / "test_all.yml").write_text(stories)
    files = read_story_tests(root, None, {})
    return play_files(
        files, compile_dialogue(load_project(root, {}).dialogue), lambda texts: {t: PARSED[t] for t in texts}
    )


def test_what_the_bot_does_passes(root: Path) -> None:
    played = play_project(root, RIGHT)

    assert [story.run.passed for story in played] == [True, True]
    assert [story.run.names for story in played] == [("form, interrupted",), ("questions",)]


def test_a_form_in_the_way_is_asked_twice(root: Path) -> None:
    """The form is predicted after `/stop`; only once it refused to run does the rule about stopping count."""
    steps = [step for step in play_project(root, RIGHT)[0].run.steps if isinstance(step, ActionStep)]

    assert [step.predicted for step in steps] == [
        "book_form",
        "action_listen",
        "utter_stop",
        "book_form",
        "action_listen",
        "book_form",
        "utter_done",
        "action_listen",
    ]


def test_the_story_goes_on_after_a_mistake(root: Path) -> None:
    wrong = (
        "stories:\n- story: s\n  steps:\n  - intent: greet\n  - action: utter_done\n"
        "  - intent: greet\n  - action: utter_greet\n"
    )

    (story,) = play_project(root, wrong)

    actions = [step for step in story.run.steps if isinstance(step, ActionStep)]
    assert [step.right for step in actions] == [False, False, True, True]
    assert (actions[0].expected, actions[0].predicted) == ("utter_done", "utter_greet")


def test_misread_words_fail_a_story_and_do_not_mislead_it(root: Path) -> None:
    wrong = (
        "stories:\n- story: s\n  steps:\n  - user: '[hi](day)'\n    intent: stop\n  - action: utter_greet\n"
    )

    (story,) = play_project(root, wrong)

    message = next(step for step in story.run.steps if isinstance(step, MessageStep))
    assert not story.run.passed
    assert (message.intent, message.predicted) == ("stop", "greet")
    assert (message.entities, message.found) == (frozenset({(0, 2, "day", "hi")}), frozenset())
    action = next(step for step in story.run.steps if isinstance(step, ActionStep))
    assert action.predicted == "action_default_fallback"  # what follows `stop`, as the story says


def test_an_answer_may_be_named_by_its_key(root: Path) -> None:
    story = "stories:\n- story: s\n  steps:\n  - {user: when, intent: faq}\n  - action: utter_faq/KEY\n"

    right, wrong = (play_project(root, story.replace("KEY", key))[0].run.steps for key in ("hours", "soap"))

    assert isinstance(right[1], ActionStep)
    assert right[1].right
    assert isinstance(wrong[1], ActionStep)
    assert wrong[1].predicted == "utter_faq/hours"


def test_failures_are_shown_as_stories(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = (
        "stories:\n- story: 'a: b'\n  steps:\n  - user: '[hi](day)'\n    intent: stop\n"
        "  - action: utter_greet\n  - slot_was_set:\n    - day: true\n  - active_loop: book_form\n"
    )
    played = play_project(root, wrong + RIGHT.removeprefix("stories:\n"))

    view.show_failures(played)
    view.show_figures(played)

    shown = capsys.readouterr().out
    assert shown.startswith(f"""\
version: "3.1"
stories:
- story: "a: b"  # {root}/tests/test_all.yml
  steps:
  - intent: stop  # predicted: greet
    user: "[hi](day)"  # predicted: hi
""")
    assert "  - action: utter_greet  # predicted: action_default_fallback\n" in shown
    assert "  - slot_was_set:\n    - day: true\n  - active_loop: book_form\n" in shown
    assert "form, interrupted" not in shown
    assert "Conversations: 2 of 3 right (0.667)" in shown
    assert "Intents:       4 of 5 right (0.800)" in shown
    assert "Entities:      1 of 2 right (0.500)" in shown


def test_the_report_can_be_read_by_programs(root: Path, tmp_path: Path) -> None:
    view.write_json(play_project(root, RIGHT), tmp_path / "report.json")

    report = json.loads((tmp_path / "report.json").read_text())
    assert report["conversations"] == {"right": 2, "total": 2, "accuracy": 1.0}
    assert report["stories"][0]["steps"][0] == {
        "text": None, "intent": "book", "predicted": "book", "entities": [], "predicted_entities": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("nowhere", "no such file"),
        ("data", "no test stories"),
        ("broken/test_a.yml", "test_a.yml:2: A step of story"),
    ],
)
def test_what_cannot_be_played_is_said(root: Path, path: str, problem: str) -> None:
    (root / "broken").mkdir(exist_ok=True)
    (root / "broken/test_a.yml").write_text("stories:\n- {story: s, steps: [x]}\n")

    with pytest.raises(ProjectError, match=problem):
        read_story_tests(root, root / path, {})


def test_results_are_written_as_rasa_writes_them(root: Path, tmp_path: Path) -> None:
    stories = (
        "stories:\n- story: bot first\n  steps:\n  - action: utter_stop\n  - intent: greet\n"
        "  - action: utter_done\n- story: right\n  steps:\n  - user: hi\n    intent: greet\n"
        "  - action: utter_greet\n- story: misread\n  steps:\n  - user: on [friday](day)\n    intent: stop\n"
    )
    parsed = {"hi": understood("greet"), "on friday": understood("book", ((0, 2, "day", "On"),))}
    (root / "tests" / "test_all.yml").write_text(stories)
    files = read_story_tests(root, None, {})
    dialogue = compile_dialogue(load_project(root, {}).dialogue)

    view.write_results(play_files(files, dialogue, lambda texts: {t: parsed[t] for t in texts}), tmp_path)

    report = json.loads((tmp_path / "story_report.json").read_text())
    assert report["conversation_accuracy"] == {
        "accuracy": 1 / 3, "correct": 1, "with_warnings": 0, "total": 3,
    }  # fmt: skip
    assert report["utter_greet"] == {"precision": 0.5, "recall": 1.0, "f1-score": 2 / 3, "support": 1}
    assert report["utter_done"]["f1-score"] == 0.0
    assert report["[friday](day)"]["support"] == 1
    assert report["None"]["support"] == 1  # what was found and is not there, called as in Rasa
    failed = (tmp_path / "failed_test_stories.yml").read_text()
    assert "  - action: utter_stop\n" in failed
    assert "right" not in failed


def test_results_of_stories_that_all_pass_say_so(root: Path, tmp_path: Path) -> None:
    view.write_results(play_project(root, RIGHT), tmp_path / "results")

    assert (tmp_path / "results" / "failed_test_stories.yml").read_text().startswith("# None of the test")
