"""Somebody to talk with from the terminal: the engine itself, or a service that runs."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp

from bot.bootstrap.commands import open_engine
from bot.domain.message import Author, Button, Content, Kind, Message
from bot.engines.engine import Turn
from bot.errors import EngineError

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.engines.engine import Engine
    from bot.settings import Settings

_CHANNEL = "terminal"
_PATIENCE = aiohttp.ClientTimeout(total=60)


class Partner(Protocol):
    """Answers, remembering what was said before."""

    async def say(self, text: str) -> list[Content]:
        """Return the answers to one message."""
        ...


class EnginePartner:
    """The engine, with the conversation kept here and stored nowhere."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tracker: JsonObject | None = None
        self._paused = False
        self._ids = itertools.count(1)

    async def say(self, text: str) -> list[Content]:
        """Return the bot's answers. Where it would call a person it says so and goes on."""
        turn = Turn(
            sender_id=_CHANNEL,
            channel=_CHANNEL,
            messages=(_make_message(next(self._ids), text),),
            tracker=self._tracker,
            now=datetime.now(UTC),
            resumed=self._paused,
        )
        result = await self._engine.respond(turn)
        self._tracker, self._paused = result.tracker, result.handoff is not None
        answers = list(result.replies)
        if result.handoff is not None:
            answers.append(Content(text=f"[a person is asked for: {result.handoff.reason}]"))
        return answers


class ServicePartner:
    """A service that runs, over its REST channel."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url.rstrip('/')}/webhooks/rest/webhook"
        self._sender = f"{_CHANNEL}-{secrets.token_hex(4)}"

    async def say(self, text: str) -> list[Content]:
        """Return what the service answers. Raises `EngineError` when it does not."""
        try:
            async with self._session.post(
                self._url, json={"sender": self._sender, "message": text}
            ) as response:
                answer = await response.json(content_type=None)
                if response.status != 200:  # noqa: PLR2004 - HTTP's word for done
                    raise EngineError(f"the service says {response.status}: {answer.get('message')}")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise EngineError(f"the service at {self._url} does not answer: {error}") from error
        return [_read_content(item) for item in answer]


@asynccontextmanager
async def open_partner(settings: Settings, *, url: str | None) -> AsyncIterator[Partner]:
    """Open whom to talk with: the service at `url`, or the engine in this process."""
    if url is None:
        async with open_engine(settings) as engine:
            yield EnginePartner(engine)
    else:
        async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
            yield ServicePartner(session, url)


def _make_message(message_id: int, text: str) -> Message:
    return Message(
        id=message_id,
        conversation_id=0,
        seq=message_id,
        author=Author.CONTACT,
        kind=Kind.TEXT,
        content=Content(text=text),
        created_at=datetime.now(UTC),
    )


def _read_content(item: dict[str, Any]) -> Content:
    note = (item.get("custom") or {}).get("visavis", {}).get("note", "")
    return Content(
        text=item.get("text") or (f"[{note}]" if note else ""),
        buttons=tuple(
            Button(title=each["title"], payload=each.get("payload", "")) for each in item.get("buttons") or ()
        ),
        image=item.get("image"),
    )
