"""`visavis chat` as somebody meets it who types: it ends when they are done, also in the middle of a line."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.fakes.terminal import CTRL_C, CTRL_D, ROOT, on_terminal

NOBODY = "http://127.0.0.1:9"  # the discard port: a service that does not answer
ENVIRONMENT = {**os.environ, "TERM": "dumb", "COLUMNS": "120"}  # noqa: TID251 - a child's environment
INTERRUPTED = 130


@pytest.mark.parametrize(("key", "code"), [(CTRL_C, INTERRUPTED), (CTRL_D, 0)])
def test_one_key_ends_the_chat_without_enter(key: str, code: int) -> None:
    with on_terminal("chat", "--url", NOBODY, environment=ENVIRONMENT) as terminal:
        terminal.wait_for("you: ")
        pressed = time.monotonic()
        terminal.type(key)
        seen = terminal.wait_for(None)
        assert terminal.wait_ended() == code
        assert time.monotonic() - pressed < 20
    assert "Traceback" not in seen
    assert "Fatal" not in seen


def test_ctrl_c_ends_the_chat_in_the_middle_of_a_line_and_after_an_answer() -> None:
    with on_terminal("chat", "--url", NOBODY, environment=ENVIRONMENT) as terminal:
        terminal.wait_for("you: ")
        terminal.type("hello\n")
        seen = terminal.wait_for("you: ")  # the echo and the answer may come in one piece
        assert "you: hello\r\n" in seen
        assert "does not answer" in seen
        terminal.type(f"half a line{CTRL_C}")
        seen = terminal.wait_for(None)
        assert terminal.wait_ended() == INTERRUPTED
    assert "Traceback" not in seen


def test_lines_of_a_pipe_are_passed_on_without_prompts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--url", NOBODY],
        cwd=ROOT,
        env=ENVIRONMENT,
        input=b"hello\nbroken \xff\n",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"does not answer") == 2
    assert b"you: " not in done.stdout
