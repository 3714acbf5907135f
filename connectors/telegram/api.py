"""Calls of Telegram's Bot API.

python-telegram-bot gives the types; its `Bot` is not used to call, because it writes the token
(part of every URL) and customers' texts to its debug log, looks for an image's URL on our disk
first, loses a whole batch of updates when one of them is malformed, and does not tell a call that
never left from one that may have arrived.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp

from bot.connector import OutboundFile, SendError
from bot.connector.answers import Outcome, doubtful
from bot.connector.platform_api import PlatformApi
from bot.domain.json import Json, JsonObject
from connectors.telegram.faults import classify, read_seconds

ANSWER_MAX = 8_000_000  # bytes: a hundred updates come at once, each with the message it answers
UPLOAD_WAIT = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Outcome):
    """Nothing was done, because a chat became another one, whose id is `moved_to`."""

    moved_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file on its way: `name` is what the call's fields know it by."""

    name: str
    file: OutboundFile
    content: bytes = field(repr=False)


class TelegramApi(PlatformApi):
    """One bot's way to the Bot API.

    `username` is the bot's, None until `learn_username` was told.
    """

    platform = "Telegram"
    answer_max = ANSWER_MAX

    def __init__(self, *, base_url: str, token: str, timeout: timedelta) -> None:
        super().__init__(timeout=timeout)
        self._prefix = f"{base_url.rstrip('/')}/bot{token}"
        self.files_url = f"{base_url.rstrip('/')}/file/bot{token}"
        self.username: str | None = None

    async def learn_username(self) -> Outcome:
        """Ask Telegram for our name, unless it is known: in groups people call us by it."""
        if self.username is not None:
            return Outcome()
        outcome = await self.call("getMe", {})
        match outcome.result:
            case {"username": str(name)}:
                self.username = name
            case _:
                pass
        return outcome

    async def call(self, method: str, fields: JsonObject, *, wait: timedelta = timedelta()) -> Outcome:
        """Call `method`; Telegram may take `wait` longer than usual to answer."""
        body = json.dumps(fields).encode()
        return await self._post(method, body, {"content-type": "application/json"}, wait=wait)

    async def upload(self, method: str, fields: JsonObject, parts: Iterable[Part]) -> Outcome:
        """Call `method` with files, for which it has more time."""
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for part in parts:
            file = part.file
            form.add_field(part.name, part.content, filename=file.name or "file", content_type=file.mime)
        return await self._post(method, form, {}, wait=UPLOAD_WAIT)

    async def _post(
        self, method: str, body: bytes | aiohttp.FormData, headers: Mapping[str, str], *, wait: timedelta
    ) -> Outcome:
        seconds = (self.timeout + wait).total_seconds()
        timeout = aiohttp.ClientTimeout(total=seconds, connect=seconds / 2, sock_connect=seconds / 2)
        url = f"{self._prefix}/{method}"  # it holds the token: what fails names no address
        return await self._request("POST", url, read_answer, data=body, headers=headers, timeout=timeout)


def read_answer(status: int, body: Json, _: Mapping[str, str]) -> Outcome:
    """Tell what an answer means."""
    if not isinstance(body, Mapping) or not isinstance(body.get("ok"), bool):
        return doubtful("the answer is not Telegram's", str(status))
    if body["ok"]:
        return Outcome(result=body.get("result"))
    parameters = body.get("parameters")
    hints = parameters if isinstance(parameters, Mapping) else {}
    moved_to = hints.get("migrate_to_chat_id")
    description = str(body.get("description"))
    error = SendError(
        error_class=classify(status, description),
        detail=f"Telegram refused: {description[:200]}",
        code=str(status),
        retry_after=read_seconds(hints.get("retry_after")),
    )
    return Moved(error=error, moved_to=moved_to) if isinstance(moved_to, int) else Outcome(error=error)
