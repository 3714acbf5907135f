"""Ports of loopback for servers of the tests."""

from __future__ import annotations

import random
import socket
from pathlib import Path

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST, NO_HIGHER = 20_000, 32_768


def find_free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on, below those that the system gives to outgoing connections.

    One of those could be taken by a call of another test between this moment and the server's start.
    """
    above = int(RANGE.read_text().split()[0]) if RANGE.exists() else NO_HIGHER
    candidates = list(range(LOWEST, max(min(above, NO_HIGHER), LOWEST + 1_000)))
    random.Random().shuffle(candidates)  # noqa: S311 - not pytest-randomly's: two runs at once must differ
    found: list[int] = []
    for port in candidates:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        found.append(port)
        if len(found) == number:
            return found
    raise RuntimeError("no port of loopback is free")
