from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.events import SlotSet
from bot.dialogue.spec import StepType
from bot.dialogue.training import expand_stories
from bot.errors import ModelDamaged, ModelError, ProjectError
from bot.rasa_format.project import PACKED_FILE, data_digest, load_dialogue, load_project, pack_dialogue
from tests.unit.rasa_format.conftest import CONFIG, DOMAIN, NLU, Write


def test_project_loads_all_parts(write_project: Write) -> None:
    project = load_project(write_project(), {})

    assert project.assistant_id == "test"
    assert project.pipeline.fallback_threshold == 0.4
    assert project.pipeline.ambiguity_threshold == 0.05
    assert [example.text for example in project.training.examples] == [
        "hello",
        "hi there",
        "where is 4711",
        "track my order",
    ]
    assert [rule.name for rule in project.dialogue.rules] == ["Greet", "Ask", "Answer"]
    assert project.dialogue.rules[2].condition[0].type is StepType.LOOP
    assert [story.name for story in project.dialogue.stories] == ["Greet, then ask"]
    assert [memory.max_history for memory in project.dialogue.policies.memories] == [5]
    assert project.desk.queues["support"].first_answer == timedelta(minutes=20)
    assert project.desk.default_queue == "support"
    assert [(account.channel, account.name) for account in project.accounts] == [("webchat", "default")]


def test_project_names_file_and_line_of_each_example(write_project: Write) -> None:
    project = load_project(write_project(), {})

    places = [
        (example.source.path, example.source.line) for example in project.training.examples if example.source
    ]

    assert places == [("nlu_data/nlu/all.yml", line) for line in (5, 6, 9, 10)]


def test_domain_folder_is_merged(write_project: Write) -> None:
    first, second = DOMAIN.split("forms:")
    root = write_project({"domain.yml": None, "domain/a.yml": first, "domain/b.yml": "forms:" + second})

    merged = load_project(root, {}).dialogue.domain

    assert "order_form" in merged.forms
    assert "ask_order" in merged.intents
    assert "utter_greet" in merged.responses


@pytest.mark.parametrize(
    ("name", "line"),
    [("config.yml", None), ("domain.yml", None)],
)
def test_missing_file_is_named(write_project: Write, name: str, line: int | None) -> None:
    with pytest.raises(ProjectError) as caught:
        load_project(write_project({name: None}), {})

    assert (str(caught.value.path), caught.value.line) == (name, line)


def test_missing_training_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "domain.yml").write_text(DOMAIN)

    with pytest.raises(ProjectError, match="no training files"):
        load_project(tmp_path, {})


def test_packed_dialogue_reads_back_the_same(write_project: Write) -> None:
    project = load_project(write_project(), {})

    assert load_dialogue(pack_dialogue(project)) == project.dialogue


def test_packed_dialogue_carries_no_channel_options(write_project: Write) -> None:
    config = CONFIG.replace("webchat: true", 'telegram: {accounts: {a: {token: "123:secret"}}}')

    packed = pack_dialogue(load_project(write_project({"config.yml": config}), {}))

    assert b"secret" not in b"".join(packed.values())


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"format": 1}', b"\xff", b'{"format":1,"paths":[]}']
)
def test_damaged_pack_is_refused(content: bytes) -> None:
    with pytest.raises(ModelDamaged):
        load_dialogue({PACKED_FILE: content})


def test_pack_of_another_version_is_refused() -> None:
    with pytest.raises(ModelError, match="Train it again"):
        load_dialogue({PACKED_FILE: json.dumps({"format": 99}).encode()})


def test_digest_follows_data_and_not_comments(write_project: Write) -> None:
    before = data_digest(load_project(write_project(), {}))
    commented = data_digest(load_project(write_project({"nlu_data/nlu/all.yml": "# why\n" + NLU}), {}))
    changed = data_digest(load_project(write_project({"nlu_data/nlu/all.yml": NLU + "    - and now\n"}), {}))

    assert before == commented
    assert before != changed


@pytest.mark.parametrize(("written", "filled"), [("", 1), ("config:\n  store_entities_as_slots: false\n", 0)])
def test_a_storys_entities_fill_slots_unless_the_domain_says_no(
    write_project: Write, written: str, filled: int
) -> None:
    story = (
        "stories:\n- story: s\n  steps:\n  - intent: ask_order\n    entities:\n    - order_number: '5'\n"
        "  - action: utter_greet\n"
    )
    root = write_project({"domain.yml": DOMAIN + written, "nlu_data/more.yml": story})

    dialogue = load_project(root, {}).dialogue
    (training,) = (
        each
        for each in expand_stories(dialogue.stories, compile_dialogue(dialogue).catalogue)
        if each.names == ("s",)
    )
    assert sum(isinstance(event, SlotSet) for event in training.tracker.log) == filled
