from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.engine_spec import EngineSpec
from bot.rasa_format.config_file import read_config
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml


def read(text: str) -> tuple[EngineSpec, list[str]]:
    problems = Problems()
    config = read_config(parse_yaml(text.encode(), path="config.yml"), Reader(problems))
    return config.engine, [problem.show() for problem in problems]


@pytest.mark.parametrize("text", ["", "engine: native\n", "engine:\n  native:\n"])
def test_native_engine_is_the_default(text: str) -> None:
    assert read(text) == (EngineSpec(name="native"), [])


@pytest.mark.parametrize("text", ["engine: rasa\n", "engine:\n  rasa:\n", "engine:\n  rasa: {}\n"])
def test_rasa_without_url_is_started_here(text: str) -> None:
    spec, problems = read(text)

    assert problems == []
    assert spec.is_started_here


def test_rasa_that_runs_elsewhere_has_an_address_and_secrets() -> None:
    spec, problems = read(
        "engine:\n  rasa:\n    url: https://rasa.example.com\n    token: abc\n    answer_seconds: 2.5\n"
    )

    assert problems == []
    assert not spec.is_started_here
    assert (spec.url, spec.token) == ("https://rasa.example.com", "abc")
    assert spec.answer_limit == timedelta(seconds=2.5)
    assert "abc" not in repr(spec)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("engine:\n  rasa:\n    url: rasa.example.com\n", "config.yml:3: error: `url` should be an address"),
        ("engine:\n  rasa:\n    urls: x\n", "config.yml:3: warning: `urls` means nothing in engine `rasa`."),
        ("engine:\n  rasa: here\n", "config.yml:2: error: engine `rasa` should be a map"),
        ("engine:\n  rasa:\n  native:\n", "config.yml:2: error: `engine` should have one key"),
        ("engine:\n  native:\n    url: x\n", "config.yml:3: warning: `url` means nothing: the engine"),
        ("engine:\n  rasa:\n    token: abc\n", "config.yml:3: warning: `token` changes nothing"),
        ("engine:\n  rasa:\n    answer_seconds: 0\n", "config.yml:3: error: `answer_seconds` should be"),
        ("engine: [rasa]\n", "config.yml:1: error: `engine` should be a text; this is a list."),
    ],
)
def test_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    assert read(text)[1][0].startswith(problem)


def test_what_only_rasa_runs_is_no_mistake_where_rasa_runs_it() -> None:
    files = "recipe: graph.v1\npipeline:\n- name: addons.Own\npolicies:\n- name: addons.OwnPolicy\n"

    assert read(files)[1]
    assert read(f"engine: rasa\n{files}")[1] == []
