"""Why X refuses, as data. Pure.

X tells refusals apart by the status, and within 403 by words that it changes now and then: each is
known by several. Sources: https://docs.x.com/x-api/fundamentals/response-codes-and-errors,
https://docs.x.com/x-api/fundamentals/rate-limits
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.connector import ErrorClass, RateLeft, SendError
from bot.domain.json import Json
from connectors.x.reading import as_object, objects, take_text

WORDS_MAX = 200
DUPLICATE, KNOWN = "duplicate", "known"
LIMITS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A refusal: the status, words one of which X uses then (none: any), and what it means."""

    status: int
    error_class: ErrorClass
    text: str
    words: tuple[str, ...] = ()
    code: str = ""


FAULTS = (
    Fault(
        status=403,
        words=("duplicate content", "already said that"),
        error_class=ErrorClass.POLICY,
        text="X takes no post twice, and this one stands there already",
        code=DUPLICATE,
    ),
    Fault(
        status=403,
        words=(
            "only reply to or quote posts",
            "reply to this conversation is not allowed",
            "not been mentioned or otherwise engaged",
            "not allowed to reply",
            "replies restricted",
            "who can reply",
        ),
        error_class=ErrorClass.POLICY,
        text="X lets an app reply only where the author mentioned or quoted the account",
    ),
    Fault(
        status=403,
        words=(
            "cannot send messages to",
            "can't send messages to",
            "dm to one or more participants is not allowed",
            "one or more participants",
            "not have permission to dm",
            "recipient does not accept",
        ),
        error_class=ErrorClass.RECIPIENT_GONE,
        text="this person takes no direct messages from the account",
    ),
    Fault(
        status=403,
        words=("deleted or not visible", "has been suspended", "have been blocked", "blocked from"),
        error_class=ErrorClass.RECIPIENT_GONE,
        text="the post is gone, or its author blocked the account",
    ),
    Fault(
        status=403,
        words=("account is temporarily locked", "account is suspended", "your account is suspended"),
        error_class=ErrorClass.AUTH,
        text="X has locked the brand's account: open it in X",
    ),
    Fault(
        status=403,
        words=(
            "client-not-enrolled",
            "client forbidden",
            "appropriate level of api access",
            "oauth1-permissions",
            "app permissions",
            "unsupported authentication",
            "access level",
        ),
        error_class=ErrorClass.AUTH,
        text="the app may not do this: let it read, write and send direct messages, then make new tokens",
    ),
    Fault(
        status=403,
        words=("too long", "too many characters"),
        error_class=ErrorClass.TOO_LONG,
        text="X takes the text for too long",
    ),
    Fault(status=403, error_class=ErrorClass.POLICY, text="X does not allow this"),
    Fault(
        status=400,
        words=("crcvalidationfailed",),
        error_class=ErrorClass.INVALID,
        text="X asked our address to prove itself, and got no answer, or a wrong one",
    ),
    Fault(
        status=400,
        words=("urlvalidationfailed",),
        error_class=ErrorClass.INVALID,
        text="X calls no such address: it must be https, without a port",
    ),
    Fault(
        status=400,
        words=("webhooklimitexceeded",),
        error_class=ErrorClass.INVALID,
        text="the app has as many webhooks as X allows",
    ),
    Fault(status=409, error_class=ErrorClass.INVALID, text="X has this already", code=KNOWN),
    Fault(
        status=400,
        words=("deleted or not visible",),
        error_class=ErrorClass.RECIPIENT_GONE,
        text="the post is gone",
    ),
    Fault(
        status=400,
        words=("too long", "less than or equal to", "exceeds"),
        error_class=ErrorClass.TOO_LONG,
        text="X takes the text for too long",
    ),
    Fault(status=401, error_class=ErrorClass.AUTH, text="X refuses the tokens: allow the app again"),
    Fault(status=402, error_class=ErrorClass.PAYMENT, text="the app's credit at X is used up: buy more"),
    Fault(status=404, error_class=ErrorClass.RECIPIENT_GONE, text="the post or the person is gone"),
    Fault(
        status=429,
        words=("usage-capped", "usage cap", "monthly product cap"),
        error_class=ErrorClass.PAYMENT,
        text="the app's plan at X is used up for this month",
    ),
    Fault(status=429, error_class=ErrorClass.RATE_LIMITED, text="X asks to slow down"),
    Fault(status=503, error_class=ErrorClass.TRANSIENT, text="X is overloaded"),
)


def classify(status: int, body: Json, headers: Mapping[str, str]) -> SendError:
    """Return why X refused. None of X's words is handed on: they may repeat a customer's."""
    said = read_words(body)
    fault = next(
        (
            each
            for each in FAULTS
            if each.status == status and (not each.words or any(word in said for word in each.words))
        ),
        Fault(status=status, error_class=ErrorClass.INVALID, text="X refuses the request"),
    )
    return SendError(
        error_class=fault.error_class,
        detail=f"{fault.text} ({status})",
        code=fault.code or str(status),
        retry_after=read_wait(headers) if fault.error_class is ErrorClass.RATE_LIMITED else None,
    )


def read_words(body: Json) -> str:
    """Return what X says in all the places where it says it, in small letters."""
    error = as_object(body)
    parts = [error, *objects(error.get("errors"))]
    names = ("type", "title", "detail", "message", "reason", "error", "error_description")
    return " ".join(take_text(part.get(name), limit=WORDS_MAX) for part in parts for name in names).lower()


def read_rates(headers: Mapping[str, str], *, scope: str) -> tuple[RateLeft, ...]:
    """Return what is left of each of the limits that an answer names."""
    now = read_now(headers)
    found = []
    for limit in LIMITS:
        left, reset = (read_number(headers.get(f"{limit}-{part}")) for part in ("remaining", "reset"))
        if left is not None and reset is not None:
            again = timedelta(seconds=max(reset - now.timestamp(), 0))
            found.append(RateLeft(scope=scope, left=left, again=again))
    return tuple(found)


def read_wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long to wait: until the last of the limits that are used up begins anew."""
    rates = read_rates(headers, scope="account")
    used_up = [rate.again for rate in rates if rate.left == 0] or [rate.again for rate in rates]
    retry = read_number(headers.get("retry-after"))
    return max(used_up, default=timedelta(seconds=retry) if retry is not None else None)


def read_now(headers: Mapping[str, str]) -> datetime:
    """Return X's own time, by which it says when limits begin anew; ours where it does not tell."""
    try:
        at = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def read_number(value: str | None) -> int | None:
    """Return a whole number of at most ten digits."""
    return (
        int(value)
        if value and value.isascii() and value.isdigit() and len(value) <= len("9999999999")
        else None
    )
