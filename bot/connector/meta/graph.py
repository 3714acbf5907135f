"""Calls of Meta's Graph API with a page's or an account's token.

The token goes into a header: addresses end up in logs. Every call has a connection of its own, so that
what never left is told from what may have arrived (`bot.connector.egress`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from bot.connector.answers import Outcome
from bot.connector.meta.errors import Refusal, read_rates_left, read_refusal
from bot.connector.platform_api import PlatformApi
from bot.domain.json import Json, JsonObject

VERSION = "v25.0"  # the one in Meta's documentation as of 2026-07; a version lives for two years
SUCCESS = range(200, 300)
ReadRefusal = Callable[[int, Json, Mapping[str, str]], Refusal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that goes along with a call, under the name that the call has for it."""

    name: str
    mime: str
    content: bytes
    field: str = "filedata"


class GraphApi(PlatformApi):
    """One account's way to the Graph API.

    `refuse` says what refusals mean: WhatsApp has codes of its own.
    """

    platform = "Meta"

    def __init__(
        self, *, base_url: str, token: str, timeout: timedelta, refuse: ReadRefusal = read_refusal
    ) -> None:
        self.base_url = f"{base_url.rstrip('/')}/{VERSION}"
        super().__init__(timeout=timeout)
        self.token, self._refuse = token, refuse

    async def get(self, path: str, query: Mapping[str, str], *, token: str | None = None) -> Outcome:
        """Ask for something; `token`: in place of the account's own."""
        return await self._call("GET", path, query=query, token=token)

    async def post(
        self, path: str, fields: JsonObject, *, upload: Upload | None = None, token: str | None = None
    ) -> Outcome:
        """Do something; `token`: in place of the account's own."""
        if upload is None:
            return await self._call("POST", path, body=json.dumps(fields).encode(), token=token)
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        form.add_field(upload.field, upload.content, filename=upload.name, content_type=upload.mime)
        return await self._call("POST", path, body=form, token=token)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | aiohttp.FormData | None = None,
        token: str | None = None,
    ) -> Outcome:
        headers = {"authorization": f"Bearer {self.token if token is None else token}"}
        if isinstance(body, bytes):
            headers["content-type"] = "application/json"
        url = f"{self.base_url}/{path}"
        return await self._request(method, url, self._read, params=query, data=body, headers=headers)

    def _read(self, status: int, body: Json, headers: Mapping[str, str]) -> Outcome:
        """Tell what an answer means. Meta may answer 200 with an error in it."""
        lower = {name.lower(): value for name, value in headers.items()}
        rates_left = read_rates_left(lower)
        if status in SUCCESS and isinstance(body, Mapping) and "error" not in body:
            return Outcome(result=body, rates_left=rates_left)
        refusal = self._refuse(status, body, lower)
        return Outcome(error=refusal.error, certain=refusal.certain, rates_left=rates_left)
