"""Calls of Slack's Web API.

slack-sdk is not used to call: it retries by itself, and does not tell a call that never left from one that
may have arrived. Source: https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import aiohttp

from bot.connector import ErrorClass, OutboundFile
from bot.connector.answers import Outcome, doubtful, failed, read_failure, read_json
from bot.connector.callbacks import read_retry_after
from bot.connector.egress import open_session
from bot.domain.json import Json, JsonObject
from connectors.slack.faults import MAYBE_DONE, explain

API_URL = "https://slack.com/api"
UNAVAILABLE, TOO_MANY = 503, 429
SUCCESS = range(200, 300)


class SlackApi:
    """One app's way to one workspace. `open` before, `close` after. The token is never shown.

    `scopes` are the token's, None until Slack has answered a call.
    """

    def __init__(self, *, base_url: str | None, token: str, timeout: timedelta) -> None:
        self._base = (base_url or API_URL).rstrip("/")
        self.timeout = timeout
        self.authorization = f"Bearer {token}"
        self.scopes: frozenset[str] | None = None
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the session; harmless when it is open."""
        if self._session is None:
            # The address is the operator's own choice: a test server may be internal.
            self._session = open_session(timeout=self.timeout, allow_internal=True)

    async def close(self) -> None:
        """Close the session; harmless when it is not open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(self, method: str, fields: JsonObject) -> Outcome:
        """Call a method that takes JSON."""
        return await self._post(method, json=fields)

    async def ask(self, method: str, fields: Mapping[str, str]) -> Outcome:
        """Call a method that reads: those take forms only."""
        return await self._post(method, data=fields)

    async def upload(self, file: OutboundFile, share: JsonObject) -> Outcome:
        """Upload a file and share it: `share` is where. Nobody sees it before the last of the three calls."""
        asked = {"filename": file.name or "file", "length": str(file.size)}
        ticket = await self.ask("files.getUploadURLExternal", asked)
        match ticket.result:
            case {"upload_url": str(url), "file_id": str(file_id)} if self._is_slacks(url):
                pass
            case _:
                return (
                    replace(ticket, certain=True)
                    if ticket.error
                    else failed(ErrorClass.TRANSIENT, "no upload")
                )
        put = await self._put(url, await file.read())
        if put.error is not None:
            return replace(put, certain=True)
        files = [{"id": file_id, "title": file.name}]
        outcome = await self.call("files.completeUploadExternal", {"files": files, **share})
        return outcome if outcome.error else Outcome(result={"ts": file_id})

    def _is_slacks(self, url: str) -> bool:
        """Tell whether an address is one of Slack's, or of the server that stands for it."""
        try:
            parts, base = urlsplit(url), urlsplit(self._base)
        except ValueError:
            return False
        ours = (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        return ours or (parts.scheme == "https" and (parts.hostname or "").endswith(".slack.com"))

    async def _post(
        self, method: str, *, json: JsonObject | None = None, data: Mapping[str, str] | None = None
    ) -> Outcome:
        if self._session is None:
            return failed(ErrorClass.TRANSIENT, "the connector is not started")
        try:
            async with self._session.post(
                f"{self._base}/{method}",
                json=json,
                data=data,
                headers={"Authorization": self.authorization},
                allow_redirects=False,
            ) as response:
                scopes = response.headers.get("x-oauth-scopes")
                if scopes is not None:
                    self.scopes = frozenset(scope.strip() for scope in scopes.split(",")) - {""}
                return read_answer(response.status, await read_json(response), response.headers)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return read_failure(error, "Slack")

    async def _put(self, url: str, body: bytes) -> Outcome:
        """Give Slack a file's bytes. The address is the proof: no token goes with it."""
        if self._session is None:
            return failed(ErrorClass.TRANSIENT, "the connector is not started")
        try:
            async with self._session.post(url, data=body, allow_redirects=False) as response:
                if response.status in SUCCESS:
                    return Outcome()
                return failed(ErrorClass.TRANSIENT, "Slack did not take the file", str(response.status))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return read_failure(error, "Slack")


def read_answer(status: int, body: Json, headers: Mapping[str, str]) -> Outcome:
    """Tell what an answer means."""
    if status == TOO_MANY:
        retry_after = read_retry_after(headers.get("Retry-After"), datetime.now(UTC))
        return Outcome(error=replace(explain("ratelimited"), retry_after=retry_after))
    if not isinstance(body, Mapping) or not isinstance(body.get("ok"), bool):
        return doubtful("the answer is not Slack's", str(status))
    if body["ok"]:
        return Outcome(result=body)
    word = str(body.get("error"))
    return Outcome(error=explain(word), certain=word not in MAYBE_DONE)
