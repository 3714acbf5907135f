"""What a process that serves asks of its memory."""

from __future__ import annotations

import platform
import subprocess
import sys
import typing

import pytest

from bot.bootstrap.memory import forget_overloads

_SCRIPT = """
import threading
from pathlib import Path
from bot.bootstrap.memory import share_memory

if {shares}:
    share_memory()
kept = []
done = threading.Event()


def take():
    kept.extend(bytearray(2_000) for _ in range(100))
    done.wait()


thread = threading.Thread(target=take)
thread.start()
while len(kept) < 100:
    pass
# A place of a thread's own is 64 MiB of addresses, closed as far as they are not used yet.
lines = Path("/proc/self/maps").read_text().splitlines()
closed = [line.split()[0].split("-") for line in lines if "---p" in line]
print(sum(2**25 < int(end, 16) - int(start, 16) < 2**26 for start, end in closed))
done.set()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's memory")
@pytest.mark.parametrize(("shares", "places"), [(False, "1"), (True, "0")])
def test_threads_have_no_memory_of_their_own(*, shares: bool, places: str) -> None:
    script = _SCRIPT.format(shares=shares)

    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == places


def test_what_only_type_checkers_ask_for_is_forgotten() -> None:
    @typing.overload
    def double(value: int) -> int: ...
    @typing.overload
    def double(value: str) -> str: ...
    def double(value: int | str) -> int | str:
        return value * 2

    assert typing.get_overloads(double)
    forget_overloads()

    assert not typing.get_overloads(double)
    assert double(2) == 4
