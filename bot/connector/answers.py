"""What became of a call of a platform's API: read within bounds, and told truthfully."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp

from bot.connector.fields import parse_json
from bot.connector.replies import ErrorClass, OutboundFile, RateLeft, SendError, SendResult, SendState
from bot.domain.json import Json, JsonObject
from bot.errors import BadPayload, MediaGone, VisavisError

ANSWER_MAX = 1_000_000  # bytes of an answer; none that we ask for comes near


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call: `result` if the platform did it, else `error`.

    `certain` is False where it may have been done all the same. `status` is HTTP's, 0 without an answer.
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

    def objects(self, name: str | None = None) -> list[JsonObject]:
        """Return the objects of a list: of the result itself, or of what it has under `name`."""
        items = self.result if name is None else self.object.get(name)
        return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


async def read_json(response: aiohttp.ClientResponse, *, limit: int = ANSWER_MAX) -> Json:
    """Return an answer's body, None where it is no JSON (a gateway answered) or longer than `limit` bytes."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > limit:
            return None
    try:
        return parse_json(bytes(body))
    except BadPayload:
        return None


def read_failure(error: Exception, platform: str) -> Outcome:
    """Tell "never left" from "may have arrived" by where the call broke. Names no address."""
    name = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return failed(ErrorClass.TRANSIENT, f"no connection to {platform}: {name}")
    if isinstance(error, aiohttp.InvalidURL):
        return failed(ErrorClass.INVALID, f"the address of {platform} is not a URL")
    return doubtful(f"{platform} did not answer: {name}")


def failed(error_class: ErrorClass, detail: str, code: str | None = None) -> Outcome:
    """Return the outcome of a call that certainly did nothing."""
    return Outcome(error=SendError(error_class=error_class, detail=detail, code=code))


def doubtful(detail: str, code: str | None = None) -> Outcome:
    """Return the outcome of a call that may have done what it was to do."""
    error = SendError(error_class=ErrorClass.TRANSIENT, detail=detail, code=code)
    return Outcome(error=error, certain=False)


async def read_file(file: OutboundFile) -> bytes | Outcome:
    """Return the content of a file of ours; else why it cannot be sent. Nothing has left by then."""
    try:
        return await file.read()
    except MediaGone as error:
        return failed(ErrorClass.PERMANENT, f"a file is gone: {type(error).__name__}")
    except (OSError, VisavisError) as error:
        return failed(ErrorClass.TRANSIENT, f"a file cannot be read: {type(error).__name__}")


def stop(arrived: Sequence[str], outcome: Outcome) -> SendResult:
    """Return the result of a reply that broke off at `outcome`, after what `arrived`."""
    state = SendState.PARTIAL if arrived else SendState.REJECTED
    return SendResult(
        state=state if outcome.certain else SendState.UNKNOWN,
        native_ids=tuple(arrived),
        error=outcome.error,
        rates_left=outcome.rates_left,
    )
