"""Calls of the WhatsApp Cloud API, which is a part of Meta's Graph API.

The token goes into a header: addresses end up in logs. Every call has a connection of its own, so that
what never left is told from what may have arrived (`bot.connector.egress`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import aiohttp

from bot.connector import ErrorClass, RateLeft
from bot.connector.answers import Outcome, doubtful, failed, read_failure, read_json
from bot.connector.egress import open_session
from bot.domain.json import Json, JsonObject
from connectors.whatsapp.refusals import UNCERTAIN, read_code, read_refusal

PLATFORM = "WhatsApp"
SUCCESS = range(200, 300)
TOO_MANY = 429
USAGE = "x-business-use-case-usage"  # https://developers.facebook.com/docs/graph-api/overview/rate-limiting
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that goes along with a call."""

    name: str
    mime: str
    content: bytes


class CloudApi:
    """One number's way to the Cloud API. `open` before, `close` after. The token is never shown."""

    def __init__(self, *, base_url: str, token: str, timeout: timedelta) -> None:
        self.base_url, self.timeout = base_url.rstrip("/"), timeout
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What lets a caller in. It holds the token."""
        return {"authorization": f"Bearer {self._token}"}

    async def open(self) -> None:
        """Open the session; harmless when it is open."""
        if self._session is None:
            # The address is the operator's own choice: a proxy of theirs may be internal.
            self._session = open_session(timeout=self.timeout, allow_internal=True)

    async def close(self) -> None:
        """Close the session; harmless when it is not open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, path: str, query: Mapping[str, str], *, token: str | None = None) -> Outcome:
        """Ask for something, with another `token` than the account's where one is given."""
        return await self._call("GET", path, query=query, token=token)

    async def post(self, path: str, fields: JsonObject) -> Outcome:
        """Do something."""
        return await self._call("POST", path, body=json.dumps(fields).encode())

    async def upload(self, path: str, file: Upload) -> Outcome:
        """Leave a file with WhatsApp; the result has its `id`."""
        form = aiohttp.FormData({"messaging_product": "whatsapp", "type": file.mime})
        form.add_field("file", file.content, filename=file.name, content_type=file.mime)
        return await self._call("POST", path, body=form)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | aiohttp.FormData | None = None,
        token: str | None = None,
    ) -> Outcome:
        if self._session is None:
            return failed(ErrorClass.TRANSIENT, "the connector is not started")
        headers = self.headers if token is None else {"authorization": f"Bearer {token}"}
        if isinstance(body, bytes):
            headers["content-type"] = "application/json"
        url = f"{self.base_url}/{path}"
        try:
            async with self._session.request(
                method, url, params=query, data=body, headers=headers, allow_redirects=False
            ) as response:
                return read_answer(response.status, await read_json(response), response.headers)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return read_failure(error, PLATFORM)


def read_answer(status: int, body: Json, headers: Mapping[str, str]) -> Outcome:
    """Tell what an answer means. Meta may answer 200 with an error in it. Header names of any case."""
    lower = {name.lower(): value for name, value in headers.items()}
    wait = read_wait(lower)
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(body, Mapping) and isinstance(error, Mapping):
        refusal = replace(read_refusal(error, status=status), retry_after=wait)
        left = limit_account(wait) if refusal.error_class is ErrorClass.RATE_LIMITED else ()
        return Outcome(error=refusal, certain=read_code(error) not in UNCERTAIN, rates_left=left)
    if isinstance(body, Mapping) and status in SUCCESS:
        return Outcome(result=body, rates_left=limit_account(wait))
    if status == TOO_MANY:
        outcome = failed(ErrorClass.RATE_LIMITED, "WhatsApp asks to wait", str(status))
        return replace(outcome, error=outcome.error and replace(outcome.error, retry_after=wait))
    return doubtful("the answer is not WhatsApp's", str(status))


def limit_account(wait: timedelta | None) -> tuple[RateLeft, ...]:
    """Return that nothing may be sent for a while. Meta tells shares of a number that it does not tell."""
    return (RateLeft(scope="account", left=0, again=wait),) if wait else ()


def read_wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long to wait: as it is said, or until Meta expects to let the business in again."""
    said = headers.get("retry-after", "")
    if said.isascii() and said.isdigit() and len(said) < len("1000000"):
        return min(timedelta(seconds=int(said)), LONGEST_WAIT)
    try:
        usage = json.loads(headers.get(USAGE, "{}")[:20_000])
    except (ValueError, RecursionError):
        return None
    found = [each for lists in usage.values() for each in lists] if is_usage(usage) else []
    minutes = [each.get("estimated_time_to_regain_access") for each in found if isinstance(each, dict)]
    longest = max((each for each in minutes if isinstance(each, int)), default=0)
    return min(timedelta(minutes=min(longest, 10_000)), LONGEST_WAIT) if longest > 0 else None


def is_usage(usage: Json) -> bool:
    """Tell whether a header holds a list for each business."""
    return isinstance(usage, dict) and all(isinstance(each, list) for each in usage.values())
