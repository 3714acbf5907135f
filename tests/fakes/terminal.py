"""A terminal with the command on it, as somebody sees it who types."""

from __future__ import annotations

import codecs
import os
import pty
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
CTRL_C, CTRL_D = "\x03", "\x04"
_PATIENCE = 60.0  # seconds
# The terminal becomes the command's own: Ctrl-C reaches it, and passwords are asked for nowhere else.
# Tests that are a shell's job in the background would hand down that Ctrl-C is ignored.
_TAKE_OVER = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "bot", *sys.argv[1:]])
"""


@dataclass(slots=True, kw_only=True)
class Terminal:
    """`seen` is all that was to be seen so far, with what was typed where the terminal echoes it."""

    process: subprocess.Popen[bytes]
    master: int
    seen: str = ""
    # A character of several bytes may come in two pieces.
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))
    _waited: int = 0  # how much of it had come when something was waited for last

    def wait_for(self, end: str | None) -> str:
        """Read on until it stops at `end`, or to the end of the command; returns all that was seen."""
        while end is None or len(self.seen) == self._waited or not self.seen.endswith(end):
            try:
                more = os.read(self.master, 4096)
            except OSError:  # how a terminal says that nobody is there any more
                break
            if not more:
                break
            self.seen += self._decoder.decode(more)
        self._waited = len(self.seen)
        return self.seen

    def type(self, keys: str) -> None:
        """Press keys; Enter is a line break."""
        os.write(self.master, keys.encode())

    def wait_ended(self) -> int:
        """Return the exit code."""
        return self.process.wait(_PATIENCE)


@contextmanager
def on_terminal(*words: str, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """Run a `visavis` command on a terminal of its own; what still runs at the end is killed."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", _TAKE_OVER, *words],
        cwd=ROOT,
        env=dict(environment),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        os.close(slave)
        try:
            yield Terminal(process=process, master=master)
        finally:
            process.kill()
            os.close(master)
