"""`visavis parse` as a shell sees it: pipes, files, signals, bad models."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.nlu.archive import pack_archive
from bot.nlu.encoder import EncoderFile
from bot.nlu.model import ARRAYS, DESCRIPTION
from tests.unit.bootstrap.conftest import embedder, encoder, model, model_file
from tests.unit.cli.test_command import ROOT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["embedder", "encoder", "model", "model_file"]


@dataclass(frozen=True)
class Done:
    code: object
    output: str
    complaint: str


Visavis = Callable[..., Done]


@pytest.fixture
def visavis(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Visavis:
    """Run the command in this process."""

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["visavis", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output, complaint = capfd.readouterr()
        return Done(code=ended.value.code, output=output, complaint=complaint)

    return call


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start it as a terminal does: a shell's job in the background would hand down that Ctrl-C is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "parse", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def test_texts_are_parsed_by_the_model_in_a_file_without_any_project(
    model_file: Path, tmp_path: Path, visavis: Visavis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "eighty")  # settings are not even read
    done = visavis("parse", "--model", str(model_file), "where is it", "refund")
    assert done.code == 0
    first, end = json.JSONDecoder().raw_decode(done.output)
    second = json.loads(done.output[end:])
    assert (first["text"], second["text"]) == ("where is it", "refund")
    assert second["intent"]["name"] == "ask_refund"


def test_a_file_of_lines_gives_as_many_lines_and_exit_code_1_for_broken_ones(
    model_file: Path, tmp_path: Path, visavis: Visavis
) -> None:
    source = tmp_path / "texts"
    source.write_bytes(b'hello\n{"text": "refund"}\n\n{"text": 5}\n\xff\n' + b"hi there\n" * 200)
    done = visavis("parse", "--model", str(model_file), "--jsonl", str(source))
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert (done.code, "1 of 205 lines are broken" in done.complaint) == (1, True)
    assert [row.get("text") for row in rows[:6]] == ["hello", "refund", "", None, "\ufffd", "hi there"]
    assert len(rows) == 205
    assert rows[3]["line"] == 4


def test_a_program_may_ask_line_by_line_until_it_is_stopped(model_file: Path) -> None:
    with start("--model", str(model_file), "--jsonl") as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for text in ("hello", "refund please"):
            child.stdin.write(text.encode() + b"\n")
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["text"] == text
        child.send_signal(signal.SIGINT)
        _, complaint = child.communicate(timeout=30)
    assert (child.returncode, complaint) == (130, b"")


def test_a_reader_that_goes_away_ends_it_without_a_word(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "texts").write_text("hello\n" * 2000)
    with start("--model", str(model_file), "--jsonl", str(tmp_path / "texts")) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141


def test_a_source_that_cannot_be_read_is_a_sentence(
    model_file: Path, tmp_path: Path, visavis: Visavis
) -> None:
    for source, reason in ((tmp_path / "none", "there is no file"), (tmp_path, "Is a directory")):
        done = visavis("parse", "--model", str(model_file), "--jsonl", str(source))
        assert (done.code, done.complaint.count("\n")) == (2, 1)
        assert str(source) in done.complaint
        assert reason in done.complaint
    done = visavis("parse", "--model", str(tmp_path / "none"), "--jsonl", str(tmp_path / "none"))
    assert "there is no model" in done.complaint


OLDER = {
    f"nlu/{DESCRIPTION}": json.dumps({"format": 1, "language": "en"}).encode(),
    f"nlu/{ARRAYS}": b"",
}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda _: pack_archive(files=OLDER, metadata={}), "format 1, this version reads"),
        (lambda whole: whole[: len(whole) // 2], "damaged"),
        (lambda whole: whole[:900] + bytes([whole[900] ^ 1]) + whole[901:], "damaged"),
        (lambda _: b"not an archive", "no model of Visavis"),
        (lambda _: b"", "no model of Visavis"),
        (lambda _: pack_archive(files={}, metadata={}), "no understanding"),
    ],
)
def test_a_bad_model_is_one_sentence(
    model_file: Path,
    tmp_path: Path,
    visavis: Visavis,
    make: Callable[[bytes], bytes],
    sentence: str,
) -> None:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(make(model_file.read_bytes()))
    done = visavis("parse", "--model", str(path), "hello")
    assert (done.code, done.output, done.complaint.count("\n")) == (2, "", 1)
    assert done.complaint.startswith("visavis: ")
    assert sentence in done.complaint
    assert str(path) in done.complaint


def test_a_missing_encoder_is_one_sentence(
    model_file: Path,
    visavis: Visavis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = EncoderFile(package="not-installed", name="vocab.txt", sha256="")
    monkeypatch.setattr("bot.nlu.encoder.VOCABULARY", missing)
    done = visavis("parse", "--model", str(model_file), "hello")
    assert (done.code, done.complaint.count("\n")) == (2, 1)
    assert "install the package not-installed" in done.complaint
