"""The command as a shell sees it: what it prints, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main

ROOT = Path(__file__).resolve().parents[3]


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "TERM": "dumb", **environment}  # noqa: TID251 - a child's environment
    for name in ("DATABASE_URL", "REDIS_URL"):
        known.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env=known,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((), "Start the service"),
        (("serve",), "--role"),
        (("train",), "--json-progress"),
        (("evaluate",), "--against"),
        (("parse",), "--jsonl"),
        (("chat",), "--url"),
        (("check",), "--project"),
        (("migrate",), "no secret is copied"),
        (("test",), "Exits with 1"),
        (("doctor",), "--strict"),
        (("queue",), "--json"),
        (("serve",), "[env: PORT]"),
        (("staff", "add"), "--password-stdin"),
        (("staff", "password"), "logged out"),
        (("staff", "disable"), "at once"),
        (("staff", "list"), "--json"),
        (("db", "upgrade"), "Stop the service first"),
    ],
)
def test_help_says_what_a_command_takes(
    command: tuple[str, ...],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys, "argv", ["visavis", *command, "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert words in capsys.readouterr().out


def test_help_is_shown_by_a_process_of_its_own() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Start the service" in done.stdout


def test_help_loads_nothing_heavy() -> None:
    heavy = ["sqlalchemy", "aiohttp", "spacy", "pydantic", "numpy"]
    program = f"import sys, bot.__main__; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_wrong_setting_is_one_sentence_and_exit_code_2() -> None:
    done = run("check", PORT="eighty")
    assert done.returncode == 2
    assert done.stderr.startswith("visavis: PORT: ")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_check_passes_the_demo_project() -> None:
    done = run("check")
    notes, told = done.stdout.split("The pipeline as it runs here:\n")
    *stages, last = told.splitlines()
    assert (done.returncode, last) == (0, "No problems found.")
    assert all(": note: " in line for line in notes.splitlines())  # what is done otherwise than in Rasa
    assert [line.split()[0] for line in stages if line[2:3].strip()] == [
        "tokens",
        "encoder",
        "intents",
        "entities",
    ]


def make_broken_project(folder: Path) -> None:
    (folder / "config.yml").write_text("language: en\npipeline: []\npolicies: []\n")
    (folder / "domain.yml").write_text('version: "3.1"\nintents:\n- greet\nresponses:\n  utter_hi: 7\n')
    (folder / "nlu_data").mkdir()


def test_check_names_file_and_line_and_exits_with_1(tmp_path: Path) -> None:
    make_broken_project(tmp_path)
    done = run("check", VISAVIS_PROJECT=str(tmp_path))
    assert done.returncode == 1
    assert "domain.yml:5: error: " in done.stdout


@pytest.mark.parametrize("command", ["serve", "train"])
def test_start_up_names_file_and_line_of_a_mistake(command: str, tmp_path: Path) -> None:
    make_broken_project(tmp_path)
    done = run(command, VISAVIS_PROJECT=str(tmp_path), VISAVIS_DATA=str(tmp_path / "data"))
    assert done.returncode == 2
    assert "domain.yml:5: " in done.stderr
    assert "Traceback" not in done.stderr


def test_parse_wants_a_text_or_lines_not_both() -> None:
    assert run("parse").returncode == 2
    assert run("parse", "hello", "--jsonl").returncode == 2


def test_an_unwritable_data_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("queue", VISAVIS_DATA=str(tmp_path / "file" / "data"))
    assert done.returncode == 2
    assert "cannot use the data folder" in done.stderr
