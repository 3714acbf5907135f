"""`visavis evaluate` from files to report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.errors import ModelMissing, ProjectError, SettingsError, VisavisError
from bot.nlu.archive import write_archive
from tests.unit.nlu.conftest import TEXTS

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

# The small model knows greet, ask_delivery and ask_refund.
NLU = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hello
    - good morning to you
- intent: ask_refund
  examples: |
    - please give me a refund
    - hello there, hi
- intent: insult
  examples: |
    - you <i>idiots</i>
- intent: out_of_scope
  examples: |
    - who won the match yesterday
"""


def evaluate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    path = tmp_path / "test.yml"
    path.write_text(NLU)
    return path


def test_a_model_reads_texts_and_the_report_says_how_well(
    model_file: Path, nlu: Path, tmp_path: Path
) -> None:
    figures, page = tmp_path / "out" / "figures.json", tmp_path / "out" / "page.html"
    done = evaluate("--model", model_file, "--nlu", nlu, "--json", figures, "--html", page)
    assert done.exit_code == 0, done.output
    found = json.loads(figures.read_text())
    assert (found["examples"], found["intents"]) == (6, 3)  # both hello, and nothing out of scope
    assert found["accuracy"] == pytest.approx(4 / 6)
    assert (found["unknown_intents"], found["untested_intents"]) == ({"insult": 1}, ["ask_delivery"])
    assert found["out_of_scope"]["examples"] == 1
    assert found["learned"] == 2
    wrong = {each["text"]: each for each in found["wrong"]}
    assert wrong["hello there, hi"]["got"] == "greet"
    assert (wrong["hello there, hi"]["file"], wrong["hello there, hi"]["line"]) == (str(nlu), 11)
    assert "you &lt;i&gt;idiots&lt;/i&gt;" in page.read_text()
    said = " ".join(done.stdout.replace("\N{NO-BREAK SPACE}", " ").split())
    assert said.startswith("66.7 % of 6 texts understood as meant.")
    assert "does not know `insult`" in said
    assert f"{nlu}:11" in said


def test_two_models_are_compared(model_file: Path, nlu: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    done = evaluate("--model", model_file, "--nlu", nlu, "--against", model_file, "--json", figures)
    assert done.exit_code == 0, done.output
    against = json.loads(figures.read_text())["against"]
    assert (against["compared"], against["difference"], against["p_value"]) == (6, 0, 1)
    assert "No difference that could not be chance" in done.output


def test_folds_train_on_the_files_and_read_what_was_held_out(tmp_path: Path) -> None:
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in TEXTS.items()
    ]
    (tmp_path / "nlu.yml").write_text("nlu:\n" + "".join(blocks))
    figures = tmp_path / "figures.json"
    done = evaluate("--nlu", tmp_path / "nlu.yml", "--folds", "2", "--json", figures)
    assert done.exit_code == 0, done.output
    found = json.loads(figures.read_text())
    assert (found["examples"], found["intents"], len(found["folds"])) == (18, 3, 2)
    assert sum(found["folds"]) / 2 == pytest.approx(found["accuracy"])
    assert found["accuracy"] > 0.5
    assert "2 trainings, each tried on the part it had not learned" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--folds"),
        (("--model", "m.tar.gz"), "--nlu"),
        (("--model", "m", "--nlu", "n", "--config", "c"), "--config goes with"),
        (("--nlu", "n", "--folds", "3", "--against", "m"), "leave out --folds"),
        (("--folds", "3", "--model", "m"), "leave out --model"),
        (("--nlu", "n", "--folds", "1"), "2"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(arguments: tuple[str, ...], words: str) -> None:
    done = evaluate(*arguments)
    assert done.exit_code == 2
    assert words in " ".join(done.output.replace("│", " ").split())


def test_what_cannot_be_read_or_written_is_told_before_the_work(
    model_file: Path, nlu: Path, tmp_path: Path
) -> None:
    none = tmp_path / "none"
    empty = tmp_path / "empty.tar.gz"
    write_archive(empty, files={}, metadata={})
    expected: dict[type[VisavisError], tuple[str | Path, ...]] = {
        ModelMissing: ("--model", none, "--nlu", nlu),
        ProjectError: ("--model", model_file, "--nlu", none),
        SettingsError: ("--model", model_file, "--nlu", nlu, "--html", tmp_path),
    }
    for error, arguments in expected.items():
        assert isinstance(evaluate(*arguments).exception, error)
    damaged = str(evaluate("--model", model_file, "--nlu", nlu, "--against", empty).exception)
    assert damaged.startswith(f"{empty}: the model holds no understanding")
