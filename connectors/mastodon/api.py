"""Calls of Mastodon's REST API. The token is never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import ClientResponse

from bot.connector import ErrorClass, OutboundFile, RateLeft, SendError
from bot.connector.answers import read_json
from bot.connector.egress import open_session
from bot.domain.json import Json, JsonObject
from connectors.mastodon.classify import classify, describe, read_rates, read_wait

MAX_ANSWER = 8_000_000  # bytes: eighty notifications are less than one million

GATEWAYS = frozenset({502, 504})  # a proxy's word: what the server did is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call: `result` if the server did it, else `error`.

    `certain` is False where it may have been done all the same.
    """

    result: Json = None
    error: SendError | None = None
    certain: bool = True
    rates_left: tuple[RateLeft, ...] = ()
    status: int = 0

    @property
    def object(self) -> JsonObject:
        """Return the result as an object, empty where it is none."""
        return self.result if isinstance(self.result, Mapping) else {}

    @property
    def objects(self) -> list[JsonObject]:
        """Return the objects of a list."""
        items = self.result if isinstance(self.result, list) else []
        return [item for item in items if isinstance(item, Mapping)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a call carries beside its address."""

    params: Mapping[str, str] | tuple[tuple[str, str], ...] = ()
    fields: JsonObject | None = None
    file: OutboundFile | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


NOTHING = Ask()


class MastodonApi:
    """One account's way to its server. `open` before, `close` after."""

    def __init__(self, *, base_url: str, token: str, timeout: timedelta) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the session; harmless when it is open."""
        if self._session is None:
            # The address is the operator's own choice: their server may be internal.
            self._session = open_session(timeout=self.timeout, allow_internal=True)

    async def close(self) -> None:
        """Close the session; harmless when it is not open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, path: str, params: tuple[tuple[str, str], ...] = ()) -> Outcome:
        """Read something."""
        return await self.call("GET", path, Ask(params=params))

    async def call(self, method: str, path: str, ask: Ask = NOTHING) -> Outcome:
        """Call the server. Never raises for what it answers."""
        if self._session is None:
            return failed(ErrorClass.TRANSIENT, "the connector is not started")
        try:
            form = await make_form(ask.file)
            async with self._session.request(
                method,
                self.base_url + path,
                params=ask.params,
                json=ask.fields,
                data=form,
                headers={**ask.headers, **self.headers},
                allow_redirects=False,
            ) as response:
                return read_answer(response, await read_json(response, limit=MAX_ANSWER))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return read_failure(error)

    async def reaches(self, url: str) -> bool:
        """Tell whether an address of the server answers well."""
        if self._session is None:
            return False
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                return response.ok
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    def listen(self, url: str, *, patience: timedelta) -> aiohttp.client._RequestContextManager:
        """Open a stream of events; silence of `patience` ends it. Raises `ConnectionError` before `open`."""
        if self._session is None:
            raise ConnectionError("the connector is not started")
        seconds = self.timeout.total_seconds()
        return self._session.get(
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


async def make_form(file: OutboundFile | None) -> aiohttp.FormData | None:
    """Return a file as the upload takes it, with its name as the description that people hear read out."""
    if file is None:
        return None
    form = aiohttp.FormData()
    form.add_field("file", await file.read(), filename=file.name or "file", content_type=file.mime)
    form.add_field("description", file.name)
    return form


def read_answer(response: ClientResponse, body: Json) -> Outcome:
    """Tell what an answer means."""
    now, status = datetime.now(UTC), response.status
    rates = read_rates(response.headers, now=now)
    if response.ok and body is not None:
        return Outcome(result=body, rates_left=rates, status=status)
    if response.ok or status in GATEWAYS or (status >= 500 and body is None):  # noqa: PLR2004 - HTTP's
        error = SendError(
            error_class=ErrorClass.TRANSIENT, detail="the answer is not Mastodon's", code=str(status)
        )
        return Outcome(error=error, certain=False, status=status)
    error = SendError(
        error_class=classify(status, body),
        detail=f"Mastodon refused: {describe(body)}",
        code=str(status),
        retry_after=read_wait(status, response.headers, now=now),
    )
    return Outcome(error=error, rates_left=rates, status=status)


def read_failure(error: Exception) -> Outcome:
    """Tell "never left" from "may have arrived" by where the call broke."""
    name = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return failed(ErrorClass.TRANSIENT, f"no connection to the server: {name}")
    if isinstance(error, aiohttp.InvalidURL):
        return failed(ErrorClass.INVALID, "`instance` is not a URL")
    detail = f"the server did not answer: {name}"
    return Outcome(error=SendError(error_class=ErrorClass.TRANSIENT, detail=detail), certain=False)


def failed(error_class: ErrorClass, detail: str) -> Outcome:
    """Return the outcome of a call that certainly did nothing."""
    return Outcome(error=SendError(error_class=error_class, detail=detail))
