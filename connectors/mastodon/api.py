"""Calls of Mastodon's REST API. The token is never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp

from bot.connector import SendError
from bot.connector.answers import Outcome, doubtful
from bot.connector.platform_api import PlatformApi
from bot.domain.json import Json, JsonObject
from connectors.mastodon.faults import classify, describe, read_rates, read_wait

MAX_ANSWER = 8_000_000  # bytes: eighty notifications are less than one million

BAD_REQUEST, SERVER_ERROR = 400, 500
GATEWAYS = frozenset({502, 504})  # a proxy's word: what the server did is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a call carries beside its address."""

    params: Mapping[str, str] | tuple[tuple[str, str], ...] = ()
    fields: JsonObject | None = None
    form: aiohttp.FormData | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


NOTHING = Ask()


class MastodonApi(PlatformApi):
    """One account's way to its server."""

    platform = "the server"
    answer_max = MAX_ANSWER

    def __init__(self, *, base_url: str, token: str, timeout: timedelta) -> None:
        super().__init__(timeout=timeout)
        self.base_url = base_url.rstrip("/")
        self._token = token

    async def get(self, path: str, params: tuple[tuple[str, str], ...] = ()) -> Outcome:
        """Read something."""
        return await self.call("GET", path, Ask(params=params))

    async def call(self, method: str, path: str, ask: Ask = NOTHING) -> Outcome:
        """Call the server. Never raises for what it answers."""
        return await self._request(
            method,
            self.base_url + path,
            read_answer,
            params=ask.params,
            json=ask.fields,
            data=ask.form,
            headers={**ask.headers, **self.headers},
        )

    async def reaches(self, url: str) -> bool:
        """Tell whether an address of the server answers well."""
        if self._http is None:
            return False
        try:
            async with self._http.get(url, allow_redirects=False) as response:
                return response.ok
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    def listen(self, url: str, *, patience: timedelta) -> aiohttp.client._RequestContextManager:
        """Open a stream of events; silence of `patience` ends it. Raises `ConnectionError` before `open`."""
        if self._http is None:
            raise ConnectionError("the connector is not started")
        seconds = self.timeout.total_seconds()
        return self._http.get(
            url,
            headers={**self.headers, "Accept": "text/event-stream"},
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=seconds, sock_read=patience.total_seconds()
            ),
            allow_redirects=False,
            read_bufsize=2**20,
        )

    @property
    def headers(self) -> Mapping[str, str]:
        """Return what proves who we are."""
        return {"Authorization": f"Bearer {self._token}"}


def read_answer(status: int, body: Json, headers: Mapping[str, str]) -> Outcome:
    """Tell what an answer means."""
    now = datetime.now(UTC)
    rates = read_rates(headers, now=now)
    if status < BAD_REQUEST and body is not None:
        return Outcome(result=body, rates_left=rates)
    if status < BAD_REQUEST or status in GATEWAYS or (status >= SERVER_ERROR and body is None):
        return doubtful("the answer is not Mastodon's", str(status))
    error = SendError(
        error_class=classify(status, body),
        detail=f"Mastodon refused: {describe(body)}",
        code=str(status),
        retry_after=read_wait(status, headers, now=now),
    )
    return Outcome(error=error, rates_left=rates)
