"""How actions are run, as `config.yml` and `endpoints.yml` say it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.action_spec import ActionServer, ActionsSpec
from bot.rasa_format.action_keys import read_action_server, read_actions
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml


def read(text: str) -> tuple[ActionsSpec, list[str]]:
    problems = Problems()
    document = parse_yaml(text.encode(), path="config.yml")
    return read_actions(document.get("actions"), Reader(problems)), [str(each.text) for each in problems]


def read_server(
    folder: Path, text: str, environment: dict[str, str] | None = None
) -> tuple[ActionServer | None, list[str]]:
    (folder / "endpoints.yml").write_text(text)
    problems = Problems()
    found = read_action_server(folder, environment or {}, Reader(problems))
    return found, [f"{each.line}: {each.text}" for each in problems]


def test_nothing_written_means_the_defaults() -> None:
    assert read("language: en") == (ActionsSpec(), [])


def test_all_keys_are_read() -> None:
    spec, told = read("actions: {seconds: 2.5, at_once: 8, history: 50, only_server: true}")
    assert spec == ActionsSpec(limit=timedelta(seconds=2.5), at_once=8, history=50, only_server=True)
    assert told == []


@pytest.mark.parametrize(
    "wrong", ["seconds: 0", "at_once: -1", "history: 1.5", "seconds: soon", "secnods: 1"]
)
def test_what_makes_no_sense_is_told_and_changes_nothing(wrong: str) -> None:
    spec, told = read(f"actions: {{{wrong}}}")
    assert spec == ActionsSpec()
    assert len(told) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nlg: {url: http://nlg:5056}\n", "1: `nlg` changes nothing: responses are rendered here"),
        ("nlu: {url: http://nlu:5005}\n", "1: `nlu` changes nothing: texts are understood here"),
        (
            "a: b\nevent_broker: {type: kafka}\n",
            "2: `event_broker` changes nothing: events are published nowhere",
        ),
        ("tracker_store: {type: mongod, url: '${MONGO}'}\n", "1: `tracker_store` changes nothing:"),
    ],
)
def test_what_is_read_by_rasa_alone_is_told(tmp_path: Path, text: str, told: str) -> None:
    (first,) = read_server(tmp_path, text)[1]
    assert first.startswith(told)


@pytest.mark.parametrize("text", ["nlg:\n", "nlg: {type: response}\n", "lock_store:\n"])
def test_what_says_no_more_than_the_default_is_not_told(tmp_path: Path, text: str) -> None:
    assert read_server(tmp_path, text) == (None, [])


def test_all_of_the_endpoints_is_for_real_rasa(tmp_path: Path) -> None:
    (tmp_path / "endpoints.yml").write_text("nlg: {url: http://nlg:5056}\n")
    problems = Problems()

    read_action_server(tmp_path, {}, Reader(problems), native=False)

    assert list(problems) == []


def test_rasas_action_endpoint_is_read_whole(tmp_path: Path) -> None:
    text = """
action_endpoint:
  url: ${ACTIONS}/webhook
  params: {brand: 7}
  headers:
    X-Key: ${KEY}
  basic_auth: {username: ann, password: secret}
  token: hush
  token_name: key
  enable_selective_domain: true
tracker_store:
  url: ${NOT_SET}
"""
    environment = {
        "ACTIONS": "http://127.0.0.1:5055",
        "KEY": "k",
        "COMPRESS_ACTION_SERVER_REQUEST": "True",
    }
    found, told = read_server(tmp_path, text, environment)
    assert "NOT_SET" not in " ".join(told)  # of a part that is not needed
    assert found == ActionServer(
        url="http://127.0.0.1:5055/webhook",
        params={"brand": "7", "key": "hush"},
        headers={"X-Key": "k"},
        basic_auth=("ann", "secret"),
        selective_domain=True,
        compress=True,
    )
    assert "hush" not in repr(found)
    assert "secret" not in repr(found)


@pytest.mark.parametrize("text", ["", "# action_endpoint:\n", "action_endpoint:\n", "models:\n"])
def test_no_endpoint_is_no_server(tmp_path: Path, text: str) -> None:
    assert read_server(tmp_path, text) == (None, [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("action_endpoint: 5055\n", "1: `action_endpoint` should be a map"),
        ("action_endpoint:\n  url: localhost:5055\n", "2: `url` should be an address"),
        ("action_endpoint:\n  url: ${NOT_SET}\n", "2: The variable NOT_SET is not set"),
        (
            "action_endpoint:\n  url: http://a/b\n  basic_auth: {username: ann}\n",
            "3: `basic_auth` should have",
        ),
        ("action_endpoint: [\n", "2: "),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, told: str) -> None:
    _, problems = read_server(tmp_path, text)
    assert problems
    assert problems[0].startswith(told)


def test_an_address_is_shown_without_its_secrets() -> None:
    assert ActionServer(url="http://ann:pw@host:5055/webhook?token=x").shown == "http://host:5055/webhook"
