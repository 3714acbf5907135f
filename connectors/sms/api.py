"""Calls of Twilio's API.

Twilio's own library is not used to call: it blocks, drags in two HTTP clients, and does not tell a call
that never left from one that may have arrived. Source: https://www.twilio.com/docs/usage/requests-to-twilio
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp

from bot.connector.answers import Outcome, doubtful
from bot.connector.callbacks import read_retry_after
from bot.connector.platform_api import PlatformApi
from bot.domain.json import Json, JsonObject
from connectors.sms.faults import SERVER_ERROR, UNAVAILABLE, classify, read_code

API_URL = "https://api.twilio.com"
MESSAGING_URL = "https://messaging.twilio.com"  # services have a host of their own
SUCCESS = range(200, 300)

Pairs = Sequence[tuple[str, str]]


class TwilioApi(PlatformApi):
    """One account's way to Twilio."""

    platform = "Twilio"

    def __init__(
        self, *, base_url: str | None, account_sid: str, auth_token: str, timeout: timedelta
    ) -> None:
        super().__init__(timeout=timeout)
        self._rest = (base_url or API_URL).rstrip("/")
        self._messaging = (base_url or MESSAGING_URL).rstrip("/")
        self._account = f"{self._rest}/2010-04-01/Accounts/{account_sid}"
        self.authorization = aiohttp.encode_basic_auth(account_sid, auth_token)

    async def create_message(self, fields: Pairs) -> Outcome:
        """Send a message; `MediaUrl` may stand in `fields` several times."""
        return await self._call("POST", f"{self._account}/Messages.json", data=fields)

    async def list_messages(self, to: str, *, since: datetime) -> Outcome:
        """Return the latest messages to a number, of the day of `since` (UTC) and later."""
        query = (("To", to), ("DateSent>", since.astimezone(UTC).date().isoformat()), ("PageSize", "50"))
        return await self._call("GET", f"{self._account}/Messages.json", params=query)

    async def get_account(self) -> Outcome:
        """Return the account itself."""
        return await self._call("GET", f"{self._account}.json")

    async def find_number(self, number: str) -> Outcome:
        """Return what the account has under a number."""
        url = f"{self._account}/IncomingPhoneNumbers.json"
        return await self._call("GET", url, params=(("PhoneNumber", number),))

    async def update_number(self, number_sid: str, fields: Pairs) -> Outcome:
        """Change settings of a number of the account; what is not in `fields` stays."""
        return await self._call(
            "POST", f"{self._account}/IncomingPhoneNumbers/{number_sid}.json", data=fields
        )

    async def get_service(self, service_sid: str) -> Outcome:
        """Return a messaging service."""
        return await self._call("GET", f"{self._messaging}/v1/Services/{service_sid}")

    async def update_service(self, service_sid: str, fields: Pairs) -> Outcome:
        """Change settings of a messaging service; what is not in `fields` stays."""
        return await self._call("POST", f"{self._messaging}/v1/Services/{service_sid}", data=fields)

    async def _call(self, method: str, url: str, *, data: Pairs = (), params: Pairs = ()) -> Outcome:
        return await self._request(
            method,
            url,
            read_answer,
            data=aiohttp.FormData(list(data)) if data else None,
            params=list(params),
            headers={"Authorization": self.authorization},
        )


def read_answer(status: int, body: Json, headers: Mapping[str, str]) -> Outcome:
    """Tell what an answer means."""
    if not isinstance(body, Mapping):
        return doubtful("the answer is not Twilio's", str(status))
    if status in SUCCESS:
        return Outcome(result=body)
    code = read_code(body.get("code"))
    retry_after = read_retry_after(headers.get("Retry-After"), datetime.now(UTC))
    error = replace(classify(status, code), retry_after=retry_after)
    # Of its own mistakes, only "not available" says that nothing was done.
    certain = status < SERVER_ERROR or status == UNAVAILABLE
    return Outcome(error=error, certain=certain)


def list_items(result: Json, name: str) -> list[JsonObject]:
    """Return the objects of a list that Twilio answered with."""
    items = result.get(name) if isinstance(result, Mapping) else None
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
