from __future__ import annotations

import pytest

from bot.dialogue.spec import Step, StepType
from bot.domain.example import Source
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.stories import Paths, read_paths
from bot.rasa_format.yaml_reader import parse_yaml


def read(text: str) -> tuple[Paths, list[str]]:
    problems = Problems()
    paths = read_paths([parse_yaml(text.encode(), path="s.yml")], Reader(problems))
    return paths, [problem.show() for problem in problems]


def read_steps(text: str) -> tuple[Step, ...]:
    paths, problems = read("stories:\n- story: s\n  steps:\n" + text)
    assert problems == []
    return paths.stories[0].steps


def at(line: int) -> Source:
    return Source(path="s.yml", line=line)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("  - intent: greet\n", Step(type=StepType.INTENT, name="greet", source=at(4))),
        ("  - action: utter_x\n", Step(type=StepType.ACTION, name="utter_x", source=at(4))),
        ("  - bot: Hello\n", Step(type=StepType.BOT_TEXT, text="Hello", source=at(4))),
        ("  - user: Hi\n", Step(type=StepType.USER_TEXT, text="Hi", source=at(4))),
        ("  - checkpoint: c\n", Step(type=StepType.CHECKPOINT, name="c", source=at(4))),
        ("  - active_loop: f\n", Step(type=StepType.LOOP, name="f", source=at(4))),
        ("  - active_loop: null\n", Step(type=StepType.LOOP, source=at(4))),
        (
            "  - slot_was_set:\n    - a: 1\n    - b\n    - c: null\n",
            Step(type=StepType.SLOT, slots=(("a", 1), ("c", None)), filled=("b",), source=at(4)),
        ),
        (
            "  - checkpoint: c\n    slot_was_set:\n    - a: true\n",
            Step(type=StepType.CHECKPOINT, name="c", slots=(("a", True),), source=at(4)),
        ),
        (
            "  - intent: go\n    entities: [city, {city: Rome}, {city: Oslo, role: to, group: g}]\n",
            Step(
                type=StepType.INTENT,
                name="go",
                entities=(
                    ("city", None, None, None),
                    ("city", "Rome", None, None),
                    ("city", "Oslo", "to", "g"),
                ),
                source=at(4),
            ),
        ),
        (
            "  - intent: go\n    user: |\n      to [Rome](city)\n",
            Step(
                type=StepType.INTENT,
                name="go",
                text="to Rome",
                entities=(("city", "Rome", None, None),),
                spans=((3, 7),),
                source=at(4),
            ),
        ),
    ],
)
def test_step_is_read(text: str, step: Step) -> None:
    assert read_steps(text) == (step,)


def test_alternatives_are_branches_and_each_slot_is_its_own() -> None:
    (step,) = read_steps(
        "  - or:\n    - intent: a\n    - slot_was_set:\n      - x: 1\n      - y\n    - intent: b\n"
    )

    assert step.type is StepType.OR
    assert [(branch[0].name, branch[0].slots, branch[0].filled) for branch in step.branches] == [
        ("a", (), ()),
        (None, (("x", 1),), ()),
        (None, (), ("y",)),
        ("b", (), ()),
    ]


def test_metadata_steps_are_skipped() -> None:
    assert read_steps("  - metadata: {a: 1}\n  - intent: a\n")[0].name == "a"


def test_rule_has_its_options() -> None:
    paths, problems = read("""\
rules:
- rule: r
  condition:
  - active_loop: null
  - slot_was_set:
    - x: null
  conversation_start: true
  wait_for_user_input: false
  metadata: {why: not}
  steps:
  - intent: a
  - action: b
""")

    rule = paths.rules[0]
    assert problems == []
    assert (rule.name, rule.conversation_start, rule.wait_for_user_input) == ("r", True, False)
    assert [step.type for step in rule.condition] == [StepType.LOOP, StepType.SLOT]
    assert rule.condition[1].slots == (("x", None),)
    assert rule.source == at(2)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "stories:\n- story: s\n  steps:\n  - intent: /a\n",
            "s.yml:4: warning: Write the intent without the slash",
        ),
        ("stories:\n- story: s\n  steps:\n  - intent: a/b\n", "s.yml:4: warning: Only `a` of `a/b` counts"),
        (
            "stories:\n- story: s\n  steps:\n  - intent:\n",
            "s.yml:4: warning: Nothing stands behind `intent:`",
        ),
        (
            "stories:\n- story: s\n  steps:\n  - action:\n",
            "s.yml:4: warning: Nothing stands behind `action:`",
        ),
        (
            "stories:\n- story: s\n  steps:\n  - ...\n",
            "s.yml:4: error: A step of story `s` is no `key: value`",
        ),
        (
            "stories:\n- story: s\n  steps:\n  - actoin: x\n",
            "s.yml:4: error: `actoin` is no step. Did you mean `action`?",
        ),
        ("stories:\n- story: s\n  steps:\n  - {}\n", "s.yml:4: warning: A step of story `s` is empty"),
        (
            "stories:\n- story: s\n  steps:\n  - form: f\n",
            "s.yml:4: error: `form` is no step. It is called `active_loop` since Rasa 2.",
        ),
        (
            "stories:\n- story: s\n  steps:\n  - action: x\n    intent: y\n",
            "s.yml:4: error: `action` means nothing",
        ),
        ("stories:\n- story: s\n  steps:\n  - or: []\n", "s.yml:4: error: This `or` offers nothing"),
        ("stories:\n- story: s\n  steps:\n  - or:\n    - action: x\n", "s.yml:5: error: An `or` may hold"),
        ("stories:\n- story: s\n  steps:\n  - user: '[a]{b}'\n", "s.yml:4: error: `{b}` is not JSON"),
        ("stories:\n- story: s\n  steps:\n  - checkpoint: c\n    slot_was_set: [a]\n", "need values"),
        (
            "stories:\n- story: s\n  steps:\n  - intent: a\n    entities:\n    - {b: 1, c: 2}\n",
            "s.yml:6: error: An entity here",
        ),
        ("stories:\n- story: s\n", "s.yml:2: warning: The story `s` has no steps"),
        ("stories:\n- stroy: s\n  steps: []\n", "s.yml:2: error: `stroy` means nothing"),
        ("stories:\n- story:\n  steps: []\n", "s.yml:2: warning: This story has no name"),
        (
            "rules:\n- rule: r\n  condition:\n  - intent: a\n  steps:\n  - action: b\n",
            "s.yml:4: error: A condition of rule `r`",
        ),
        (
            "rules:\n- rule: r\n  wait_for_user_input: no\n  steps:\n  - action: b\n",
            "s.yml:3: error: `wait_for_user_input`",
        ),
    ],
)
def test_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    _, problems = read(text)

    assert any(problem in found for found in problems), problems
