"""`visavis serve` as a user runs it: its own servers, a small project, signals, killed children."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0

CONFIG = """
recipe: default.v1
assistant_id: small
language: en
pipeline:
- name: WhitespaceTokenizer
- name: LogisticRegressionClassifier
policies:
- name: RulePolicy
channels:
  rest:
    accounts:
      open:
        open: true
"""
DOMAIN = """
version: "3.1"
intents: [greet, bye]
responses:
  utter_greet:
  - text: Hello there.
  utter_bye:
  - text: Good bye.
"""
NLU = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
    - good morning
    - hey bot
- intent: bye
  examples: |
    - bye
    - see you later
    - good night
    - farewell
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: bye
  steps:
  - intent: bye
  - action: utter_bye
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service: its process, where it listens, and what it printed for people."""

    process: subprocess.Popen[str]
    url: str
    banner: str

    def ask(self, text: str, sender: str) -> list[Any]:
        body = json.dumps({"sender": sender, "message": text})
        status, answer = self._request("POST", "/webhooks/rest/webhook", body)
        if status == 503:  # the database was killed and its other connections do not know yet
            time.sleep(0.1)
            return self.ask(text, sender)
        assert status == 200, answer
        assert isinstance(answer, list)
        return answer

    def health(self) -> tuple[int, dict[str, Any]]:
        status, answer = self._request("GET", "/healthz")
        assert isinstance(answer, dict)
        return status, answer

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, object]:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        with closing(connection):
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.load(response)

    def child(self, name: str) -> psutil.Process:
        return next(each for each in psutil.Process(self.process.pid).children() if each.name() == name)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def environment(folder: Path) -> dict[str, str]:
    project = {"VISAVIS_PROJECT": str(folder / "project"), "VISAVIS_DATA": str(folder / "data")}
    known = {**os.environ, "PYTHONPATH": str(ROOT), **project}  # noqa: TID251 - a child's environment
    return {name: value for name, value in known.items() if name not in ("DATABASE_URL", "REDIS_URL")}


@contextmanager
def serve(folder: Path, *options: str) -> Iterator[Running]:
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--port", "0", *options],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    try:
        banner = ""
        while "Desk" not in banner:
            line = process.stdout.readline()
            assert line, (folder / "log").read_text()
            banner += line
        while (line := process.stdout.readline()).strip():
            banner += line
        url = next(word for word in banner.split() if word.startswith("http")).removesuffix("/chat")
        yield Running(process=process, url=url, banner=banner)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def insist(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small project and no data yet; the first test to serve trains its model."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "project" / "nlu_data").mkdir(parents=True)
    (folder / "project" / "config.yml").write_text(CONFIG)
    (folder / "project" / "domain.yml").write_text(DOMAIN)
    (folder / "project" / "nlu_data" / "all.yml").write_text(NLU)
    return folder


def login_of(banner: str) -> list[str]:
    return next(line.split()[-2:] for line in banner.splitlines() if "Log in" in line)


def test_service_answers_stops_in_peace_and_comes_back_with_the_same_login(folder: Path) -> None:
    with serve(folder) as first:
        assert first.health()[0] == 200
        assert first.ask("hello", "ann") == [{"recipient_id": "ann", "text": "Hello there."}]
        children = psutil.Process(first.process.pid).children(recursive=True)
        assert first.stop() == 0
        assert psutil.wait_procs(children, PATIENCE)[1] == []
    with serve(folder) as second:
        assert login_of(second.banner) == login_of(first.banner)
        assert second.ask("see you later", "ann") == [{"recipient_id": "ann", "text": "Good bye."}]


@pytest.mark.parametrize("server", ["postgres", "valkey-server"])
def test_a_killed_server_is_said_and_comes_back_and_nothing_is_lost(folder: Path, server: str) -> None:
    with serve(folder) as service:
        service.ask("hello", server)
        service.child(server).kill()
        insist(lambda: service.health()[0] == 200)
        assert service.ask("bye", server) == [{"recipient_id": server, "text": "Good bye."}]
        assert service.stop() == 0
    assert "embedded server died, starting it again" in (folder / "log").read_text()


def test_second_service_on_the_same_data_is_refused_by_name(folder: Path) -> None:
    with serve(folder) as service:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "serve", "--port", "0"],
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert f"already running on {folder / 'data'}, pid {service.process.pid}" in done.stderr


def test_a_released_model_serves_without_a_restart_in_every_process(folder: Path) -> None:
    with serve(folder) as service, serve(folder, "--role", "web") as other:
        before = service.health()[1]["model"]
        assert other.health()[1]["model"] == before
        assert other.ask("hello", "bob") == [{"recipient_id": "bob", "text": "Hello there."}]
        with (folder / "project" / "domain.yml").open("a") as domain:
            domain.write("  - text: Good bye.\n")  # a second variation, which changes the data's digest
        subprocess.run(
            [sys.executable, "-m", "bot", "train", "--release"],
            cwd=folder,
            env=environment(folder),
            capture_output=True,
            check=True,
        )
        for each in (service, other):
            insist(lambda each=each: each.health()[1]["model"] not in (None, before))  # type: ignore[misc]
        (reply,) = service.ask("bye", "bob")
        assert reply["text"] in ("Good bye.", "Hello there.")  # the new model knows a second way
