"""Code that start-up alone ran leaves the memory, and comes back where it is run again."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.bootstrap.cold_code import find_code

_SCRIPT = """
import re
from pathlib import Path

import numpy as np

from bot.bootstrap.cold_code import let_cold_code_go


def resident():
    lines = Path("/proc/self/smaps").read_text().splitlines()
    places = [number for number, line in enumerate(lines) if " r-xp " in line and "/" in line]
    sizes = [next(line for line in lines[place:] if line.startswith("Rss:")) for place in places]
    return sum(int(size.split()[1]) for size in sizes)


matrix = np.arange(90_000.0).reshape(300, 300) % 7
once = matrix @ matrix
before = resident()
let_cold_code_go()
after = resident()
again = matrix @ matrix
print(after < before / 2, bool((once == again).all()))
"""

_MAPPINGS = """\
7f10-7f30 r-xp 00001000 fe:00 77 {padding}/lib/code.so
Size:                 32 kB
Rss:                  32 kB
Anonymous:             0 kB
7f30-7f50 r--p 00001000 fe:00 77 {padding}/lib/code.so
Anonymous:             0 kB
7f50-7f60 r-xp 00001000 fe:00 78 {padding}/lib/with addresses put in.so
Rss:                  16 kB
Anonymous:             4 kB
7f60-7f70 r-xp 00000000 00:00 0 {padding}[vdso]
Anonymous:             0 kB
7f70-7f80 rw-p 00000000 00:00 0
Anonymous:            16 kB
7f80-7f90 r-xp 00001000 fe:00 79 {padding}/lib/more code.so
Anonymous:             0 kB
VmFlags: rd ex mr mw me
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells where code lies")
def test_code_leaves_and_comes_back() -> None:
    told = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["True", "True"]


def test_only_code_that_nobody_wrote_to_is_found() -> None:
    found = list(find_code(_MAPPINGS.format(padding=" " * 20)))

    assert found == [(0x7F10, 0x20), (0x7F80, 0x10)]
