"""POSTs replies to an address that a customer named, signed where there is a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from bot.connector.egress import InternalAddress, find_url_problem, open_session
from bot.connector.replies import ErrorClass, SendError, SendResult, SendState
from bot.connector.signatures import signed_headers

SUCCESS = range(200, 300)
SERVER_ERROR = 500
BEHIND_A_GATEWAY = frozenset({502, 504})  # the gateway lost sight of a request that it had passed on
NO_PUBLIC_URL = "files are fetched from us, and we have no public address: set VISAVIS_PUBLIC_URL"
TRY_AGAIN = {429: ErrorClass.RATE_LIMITED, 408: ErrorClass.TRANSIENT, 425: ErrorClass.TRANSIENT}


class CallbackApi:
    """One account's callback endpoint. `open` before, `close` after. `option` is what it is called there."""

    def __init__(
        self,
        url: str,
        *,
        key: bytes | None,
        timeout: timedelta,
        allow_internal: bool,
        option: str = "callback_url",
    ) -> None:
        self.url, self.key, self.timeout, self.allow_internal = url, key, timeout, allow_internal
        self.option = option
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the session; harmless when it is open."""
        if self._session is None:
            self._session = open_session(timeout=self.timeout, allow_internal=self.allow_internal)

    async def close(self) -> None:
        """Close the session; harmless when it is not open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def post(self, body: bytes, *, message_id: str) -> SendResult:
        """POST `body` under `message_id`, signed where there is a key."""
        problem = find_url_problem(self.url, allow_internal=self.allow_internal)
        if problem is not None:
            return rejected(ErrorClass.POLICY, f"{self.option} {problem}")
        if self._session is None:
            return rejected(ErrorClass.TRANSIENT, "the connector is not started")
        headers = {"content-type": "application/json", **self._sign(body, message_id)}
        try:
            # The status is the whole answer: the body is never read.
            async with self._session.post(
                self.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                return read_status(response.status, response.headers, message_id=message_id)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return read_failure(error, self.option)

    def _sign(self, body: bytes, message_id: str) -> Mapping[str, str]:
        if self.key is None:
            return {}
        return signed_headers(self.key, message_id=message_id, at=datetime.now(UTC), body=body)


def read_status(status: int, headers: Mapping[str, str], *, message_id: str) -> SendResult:
    """Tell what an answer means. Standard Webhooks: 2xx is taken, anything else is not."""
    if status in SUCCESS:
        return SendResult(state=SendState.SENT, native_ids=(message_id,))
    if status in BEHIND_A_GATEWAY:
        return unknown(f"the endpoint's gateway answered {status}", code=str(status))
    if status < SERVER_ERROR and status not in TRY_AGAIN:
        words = "a redirect, which is not followed" if status in range(300, 400) else str(status)
        return rejected(ErrorClass.PERMANENT, f"the endpoint answered {words}", code=str(status))
    error = SendError(
        error_class=TRY_AGAIN.get(status, ErrorClass.TRANSIENT),
        detail=f"the endpoint answered {status}",
        code=str(status),
        retry_after=read_retry_after(headers.get("retry-after"), datetime.now(UTC)),
    )
    return SendResult(state=SendState.REJECTED, error=error)


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read seconds or an HTTP date; None where there is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 7 * 86400))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(aware - now, timedelta())


def read_failure(error: Exception, option: str) -> SendResult:
    """Tell "never left" from "may have arrived" by where the call broke."""
    match error:
        case aiohttp.ClientConnectorError(os_error=InternalAddress()):
            return rejected(ErrorClass.POLICY, f"{option} is inside our own network")
        case aiohttp.InvalidURL():
            return rejected(ErrorClass.INVALID, f"{option} is not a URL")
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return rejected(ErrorClass.TRANSIENT, f"no connection to the endpoint: {type(error).__name__}")
        case _:
            return unknown(f"the endpoint did not answer: {type(error).__name__}")


def rejected(error_class: ErrorClass, detail: str, code: str | None = None) -> SendResult:
    """Return a result that says that nothing arrived."""
    error = SendError(error_class=error_class, detail=detail, code=code)
    return SendResult(state=SendState.REJECTED, error=error)


def unknown(detail: str, code: str | None = None) -> SendResult:
    """Return a result that says that it may have arrived."""
    error = SendError(error_class=ErrorClass.TRANSIENT, detail=detail, code=code)
    return SendResult(state=SendState.UNKNOWN, error=error)
