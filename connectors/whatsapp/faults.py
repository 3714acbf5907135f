"""What the codes of Meta's refusals mean for a message to a customer, as data. Pure.

The same codes come as the answer to a call and, later, in the status of a message that failed.
Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.connector import ErrorClass, SendError
from bot.connector.meta.errors import Refusal, read_retry_after, read_strange_answer
from bot.connector.meta.fields import get_object
from bot.domain.json import Json, JsonObject
from connectors.whatsapp.reading import get_name

PAIR_LIMIT = 131056  # too many messages of this number to this person
CODES: Mapping[ErrorClass, tuple[int, ...]] = {
    ErrorClass.AUTH: (0, 3, 10, 190, *range(200, 300), 102, 463, 467, 131005, 131045, 133010),
    ErrorClass.RATE_LIMITED: (
        *(4, 17, 32, 341, 613, 80007, 80008),
        *(130429, 131048, PAIR_LIMIT, 131064, 132069, 133016),
    ),
    ErrorClass.TRANSIENT: (1, 2, 131000, 131016, 131057, 133004),
    ErrorClass.WINDOW_CLOSED: (131047,),
    ErrorClass.RECIPIENT_GONE: (131026,),
    ErrorClass.POLICY: (
        *(368, 130472, 130497, 131031, 131037, 131049, 131050, 131063),
        *(132007, 132015, 132016, 132068, 137000, 139000),
    ),
    ErrorClass.PAYMENT: (131042, 131044, 134011),
    ErrorClass.TOO_LONG: (132005,),
    ErrorClass.PERMANENT: (131021, 131030, 131055),
    ErrorClass.INVALID: (
        *(33, 100, 131008, 131009, 131051, 131052, 131053, 131062),
        *(132000, 132001, 132008, 132012, 132018, 135000),
    ),
}
CLASSES: Mapping[int, ErrorClass] = {code: found for found, codes in CODES.items() for code in codes}
# "Unknown error, perhaps ours": Meta's own pages say that messages may have arrived all the same.
UNCERTAIN = frozenset({1})
STATUSES: Mapping[int, ErrorClass] = {
    401: ErrorClass.AUTH,
    402: ErrorClass.PAYMENT,
    413: ErrorClass.TOO_LONG,
    429: ErrorClass.RATE_LIMITED,
}
SERVER_ERROR = 500
LONGEST_DETAIL = 200
TOKEN = re.compile(r"\bEA[A-Za-z0-9]{6,}")  # Meta repeats a token that it cannot read


def classify(code: int | None, *, status: int = 400, is_transient: bool = False) -> ErrorClass:
    """Return why Meta refused; `status` and `is_transient` decide for codes nobody has written down."""
    if code is not None and code in CLASSES:
        return CLASSES[code]
    if status in STATUSES:
        return STATUSES[status]
    if is_transient or status >= SERVER_ERROR:
        return ErrorClass.TRANSIENT
    return ErrorClass.PERMANENT


def read_answer(status: int, body: Json, headers: Mapping[str, str]) -> Refusal:
    """Tell what an answer other than 2xx means. `headers` have lower-case names."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return read_strange_answer(status, headers)
    said = replace(read_error(error, status=status), retry_after=read_retry_after(headers))
    return Refusal(error=said, certain=read_code(error) not in UNCERTAIN)


def read_error(error: JsonObject, *, status: int = 400) -> SendError:
    """Say an error object of Meta's in our words. Its `details` repeat parameters at most, not texts."""
    code = read_code(error)
    return SendError(
        error_class=classify(code, status=status, is_transient=error.get("is_transient") is True),
        detail=f"WhatsApp refused: {describe(error)}"[:LONGEST_DETAIL],
        code=str(status if code is None else code),
    )


def read_code(error: JsonObject) -> int | None:
    """Return the number of an error, None where it has none."""
    code = error.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) < LONGEST_DETAIL:
        return int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 2**63 else None


def describe(error: JsonObject) -> str:
    """Return what Meta says of an error: its title, and the details where they say more."""
    title = get_name(error, "title") or get_name(error, "message")
    details = get_name(get_object(error, "error_data"), "details")
    words = ": ".join(dict.fromkeys(part for part in (title, details) if part))
    return TOKEN.sub("…", words) or "no reason given"
