"""Conversations as test stories: what is written reads back as what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.rasa_format.project import load_project
from bot.web.rasa_api.story import annotate, render_step, render_stories, split_sessions

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.json import JsonObject

START: JsonObject = {"event": "action", "name": "action_session_start"}
LISTEN: JsonObject = {"event": "action", "name": "action_listen"}


def user(text: str, intent: str, *entities: JsonObject) -> JsonObject:
    return {
        "event": "user",
        "text": text,
        "parse_data": {"intent": {"name": intent}, "entities": list(entities)},
    }


@pytest.mark.parametrize(
    ("entities", "written"),
    [
        ([], "from Rome to Oslo"),
        ([{"entity": "city", "start": 5, "end": 9, "value": "Rome"}], "from [Rome](city) to Oslo"),
        (
            [
                {"entity": "city", "start": 13, "end": 17, "value": "oslo", "role": "to"},
                {"entity": "city", "start": 5, "end": 9, "value": "Rome"},
            ],
            'from [Rome](city) to [Oslo]{"entity": "city", "role": "to", "value": "oslo"}',
        ),
        (
            [
                {"entity": "city", "start": 5, "end": 9, "value": "Rome"},
                {"entity": "way", "start": 5, "end": 17, "value": "x"},
            ],
            "from [Rome](city) to Oslo",
        ),
        ([{"entity": "city", "value": "Rome"}, {"entity": "c", "start": 9, "end": 99}], "from Rome to Oslo"),
    ],
)
def test_entities_are_written_as_examples_have_them(entities: list[Any], written: str) -> None:
    assert annotate("from Rome to Oslo", entities) == written


def test_intent_messages_stay_as_they_are() -> None:
    entity: JsonObject = {"entity": "city", "start": 4, "end": 20, "value": "Rome"}
    assert annotate('/go{"city": "Rome"}', [entity]) == '/go{"city": "Rome"}'


def test_steps_are_what_happened_and_nothing_else() -> None:
    assert [
        render_step(event)
        for event in (
            START,
            LISTEN,
            {"event": "slot", "name": "size", "value": None},
            {"event": "active_loop", "name": None},
            {"event": "action", "name": None, "action_text": "Hi."},
            {"event": "bot", "text": "Hi."},
            {"event": "pause"},
        )
    ] == [
        None,
        None,
        {"slot_was_set": [{"size": None}]},
        {"active_loop": None},
        {"bot": "Hi."},
        None,
        None,
    ]


def test_sessions_are_stories_of_their_own() -> None:
    events = [START, LISTEN, user("hi", "greet"), LISTEN, START, LISTEN, user("bye", "bye")]
    assert [len(session) for session in split_sessions(events)] == [4, 3]
    last = render_stories("ann", events, every=False)
    assert "story: ann\n" in last
    assert "hi" not in last
    both = render_stories("ann", events, every=True)
    assert "story: ann, story 1\n" in both
    assert "story: ann, story 2\n" in both


def test_story_reads_back(tmp_path: Path) -> None:
    """As training data too: whatever somebody says stays a text."""
    events = [START, user("a: b # c\n- d", "greet"), {"event": "action", "name": "utter_greet"}]
    (tmp_path / "config.yml").write_text(
        "recipe: default.v1\nassistant_id: x\npolicies:\n- name: MemoizationPolicy\n"
    )
    (tmp_path / "domain.yml").write_text("intents: [greet]\nresponses: {utter_greet: [{text: Hi.}]}\n")
    (tmp_path / "nlu_data").mkdir()
    (tmp_path / "nlu_data" / "stories.yml").write_text(render_stories("ä: b", events, every=True))
    (tmp_path / "nlu_data" / "nlu.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - hi\n")
    [story] = load_project(tmp_path, {}).dialogue.stories
    assert story.name == "ä: b"
    assert [step.name for step in story.steps] == ["greet", "utter_greet"]
    assert story.steps[0].text == "a: b # c\n- d"
