"""What may take its time beside the messages: small calls in the background, people's names among them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from bot.connector.fields import MAX_ID
from bot.connector.recent import Recent
from bot.connector.text import clean_text
from bot.domain.json import Json
from connectors.slack.api import SlackApi

AT_ONCE = 16  # calls in the background; beyond that they are left out, as nothing hangs on them
KEPT = 10_000  # names, and talks


class Errands:
    """Calls that nobody waits for. `close` ends those under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, call: Coroutine[Any, Any, None]) -> None:
        """Run a call in the background, unless too many are."""
        if len(self._tasks) >= AT_ONCE:
            call.close()
            return
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def learn_name(api: SlackApi, names: Recent[str, str], person: str) -> None:
    """Ask Slack for a person's name; the next event of theirs has it. An empty one is not asked for again."""
    outcome = await api.ask("users.info", {"user": person})
    if outcome.error is None:
        names.keep(person, find_name(outcome.result))


def find_name(result: Json) -> str:
    """Return how a person wants to be called, empty where Slack does not say."""
    user = result.get("user") if isinstance(result, Mapping) else None
    known = user if isinstance(user, Mapping) else {}
    profile = known.get("profile")
    shown = profile if isinstance(profile, Mapping) else {}
    found = (shown.get("display_name"), shown.get("real_name"), known.get("real_name"), known.get("name"))
    return next((clean_text(name[:MAX_ID]) for name in found if isinstance(name, str) and name.strip()), "")
