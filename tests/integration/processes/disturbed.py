"""A service under load that is disturbed, and what must hold afterwards."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from typing import TYPE_CHECKING

from tests.integration.processes.load import Load, find_errors_in_books

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.fakes.service import Service

CONVERSATIONS = 20
_SAMPLE = re.compile(r'visavis_ledger_(\w+)\{account="open",channel="rest"(?:,settled="(\w+)")?\} (.*)')


async def under_load(
    service: Service,
    name: str,
    disturb: Callable[[Load], Awaitable[None]],
    *,
    database_url: str | None = None,
    conversations: int = CONVERSATIONS,
) -> Load:
    """Talk to the service until it has been disturbed, and hold it to its promises afterwards.

    `database_url` is asked for only where the service has no PostgreSQL of its own.
    """
    load = Load([service.url], name)
    running = asyncio.create_task(load.run(conversations=conversations, pause=0.05))
    await load.wait_for_answers(conversations)
    await disturb(load)
    load.enough = True
    await running
    print(f"{name}: slowest {max(load.seconds):.2f} s, repeated {dict(load.refused)}")
    faults = load.faults()
    assert faults == {}, faults
    assert await find_errors_in_books(database_url or get_database_url(service), load) == []
    check_ledger(service.url)
    return load


def get_database_url(service: Service) -> str:
    """Return where its embedded PostgreSQL is."""
    url: str = json.loads((service.data / "servers.json").read_text())["database_url"]
    return url


def check_ledger(url: str) -> None:
    """Fail unless `/metrics` accounts for every message of the open account."""
    with urllib.request.urlopen(f"{url}/metrics") as response:  # noqa: S310 - our own address
        text = response.read().decode()
    ledger = {match[2] or match[1]: float(match[3]) for match in _SAMPLE.finditer(text)}
    settled = sum(ledger[name] for name in ("bot", "staff", "waiting", "not_needed"))
    assert ledger["received"] == settled > 0
    assert ledger["adds_up"] == 1
