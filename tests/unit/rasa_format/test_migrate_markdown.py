"""Markdown of Rasa 1 comes out as the YAML that says the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.rasa_format.fields import Reader
from bot.rasa_format.migrate.finding import Findings, Outcome
from bot.rasa_format.migrate.markdown import MarkdownFile
from bot.rasa_format.problem import Problems
from bot.rasa_format.stories import read_paths
from bot.rasa_format.yaml_reader import parse_yaml

EXAMPLES = """\
<!-- what people
say -->
## intent:greet
- hello [Ann](name)
* hey
## intent: order/tea
- a [cup]{"entity": "size"} of tea
## synonym:big
- large
## lookup:size
lists/sizes.txt
lists/nowhere.txt
"""
STORIES = """\
## tea
* greet{"name": "Ann"} OR hail
  - utter_greet
* order
  - tea_form
  - form{"name": "tea_form"}
  - form: slot{"size": "cup"}
* form: inform
  - form{"name": null}
  - slot{"paid": true}
  - respond_tea
> paid
## after
> paid
* greet: hello [Ann](name)
  - action_deactivate_form
  - slot{broken}
## answer
* order/tea
  - Tea is on its way.
  - Coming!
"""


def convert(text: str) -> tuple[str, list[str]]:
    findings = Findings()
    lists = {"lists/sizes.txt": "cup\n\npot\n"}
    written = MarkdownFile("data/old.md", findings, read_list=lists.get).convert(text)
    return written, [f"{found.place}: {found.text}" for found in findings.of(Outcome.PERSON)]


def test_examples_keep_their_blocks_and_lookups_take_in_their_lists() -> None:
    written, person = convert(EXAMPLES)

    assert parse_yaml(written.encode(), path="x").plain["nlu"] == [
        {"intent": "greet", "examples": "- hello [Ann](name)\n- hey\n"},
        {"intent": "order/tea", "examples": '- a [cup]{"entity": "size"} of tea\n'},
        {"synonym": "big", "examples": "- large\n"},
        {"lookup": "size", "examples": "- cup\n- pot\n"},
    ]
    assert person == ["data/old.md:12: This line of lookup `size` was left out: lists/nowhere.txt"]


def test_stories_keep_their_steps_and_answers_become_responses() -> None:
    written, person = convert(STORIES)

    content = parse_yaml(written.encode(), path="x").plain
    assert content["stories"] == [
        {
            "story": "tea",
            "steps": [
                {"or": [{"intent": "greet", "entities": [{"name": "Ann"}]}, {"intent": "hail"}]},
                {"action": "utter_greet"},
                {"intent": "order"},
                {"action": "tea_form"},
                {"active_loop": "tea_form"},
                {"active_loop": None},
                {"slot_was_set": [{"paid": True}]},
                {"action": "utter_tea"},
                {"checkpoint": "paid"},
            ],
        },
        {
            "story": "after",
            "steps": [
                {"checkpoint": "paid"},
                {"user": "hello [Ann](name)", "intent": "greet"},
                {"action": "action_deactivate_loop"},
            ],
        },
    ]
    assert content["responses"] == {"utter_order/tea": [{"text": "Tea is on its way."}, {"text": "Coming!"}]}
    assert person == ["data/old.md:17: This step was left out, since it cannot be read: - slot{broken}"]


_WORDS = st.sampled_from(
    ["##", "*", "-", ">", " ", "\n", "a", "intent:b", '{"c": 1}', "slot", "OR", ":", "[", "é"]
)


@given(st.lists(_WORDS).map("".join) | st.text())
def test_whatever_is_converted_can_be_read(text: str) -> None:
    written, _ = convert(text)

    read_paths((parse_yaml(written.encode(errors="replace"), path="x"),), Reader(Problems()))


def test_steps_that_are_events_keep_their_names_as_rasa_3_reads_them() -> None:
    story = '## sorry\n* greet\n  - utter_hello\n  - undo\n  - reset_slots\n  - reminder{"action": "a"}\n'
    written, told = convert(story)

    assert [line.strip() for line in written.splitlines()][-3:] == [
        "- action: utter_hello",
        "- action: undo",
        "- action: reset_slots",
    ]
    assert told == []
