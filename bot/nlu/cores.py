"""How many cores training may use."""

from __future__ import annotations

import os


def count_cores() -> int:
    """Return the cores this process may run on, as far as the system tells; at least 1."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1
