"""What a process that serves asks of the memory it is given."""

from __future__ import annotations

import ctypes
import gc
import typing
from contextlib import suppress

from bot.bootstrap.cold_code import let_cold_code_go

_ARENA_MAX = -8  # glibc's number of this option, in malloc.h


def share_memory() -> None:
    """Let threads that are started from now on take memory from where all others take it.

    glibc gives each a place of its own, which keeps for that thread what it has freed: what loading a model
    leaves there is of no use to anybody else (20 MB of 305, measured). Threads do not wait for each other:
    each has blocks of all common sizes at hand.
    """
    with suppress(OSError, AttributeError):  # another system's memory
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def forget_overloads() -> None:
    """Drop what libraries tell type checkers alone: Python keeps each `@overload` ever defined, 1,200 here.

    The 2 MB they take are there for what is loaded next.
    """
    typing.clear_overloads()


def settle_memory() -> None:
    """Give back what start-up no longer needs, and let the collector skip the rest: it lives as long as we.

    `visavis serve` starts with the collector off: with it, imports take a tenth longer.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # only glibc keeps what was freed
        ctypes.CDLL(None).malloc_trim(0)
    gc.freeze()
    gc.enable()
    let_cold_code_go()
