"""Become a server: `python launch.py <parent pid> <uid or -> <gid or -> <signal> <program> <arguments…>`.

A script of its own, run with `-I -S`, because what it does must happen between fork and exec and
Python code may not run there in a process that has threads. It imports nothing of ours.

- The kernel sends this process `signal` when the thread that started it ends, so that a server
  never outlives a Visavis that was killed (Linux; elsewhere the next start stops the stray).
- PostgreSQL refuses to run as root. As root, become `uid` and keep one capability: passing closed
  folders. A checkout and its virtual environment under /root could not be entered otherwise.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def become(uid: int, gid: int) -> None:
    """Give up root for `uid`, keeping (on Linux, where allowed) the right to pass closed folders."""
    linux = sys.platform == "linux"
    libc = ctypes.CDLL(None)
    if linux:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if linux:
        bit = 1 << _CAP_DAC_OVERRIDE
        sets = (_Sets * 2)(_Sets(bit, bit, bit), _Sets(0, 0, 0))
        libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets)
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask for `signal_number` when the parent ends. Changing the user id would forget it: do it last."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that wanted this server is gone")


def main() -> None:
    """Prepare, then become the program."""
    parent, uid, gid, signal_number, *command = sys.argv[1:]
    if uid != "-":
        become(int(uid), int(gid))
    die_with_parent(int(parent), int(signal_number))
    os.execv(command[0], command)  # noqa: S606 (no shell is wanted)


if __name__ == "__main__":
    main()
