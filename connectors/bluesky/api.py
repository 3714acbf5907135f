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

from bot.connector import ErrorClass, SendError
from bot.connector.answers import Outcome, doubtful, failed
from bot.connector.platform_api import PlatformApi
from bot.domain.json import Json, JsonObject
from connectors.bluesky.faults import (
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

BAD_REQUEST = 400
GATEWAYS = frozenset({502, 504})  # what the server behind did is not known
Params = tuple[tuple[str, str], ...]


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


class BlueskyApi(PlatformApi):
    """One account's way to its server.

    The session is kept for as long as the process runs, as only a few a day may be made, and made anew only
    where it cannot be renewed.
    """

    platform = "the server"
    answer_max = MAX_ANSWER

    def __init__(self, *, base_url: str, identifier: str, password: str, timeout: timedelta) -> None:
        super().__init__(timeout=timeout)
        self.base_url = base_url.rstrip("/")
        self._identifier, self._password = identifier, password
        self._session: Session | None = None
        self._signing_in = asyncio.Lock()

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
        outcome = await self._send(session.url, name, ask, session.access)
        if outcome.error is None or not is_over(outcome.error, ask):
            return outcome
        renewed = await self._renew(session)
        if isinstance(renewed, Outcome):
            return renewed
        return await self._send(renewed.url, name, ask, renewed.access)

    async def _create(self) -> Session | Outcome:
        fields = {"identifier": self._identifier, "password": self._password}
        return self._keep(await self._send(self.base_url, CREATE, Ask(fields=fields), None))

    async def _renew(self, old: Session) -> Session | Outcome:
        async with self._signing_in:
            if self._session is not None and self._session is not old:
                return self._session  # somebody else was faster
            outcome = await self._send(old.url, REFRESH, Ask(data=b""), old.renewal)
            if outcome.error is None:
                return self._keep(outcome)
            if outcome.error.error_class.retriable:
                return Outcome(error=outcome.error)  # what we wanted to do was certainly not done
            return await self._create()

    def _keep(self, outcome: Outcome) -> Session | Outcome:
        session = read_session(outcome.object, self.base_url)
        if outcome.error is not None:
            return Outcome(error=outcome.error)
        if session is None:
            return failed(ErrorClass.TRANSIENT, "the server's session makes no sense")
        self._session = session
        return session

    async def _send(self, url: str, name: str, ask: Ask, proof: str | None) -> Outcome:
        return await self._request(
            ask.method,
            f"{url}/xrpc/{name}",
            read_answer,
            params=ask.params,
            json=ask.fields,
            data=ask.data,
            headers={**ask.headers, **({"Authorization": f"Bearer {proof}"} if proof else {})},
        )


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


def read_answer(status: int, body: Json, headers: Mapping[str, str]) -> Outcome:
    """Tell what an answer means; an error's name is its code."""
    now = datetime.now(UTC)
    rates = read_rates(headers, now=now)
    if status < BAD_REQUEST and isinstance(body, Mapping):
        return Outcome(result=body, rates_left=rates)
    if status < BAD_REQUEST or status in GATEWAYS or (status >= SERVER_ERROR and body is None):
        return doubtful(f"the server did not say what became of it: {describe(body)}", str(status))
    error = SendError(
        error_class=classify(status, body),
        detail=f"Bluesky refused: {describe(body)}",
        code=name_error(body) or str(status),
        retry_after=read_wait(status, headers, now=now),
    )
    return Outcome(error=error, rates_left=rates)
