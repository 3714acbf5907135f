from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import ProjectError
from bot.rasa_format.check import check_project
from bot.rasa_format.problem import Severity
from bot.rasa_format.project import load_dialogue, load_project, pack_dialogue
from bot.rasa_format.yaml_reader import parse_yaml
from tests.unit.rasa_format.conftest import FILES, Write

# Words of the sound project stand for keys and values alike; these are the rarer ones.
RARE = """
use_entities ignore_entities roles groups values min_value max_value initial_value role group
not_intent conditions requested_slot ignored_intents custom buttons payload title channel synonym
regex lookup metadata or checkpoint slot_was_set user bot engine accounts default_queue
session_config session_expiration_time conversation_start
"""
KEYS = re.findall(r"\w+", "".join((RARE, *FILES.values())))
VALUES = (
    *(None, True, 0, -1, 0.5, "", "greet", "text", "categorical", "float", "from_entity", "slot", "rasa"),
    *("order_number", "utter_greet", "/greet", '/greet{"a"}', "[a](b)", '[a]{"entity": 1}', "- a\n- [b]{c}"),
    *("RulePolicy", "FallbackClassifier", "${X}", "{a}", "a/b/c", "3.1", "9", "é"),
)

trees = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


def paths_of(tree: object) -> list[list[str | int]]:
    children: list[tuple[str | int, object]] = []
    if isinstance(tree, dict):
        children = list(tree.items())
    elif isinstance(tree, list):
        children = list(enumerate(tree))
    return [[], *([key, *rest] for key, child in children for rest in paths_of(child))]


def replaced(tree: object, path: list[str | int], new: object) -> object:
    if not path:
        return new
    key, *rest = path
    if isinstance(tree, dict):
        return {**tree, key: replaced(tree[key], rest, new)}
    assert isinstance(tree, list)
    return [replaced(child, rest, new) if number == key else child for number, child in enumerate(tree)]


@given(name=st.sampled_from(sorted(FILES)), data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree_in_place_of_a_part_is_read_or_refused(
    write_project: Write, name: str, data: st.DataObject
) -> None:
    sound = json.loads(json.dumps(tree_of(FILES[name])))
    path = data.draw(st.sampled_from(paths_of(sound)))
    root = write_project({name: json.dumps(replaced(sound, path, data.draw(trees)))})

    check_and_load(root)


@given(name=st.sampled_from(sorted(FILES)), content=st.binary(max_size=60))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_in_place_of_a_file_are_read_or_refused(
    write_project: Write, name: str, content: bytes
) -> None:
    check_and_load(write_project({name: content}))


def tree_of(text: str) -> object:
    return parse_yaml(text.encode(), path="x.yml").plain


def check_and_load(root: Path) -> None:
    problems = check_project(root, {}, channels=frozenset({"webchat"}), actions=frozenset({"action_order"}))
    try:
        project = load_project(root, {})
    except ProjectError as error:
        found = [(problem.path, problem.line, problem.text) for problem in problems]
        assert (str(error.path), error.line, error.problem) in found  # noqa: PT017  the other branch checks as well
        assert any(problem.severity is Severity.ERROR for problem in problems)
    else:
        assert load_dialogue(pack_dialogue(project)) == project.dialogue
