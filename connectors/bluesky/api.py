"""Calls of the AT Protocol (XRPC), and the session that they need. Secrets are never shown.

The `atproto` package is not used: importing it costs a serving process 0.7 seconds and 56 MB, and it does not
tell a call that never left from one that may have arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientResponse

from bot.connector import ErrorClass, RateLeft, SendError
from bot.connector.answers import read_json
from bot.connector.egress import open_session
from bot.domain.json import Json, JsonObject
from connectors.bluesky.classify import (
    SERVER_ERROR,
    classify,
    describe,
    name_error,
    read_rates,
    read_wait,
)

CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}  # the server hands the call on to the chat's
CREATE, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"
MAX_ANSWER = 8_000_000  # bytes

GATEWAYS = frozenset({502, 504})  # what the server behind did is not known
Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call: `result` if the server did it, else `error`, whose name is its code.

    `certain` is False where it may have been done all the same.
    """

    result: JsonObject = field(default_factory=dict)
    error: SendError | None = None
    certain: bool = True
    rates_left: tuple[RateLeft, ...] = ()

    def list(self, name: str) -> list[JsonObject]:
        """Return the objects of a list in the result."""
        items = self.result.get(name)
        return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who we are, and the proofs: one for calls, which lasts for hours, and one to renew it."""

    did: str
    handle: str
    access: str = field(repr=False)
    renewal: str = field(repr=False)
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a call carries: parameters, or a JSON body, or the bytes of a file."""

    params: Params = ()
    fields: JsonObject | None = None
    data: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """Return GET for questions, POST for what changes something."""
        return "GET" if self.fields is None and self.data is None else "POST"


NOTHING = Ask()


class BlueskyApi:
    """One account's way to its server. `open` before, `close` after.

    The session is kept for as long as the process runs, as only a few a day may be made, and made anew only
    where it cannot be renewed.
    """

    def __init__(self, *, base_url: str, identifier: str, password: str, timeout: timedelta) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._identifier, self._password = identifier, password
        self._http: aiohttp.ClientSession | None = None
        self._session: Session | None = None
        self._signing_in = asyncio.Lock()

    async def open(self) -> None:
        """Open the connections; harmless when they are open."""
        if self._http is None:
            # The address is the operator's own choice: their server may be internal.
            self._http = open_session(timeout=self.timeout, allow_internal=True)

    async def close(self) -> None:
        """Close the connections; harmless when they are not open."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def sign_in(self) -> Session | Outcome:
        """Return the session, made where there is none yet; else what went wrong."""
        async with self._signing_in:
            if self._session is None:
                return await self._create()
            return self._session

    async def get(self, name: str, *params: tuple[str, str], chat: bool = False) -> Outcome:
        """Ask something."""
        return await self.call(name, Ask(params=params, headers=CHAT if chat else {}))

    async def post(self, name: str, fields: JsonObject, *, chat: bool = False) -> Outcome:
        """Change something."""
        return await self.call(name, Ask(fields=fields, headers=CHAT if chat else {}))

    async def call(self, name: str, ask: Ask = NOTHING) -> Outcome:
        """Call a method, in a renewed session where the old one has come to its end."""
        session = await self.sign_in()
        if isinstance(session, Outcome):
            return session
        outcome = await self._request(session.url, name, ask, session.access)
        if outcome.error is None or not is_over(outcome.error, ask):
            return outcome
        renewed = await self._renew(session)
        if isinstance(renewed, Outcome):
            return renewed
        return await self._request(renewed.url, name, ask, renewed.access)

    async def _create(self) -> Session | Outcome:
        fields = {"identifier": self._identifier, "password": self._password}
        return self._keep(await self._request(self.base_url, CREATE, Ask(fields=fields), None))

    async def _renew(self, old: Session) -> Session | Outcome:
        async with self._signing_in:
            if self._session is not None and self._session is not old:
                return self._session  # somebody else was faster
            outcome = await self._request(old.url, REFRESH, Ask(data=b""), old.renewal)
            if outcome.error is None:
                return self._keep(outcome)
            if outcome.error.error_class.retriable:
                return Outcome(error=outcome.error)  # what we wanted to do was certainly not done
            return await self._create()

    def _keep(self, outcome: Outcome) -> Session | Outcome:
        session = read_session(outcome.result, self.base_url)
        if outcome.error is not None:
            return Outcome(error=outcome.error)
        if session is None:
            return failed(ErrorClass.TRANSIENT, "the server's session makes no sense")
        self._session = session
        return session

    async def _request(self, url: str, name: str, ask: Ask, proof: str | None) -> Outcome:
        if self._http is None:
            return failed(ErrorClass.TRANSIENT, "the connector is not started")
        headers = {**ask.headers, **({"Authorization": f"Bearer {proof}"} if proof else {})}
        try:
            async with self._http.request(
                ask.method,
                f"{url}/xrpc/{name}",
                params=ask.params,
                json=ask.fields,
                data=ask.data,
                headers=headers,
                allow_redirects=False,
            ) as response:
                return read_answer(response, await read_json(response, limit=MAX_ANSWER))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return read_failure(error)


def is_over(error: SendError, ask: Ask) -> bool:
    """Tell whether a session has come to its end. The chat's servers also refuse what a password may not."""
    by_chat = "atproto-proxy" in ask.headers
    return error.code == "ExpiredToken" or (error.error_class is ErrorClass.AUTH and not by_chat)


def read_session(raw: JsonObject, base_url: str) -> Session | None:
    """Read a session, None for what is none. Calls go to the server that keeps the account's records."""
    words = [raw.get(name) for name in ("did", "handle", "accessJwt", "refreshJwt")]
    did, handle, access, renewal = (each if isinstance(each, str) else "" for each in words)
    if not did or not access:
        return None
    return Session(
        did=did, handle=handle, access=access, renewal=renewal, url=find_server(raw.get("didDoc"), base_url)
    )


def find_server(document: Json, base_url: str) -> str:
    """Return the address of the account's own server, ours where the account's document has none.

    One that would be called in the clear where ours is not is not believed.
    """
    services = document.get("service") if isinstance(document, Mapping) else None
    for each in services if isinstance(services, list) else []:
        if isinstance(each, Mapping) and str(each.get("id")).endswith("#atproto_pds"):
            url = str(each.get("serviceEndpoint"))
            if urlsplit(url).scheme in ("https", urlsplit(base_url).scheme):
                return url.rstrip("/")
    return base_url


def read_answer(response: ClientResponse, body: Json) -> Outcome:
    """Tell what an answer means."""
    now, status = datetime.now(UTC), response.status
    rates = read_rates(response.headers, now=now)
    if response.ok and isinstance(body, Mapping):
        return Outcome(result=body, rates_left=rates)
    if response.ok or status in GATEWAYS or (status >= SERVER_ERROR and body is None):
        detail = f"the server did not say what became of it: {describe(body)}"
        error = SendError(error_class=ErrorClass.TRANSIENT, detail=detail, code=str(status))
        return Outcome(error=error, certain=False)
    error = SendError(
        error_class=classify(status, body),
        detail=f"Bluesky refused: {describe(body)}",
        code=name_error(body) or str(status),
        retry_after=read_wait(status, response.headers, now=now),
    )
    return Outcome(error=error, rates_left=rates)


def read_failure(error: Exception) -> Outcome:
    """Tell "never left" from "may have arrived" by where the call broke."""
    name = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return failed(ErrorClass.TRANSIENT, f"no connection to the server: {name}")
    if isinstance(error, aiohttp.InvalidURL):
        return failed(ErrorClass.INVALID, "`api_url` is not a URL")
    detail = f"the server did not answer: {name}"
    return Outcome(error=SendError(error_class=ErrorClass.TRANSIENT, detail=detail), certain=False)


def failed(error_class: ErrorClass, detail: str) -> Outcome:
    """Return the outcome of a call that certainly did nothing."""
    return Outcome(error=SendError(error_class=error_class, detail=detail))
