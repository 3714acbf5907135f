"""One account's way to its platform over HTTP: bounded in time and size, truthful about failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, TypedDict

import aiohttp
from typing_extensions import Unpack
from yarl import URL

from bot.connector.answers import ANSWER_MAX, Outcome, failed, read_failure, read_json
from bot.connector.egress import open_session
from bot.connector.replies import ErrorClass
from bot.domain.json import Json, JsonObject

Read = Callable[[int, Json, Mapping[str, str]], Outcome]
"""Tells what an answer means by its status, its body (None where it is no JSON) and its headers."""


class Options(TypedDict, total=False):
    """What a call carries."""

    params: Mapping[str, str] | Sequence[tuple[str, str]] | None
    json: JsonObject | None
    data: Any  # bytes, a form
    headers: Mapping[str, str]
    timeout: aiohttp.ClientTimeout


class PlatformApi:
    """`open` before, `close` after. `platform` is its name in words for staff; secrets are never shown.

    Every call has a connection of its own, so that what never left is told from what may have arrived
    (`bot.connector.egress`). The address is the operator's own choice: a test server, or a proxy of
    theirs, may be internal.
    """

    platform: ClassVar[str]
    answer_max: ClassVar[int] = ANSWER_MAX

    def __init__(self, *, timeout: timedelta) -> None:
        self.timeout = timeout
        self._http: aiohttp.ClientSession | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether calls can be made."""
        return self._http is not None

    async def open(self) -> None:
        """Open the session; harmless when it is open."""
        if self._http is None:
            self._http = open_session(timeout=self.timeout, allow_internal=True)

    async def close(self) -> None:
        """Close the session; harmless when it is not open."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def _request(self, method: str, url: str | URL, read: Read, **options: Unpack[Options]) -> Outcome:
        """Make a call, and `read` its answer. Redirects are not followed: proofs would go along."""
        if self._http is None:
            return failed(ErrorClass.TRANSIENT, "the connector is not started")
        try:
            async with self._http.request(method, url, allow_redirects=False, **options) as response:
                body = await read_json(response, limit=self.answer_max)
                return replace(read(response.status, body, response.headers), status=response.status)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return read_failure(error, self.platform)
