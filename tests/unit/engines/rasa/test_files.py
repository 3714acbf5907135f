"""What real Rasa is given of a project and of the environment, and how its failures are told."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.engines.rasa.house import remove_left
from bot.engines.rasa.installation import find_installation
from bot.engines.rasa.project_copy import copy_project, read_own_part, write_endpoints
from bot.engines.rasa.training import explain, train_rasa
from bot.engines.rasa.understanding import read_understanding
from bot.errors import ModelError, ProjectError, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
recipe: default.v1
pipeline:
- name: addons.Own
  key: ${MODEL_KEY}
  pattern: "${NOT_A_VARIABLE}"
engine:
  rasa:
channels:
  telegram:
    accounts:
      lyra:
        token: "${TELEGRAM_TOKEN}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, content in {
        "config.yml": CONFIG,
        "domain/intents.yml": "intents: [hours]\n",
        "domain/more/slots.yml": "slots: {}\n",
        "data/nlu.yml": "nlu: []\n",
        "data/triage.yml": "triage: []\n",
        "secrets.txt": "nothing of Rasa's",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def test_copy_holds_what_rasa_trains_from_and_nothing_of_ours(project: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "faq.yml").write_text("nlu: []\n")
    (project / "data" / "linked").symlink_to(tmp_path / "shared")
    (project / "data" / "notes.txt").write_text("nothing of Rasa's")

    copied = copy_project(project, tmp_path / "copy")

    assert (copied.domain, copied.data) == ("domain", "data")
    files = sorted(
        path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*.*")
    )
    assert files == [
        "config.yml",
        "data/linked/faq.yml",
        "data/nlu.yml",
        "domain/intents.yml",
        "domain/more/slots.yml",
    ]
    config = (tmp_path / "copy" / "config.yml").read_text()
    assert "channels" not in config
    assert "engine" not in config
    # Rasa reads `"${…}"` as it stands and fills in what is not quoted.
    assert 'pattern: "${NOT_A_VARIABLE}"' in config
    assert "key: ${MODEL_KEY}" in config
    assert "engine" in (project / "config.yml").read_text()


def test_copy_holds_what_the_project_imports(project: Path, tmp_path: Path) -> None:
    importing = "importers: [{name: MultiProjectImporter}]\nimports: [parts/a]\n"
    for name, content in {
        "config.yml": importing,
        "parts/a/config.yml": "imports: [../b]\n",
        "parts/a/domain.yml": "intents: [a]\n",
        "parts/b/data/nlu.yml": "nlu: []\n",
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)

    copied = copy_project(project, tmp_path / "copy")

    parts = (path.relative_to(tmp_path / "copy") for path in (tmp_path / "copy" / "parts").rglob("*.yml"))
    assert {part.as_posix() for part in parts} == {
        "parts/a/config.yml",
        "parts/a/domain.yml",
        "parts/b/data/nlu.yml",
    }
    assert copied.domain == "domain"
    assert "imports: [parts/a]" in (tmp_path / "copy" / "config.yml").read_text()


def test_project_without_data_cannot_be_copied(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no folder of training data"):
        copy_project(tmp_path, tmp_path / "copy")


def test_rasa_sees_the_environment_but_our_secrets(project: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.touch()
    environment = {
        "PATH": "/bin",
        "MODEL_KEY": "k",
        "TELEGRAM_TOKEN": "t",
        "VISAVIS_SECRET": "s",
        "DATABASE_URL": "d",
        "PYTHONPATH": "/elsewhere",
    }

    found = find_installation(python, project, environment, own_text=read_own_part(project))

    assert found.environment == {"PATH": "/bin", "MODEL_KEY": "k"}
    assert "'k'" not in repr(found)


def test_missing_rasa_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="run `make rasa`"):
        find_installation(tmp_path / "nowhere", tmp_path, {})


def test_endpoints_are_ours_beside_what_the_project_says_of_others(project: Path, tmp_path: Path) -> None:
    (project / "endpoints.yml").write_text(
        "action_endpoint:\n  url: http://elsewhere:5055/webhook\nnlg:\n  url: http://nlg:5056\n"
    )
    ours = {"action_endpoint": {"url": "http://127.0.0.1:1/webhook"}}

    write_endpoints(project, tmp_path, ours)

    written = YAML(typ="safe").load((tmp_path / "endpoints.yml").read_text())
    assert written == {**ours, "nlg": {"url": "http://nlg:5056"}}


def test_training_that_fails_tells_what_rasa_said_last(project: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'rasa.shared.exceptions.InvalidDomain: It is empty.' >&2\nexit 1\n")
    python.chmod(0o755)

    with pytest.raises(ModelError, match=r"real Rasa did not train: .*InvalidDomain: It is empty\."):
        train_rasa(find_installation(python, project, {"PATH": "/bin:/usr/bin"}))


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("", "it said nothing"),
        ("Killed\n", "Killed"),
        (
            "Traceback (most recent call last):\n  File x\nrasa.core.InvalidRule: wrong\n",
            "rasa.core.InvalidRule: wrong",
        ),
        (
            "a.b.ValueError: two lines\n  of it\n\n",
            "a.b.ValueError: two lines of it",
        ),
    ],
)
def test_last_words_are_found(output: str, sentence: str) -> None:
    assert explain(output) == sentence


def test_folders_of_dead_processes_are_removed(tmp_path: Path) -> None:
    for name in ("4194999-abcd", "1-abcd", "rasa.log"):
        (tmp_path / name).mkdir()

    remove_left(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {"1-abcd", "rasa.log"}


def test_rasa_that_outlived_its_process_is_ended_and_nobody_else(tmp_path: Path) -> None:
    program = tmp_path / "visavis_run.py"
    program.write_text("import time\ntime.sleep(60)\n")
    stray = subprocess.Popen([sys.executable, program])
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    place = tmp_path / "rasa"
    for number, process in enumerate((stray, other)):
        folder = place / f"4194999-{number}"
        folder.mkdir(parents=True)
        (folder / "pid").write_text(str(process.pid))
    try:
        remove_left(place)

        assert stray.wait(10) != 0
        assert other.poll() is None
    finally:
        for process in (stray, other):
            process.kill()
            process.wait()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
_keys = st.sampled_from(
    ("text", "intent", "entities", "intent_ranking", "text_tokens", "response_selector", "name", "entity")
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_keys, _json | st.lists(st.dictionaries(_keys, _json))))
def test_anything_reads_as_an_understanding(parsed: dict[str, object]) -> None:
    read_understanding(parsed)  # type: ignore[arg-type]  # that is the point
