"""Calls of X's API, version 2.

No client library is used to call: those that there are do not tell a call that never left from one that may
have arrived, and X's own one blocks. oauthlib signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from io import BytesIO
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from bot.connector import ErrorClass, SendError
from bot.connector.answers import Outcome, doubtful, failed
from bot.connector.platform_api import Options, PlatformApi
from bot.domain.json import Json, JsonObject
from connectors.x.credentials import REFUSED, Credentials, Method, RotatingTokens, SignedCalls, basic
from connectors.x.faults import classify, read_rates
from connectors.x.reading import as_object, take_text
from connectors.x.token_file import TokenFile, Tokens

API_URL = "https://api.x.com"
OK, UNAUTHORIZED = range(200, 300), 401
# X may have done what it was asked to before it failed with these; 503 says that it did not begin.
DOUBTFUL = frozenset({500, 502, 504})
# A gateway that says these in its own words has not handed the request on.
STATUSES_WITHOUT_WORDS = frozenset({401, 402, 403, 404, 413, 429, 503})
TOKEN_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: a JSON `body`, a `form`, or a `file` beside the fields of the form.

    `scope`: whose rate the answer's headers are. `quiet`: success may have no body.
    """

    method: Method
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: JsonObject | None = None
    form: Mapping[str, str] | None = None
    file: bytes | None = field(default=None, repr=False)
    scope: str = "account"
    quiet: bool = False

    def content(self) -> Options:
        """Return what aiohttp sends."""
        if self.file is None:
            return {"json": self.body} if self.body is not None else {"data": self.form}
        parts = aiohttp.FormData(self.form or {}, default_to_multipart=True)
        content = BytesIO(self.file)
        parts.add_field("media", content, filename="media", content_type="application/octet-stream")
        return {"data": parts}


class XApi(PlatformApi):
    """One account's way to X."""

    platform = "X"

    def __init__(self, options: Mapping[str, str], *, timeout: timedelta) -> None:
        super().__init__(timeout=timeout)
        self._options = options
        self.base_url = (options.get("api_url") or API_URL).rstrip("/")
        self.credentials: Credentials = self._choose_credentials()

    def _choose_credentials(self) -> Credentials:
        path = self._options.get("token_file")
        if path and not self._options.get("access_token"):
            return RotatingTokens(
                TokenFile(path, first=self._options.get("refresh_token", "")), self._exchange
            )
        return SignedCalls(self._options)

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Outcome:
        """Ask for something, in the account's name."""
        return await self.call(Call(method="GET", path=path, query=query or {}))

    async def call(self, call: Call) -> Outcome:
        """Call X in the account's name. Tokens that it refuses are renewed, once."""
        outcome = await self._authorized(call)
        if outcome.error is None or outcome.error.code != str(UNAUTHORIZED):
            return outcome
        problem = await self._renew()
        return await self._authorized(call) if problem is None else Outcome(error=problem)

    async def call_as_app(self, call: Call) -> Outcome:
        """Call X in the app's own name: its webhooks and subscriptions."""
        key, secret = (self._options.get(name, "") for name in ("consumer_key", "consumer_secret"))
        form = {"grant_type": "client_credentials"}
        outcome = await self._send(Call(method="POST", path="/oauth2/token", form=form), basic(key, secret))
        token = take_text(as_object(outcome.result).get("access_token"), limit=TOKEN_MAX)
        if outcome.error is not None or not token:
            return (
                outcome if outcome.error is not None else failed(ErrorClass.AUTH, "X gives the app no token")
            )
        return await self._send(call, f"Bearer {token}")

    async def _authorized(self, call: Call) -> Outcome:
        try:
            authorization = await self.credentials.authorize(call.method, self._url(call))
        except OSError as error:
            return Outcome(error=no_file(error))
        if isinstance(authorization, SendError):
            return Outcome(error=authorization)
        return await self._send(call, authorization)

    async def _renew(self) -> SendError | None:
        try:
            return await self.credentials.renew()
        except OSError as error:
            return no_file(error)

    async def _exchange(self, refresh: str) -> Tokens | SendError:
        """Exchange a refresh token, which is void from then on."""
        client, secret = self._options.get("client_id", ""), self._options.get("client_secret", "")
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": client}
        call = Call(method="POST", path="/2/oauth2/token", form=form)
        outcome = await self._send(call, basic(client, secret) if secret else None)
        answer = as_object(outcome.result)
        access, following = (
            take_text(answer.get(name), limit=TOKEN_MAX) for name in ("access_token", "refresh_token")
        )
        if access:
            return Tokens(access=access, refresh=following or refresh)
        return outcome.error if outcome.error and outcome.error.error_class.retriable else REFUSED

    async def _send(self, call: Call, authorization: str | None) -> Outcome:
        options = call.content()
        if authorization:
            options["headers"] = {"Authorization": authorization}
        url = URL(self._url(call), encoded=True)  # a signature is of these very letters
        return await self._request(call.method, url, partial(read_answer, call=call), **options)

    def _url(self, call: Call) -> str:
        query = urlencode(call.query, quote_via=quote, safe="")
        return f"{self.base_url}{call.path}" + (f"?{query}" if query else "")


def no_file(error: OSError) -> SendError:
    """Say that tokens cannot be read or kept."""
    detail = f"the token file cannot be used: {type(error).__name__}"
    return SendError(error_class=ErrorClass.AUTH, detail=detail)


def read_answer(status: int, body: Json, headers: Mapping[str, str], call: Call) -> Outcome:
    """Tell what an answer means."""
    rates = read_rates(headers, scope=call.scope)
    if status in OK and (isinstance(body, Mapping) or call.quiet):
        return Outcome(result=body, rates_left=rates)
    if not isinstance(body, Mapping) and status not in STATUSES_WITHOUT_WORDS:
        return doubtful("the answer is not X's", str(status))
    if status in DOUBTFUL:
        return doubtful(f"X failed ({status})", str(status))
    return Outcome(error=classify(status, body, headers), rates_left=rates)
