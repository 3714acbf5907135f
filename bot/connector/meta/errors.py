"""What the Graph API's errors and its headers of usage mean for a reply. Pure, and mostly data.

Sources:
https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
https://developers.facebook.com/docs/graph-api/guides/error-handling
https://developers.facebook.com/docs/graph-api/overview/rate-limiting/
Those that the pages leave out were seen in public bug reports and code: 100/1893061 (a retired tag), 1200,
10900 and 10903, and 2018300 as the subcode of 10.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.connector.meta.fields import get_number, get_object, get_text
from bot.connector.replies import ErrorClass, RateLeft, SendError
from bot.domain.json import Json, JsonObject

SERVER_ERROR = 500
TOO_MANY = 429
ALL_USED = 100  # per cent
ROLLING = timedelta(minutes=5)  # until usage is looked at again, where Meta names no time: it counts an hour
LONGEST = timedelta(hours=24)
# May have arrived all the same: the code, and a subcode or None for any other.
MAY_HAVE_ARRIVED = frozenset({(1, 1357046), (1, None)})

# By code and subcode. None: any other subcode of that code.
MEANINGS: Mapping[tuple[int, int | None], ErrorClass] = {
    (-1, None): ErrorClass.TRANSIENT,
    (1, None): ErrorClass.TRANSIENT,
    (1, 99): ErrorClass.AUTH,  # "missing permissions can cause this issue"
    (1, 1357046): ErrorClass.TRANSIENT,
    (2, None): ErrorClass.TRANSIENT,
    (2, 2018344): ErrorClass.POLICY,
    (3, None): ErrorClass.AUTH,
    (4, None): ErrorClass.RATE_LIMITED,
    (9, None): ErrorClass.RATE_LIMITED,
    (10, None): ErrorClass.AUTH,
    (10, 1404170): ErrorClass.POLICY,
    (10, 1893015): ErrorClass.POLICY,
    (10, 2018065): ErrorClass.WINDOW_CLOSED,
    (10, 2018108): ErrorClass.RECIPIENT_GONE,
    (10, 2018278): ErrorClass.WINDOW_CLOSED,
    (10, 2534022): ErrorClass.WINDOW_CLOSED,
    (10, 1893063): ErrorClass.POLICY,
    (10, 2018300): ErrorClass.POLICY,  # another app has the thread
    (17, None): ErrorClass.RATE_LIMITED,
    (32, None): ErrorClass.RATE_LIMITED,
    (100, None): ErrorClass.INVALID,
    (100, 33): ErrorClass.PERMANENT,  # what is answered is no more, or may not be seen
    (100, 1893061): ErrorClass.POLICY,
    (100, 2018001): ErrorClass.RECIPIENT_GONE,
    (100, 2534013): ErrorClass.AUTH,  # this page has no Instagram account
    (100, 2534014): ErrorClass.RECIPIENT_GONE,
    (100, 2534025): ErrorClass.POLICY,  # this comment cannot be answered in private
    (100, 2534029): ErrorClass.POLICY,
    (100, 2534037): ErrorClass.POLICY,  # another app has the thread
    (102, None): ErrorClass.AUTH,
    (190, None): ErrorClass.AUTH,
    (200, 1545041): ErrorClass.RECIPIENT_GONE,
    (200, 2018027): ErrorClass.POLICY,
    (200, 2018028): ErrorClass.POLICY,
    (200, 2018065): ErrorClass.WINDOW_CLOSED,
    (200, 2018278): ErrorClass.WINDOW_CLOSED,
    (341, None): ErrorClass.RATE_LIMITED,
    (368, None): ErrorClass.POLICY,
    (506, None): ErrorClass.POLICY,  # the same words again, under the same post
    (551, None): ErrorClass.RECIPIENT_GONE,
    (613, None): ErrorClass.RATE_LIMITED,
    (1200, None): ErrorClass.TRANSIENT,
    (2022, None): ErrorClass.POLICY,
    (10900, None): ErrorClass.POLICY,  # a private reply was sent before
    (10903, None): ErrorClass.POLICY,
    (80001, None): ErrorClass.RATE_LIMITED,
    (80002, None): ErrorClass.RATE_LIMITED,
    (80006, None): ErrorClass.RATE_LIMITED,
    (2018300, None): ErrorClass.POLICY,
    (2018321, None): ErrorClass.TRANSIENT,  # an automatic flow of Messenger's own has the thread
}
PERMISSIONS = range(200, 300)
# Meta repeats a token that it cannot read.
SECRET_WORDS = re.compile(r"[A-Za-z0-9_|-]{20,}|(?<=alformed access token ).*", re.DOTALL)
# Some refusals come with a code for anything; only their words tell them apart. Lower case.
WORDS: Mapping[str, ErrorClass] = {
    "outside of allowed window": ErrorClass.WINDOW_CLOSED,
    "outside the allowed window": ErrorClass.WINDOW_CLOSED,
    "length of param message": ErrorClass.TOO_LONG,
    "message is too long": ErrorClass.TOO_LONG,
    "already replied": ErrorClass.POLICY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error of the Graph API. `certain`: nothing was done."""

    error: SendError
    certain: bool = True


def read_refusal(status: int, body: Json, headers: Mapping[str, str]) -> Refusal:
    """Tell what an answer other than 2xx means. `headers` have lower-case names."""
    found = get_object(body, "error") if isinstance(body, Mapping) else {}
    if not found:
        return read_strange_answer(status, headers)
    code, subcode = read_code(found, "code"), get_number(found, "error_subcode")
    message = get_text(found, "message", limit=200)
    error_class = classify(code, subcode, message)
    if error_class is None:
        transient = found.get("is_transient") is True or status >= SERVER_ERROR
        error_class = ErrorClass.TRANSIENT if transient else ErrorClass.PERMANENT
    if status == TOO_MANY:
        error_class = ErrorClass.RATE_LIMITED
    uncertain = (code, subcode) in MAY_HAVE_ARRIVED or (
        (code, None) in MAY_HAVE_ARRIVED and (code, subcode) not in MEANINGS
    )
    return Refusal(
        error=SendError(
            error_class=error_class,
            detail=f"Meta refused: {SECRET_WORDS.sub('…', message) or 'without a word'}",
            code=f"{code}/{subcode}" if subcode else str(code),
            retry_after=read_retry_after(headers),
        ),
        certain=not uncertain,
    )


def read_strange_answer(status: int, headers: Mapping[str, str]) -> Refusal:
    """Tell what an answer means that is not the Graph API's: a gateway may have lost sight of a request."""
    limited = status == TOO_MANY
    error_class = ErrorClass.RATE_LIMITED if limited else ErrorClass.TRANSIENT
    error = SendError(
        error_class=error_class,
        detail="the answer is not the Graph API's",
        code=str(status),
        retry_after=read_retry_after(headers),
    )
    return Refusal(error=error, certain=limited)


def read_code(error: JsonObject, name: str) -> int:
    """Return a code, which may be -1."""
    value = error.get(name)
    return -1 if value == -1 else get_number(error, name)


def classify(code: int, subcode: int, message: str) -> ErrorClass | None:
    """Return why Meta refused; None where neither the codes nor the words say so."""
    exact = MEANINGS.get((code, subcode))
    if exact is not None:
        return exact
    words = message.lower()
    by_words = next((found for part, found in WORDS.items() if part in words), None)
    if by_words is not None:
        return by_words
    return MEANINGS.get((code, None)) or (ErrorClass.AUTH if code in PERMISSIONS else None)


def read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long to wait: as it is said, or until Meta expects to let us in again (minutes)."""
    said = headers.get("retry-after", "")
    if said.isascii() and said.isdigit() and len(said) < len("1000000"):
        return min(timedelta(seconds=int(said)), LONGEST)
    waits = [get_number(usage, "estimated_time_to_regain_access") for usage in iterate_usage(headers)]
    longest = max(waits, default=0)
    return min(timedelta(minutes=longest), LONGEST) if longest else None


def read_rates_left(headers: Mapping[str, str]) -> tuple[RateLeft, ...]:
    """Return that nothing is left, once any share of what an app or page may do is used up.

    Meta tells percentages, of a number that it does not tell: before all is used there is nothing to count.
    """
    shares = [
        get_number(usage, name)
        for usage in iterate_usage(headers)
        for name in ("call_count", "total_cputime", "total_time")
    ]
    if max(shares, default=0) < ALL_USED:
        return ()
    return (RateLeft(scope="account", left=0, again=read_retry_after(headers) or ROLLING),)


def iterate_usage(headers: Mapping[str, str]) -> Iterator[JsonObject]:
    """Yield what the headers of usage hold; the last of them has a list for each business."""
    for name in ("x-app-usage", "x-page-usage", "x-business-use-case-usage"):
        try:
            value = json.loads(headers.get(name, "{}")[:20_000])
        except (ValueError, RecursionError):
            continue
        if not isinstance(value, Mapping):
            continue
        yield value
        for each in value.values():
            yield from (
                (usage for usage in each if isinstance(usage, Mapping)) if isinstance(each, list) else ()
            )
