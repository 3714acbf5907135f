"""Calls of Slack's Web API.

slack-sdk is not used to call: it retries by itself, and does not tell a call that never left from one that
may have arrived. Source: https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from bot.connector import ErrorClass, OutboundFile
from bot.connector.answers import Outcome, doubtful, failed, read_file
from bot.connector.callbacks import read_retry_after
from bot.connector.platform_api import PlatformApi
from bot.domain.json import Json, JsonObject
from connectors.slack.faults import MAYBE_DONE, explain

API_URL = "https://slack.com/api"
UNAVAILABLE, TOO_MANY = 503, 429
SUCCESS = range(200, 300)


class SlackApi(PlatformApi):
    """One app's way to one workspace.

    `scopes` are the token's, None until Slack has answered a call.
    """

    platform = "Slack"

    def __init__(self, *, base_url: str | None, token: str, timeout: timedelta) -> None:
        super().__init__(timeout=timeout)
        self._base = (base_url or API_URL).rstrip("/")
        self.authorization = f"Bearer {token}"
        self.scopes: frozenset[str] | None = None

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
        content = await read_file(file)
        if isinstance(content, Outcome):
            return content
        # The address is the proof: no token goes with it.
        put = await self._request("POST", url, read_put, data=content)
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
        url, headers = f"{self._base}/{method}", {"Authorization": self.authorization}
        return await self._request("POST", url, self._read, json=json, data=data, headers=headers)

    def _read(self, status: int, body: Json, headers: Mapping[str, str]) -> Outcome:
        scopes = headers.get("x-oauth-scopes")
        if scopes is not None:
            self.scopes = frozenset(scope.strip() for scope in scopes.split(",")) - {""}
        return read_answer(status, body, headers)


def read_put(status: int, _: Json, __: Mapping[str, str]) -> Outcome:
    """Tell whether a file's bytes were taken; Slack says it by the status."""
    if status in SUCCESS:
        return Outcome()
    return failed(ErrorClass.TRANSIENT, "Slack did not take the file", str(status))


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
