"""What Twilio's error codes mean, as data.

The same codes come with a refused call and with a message that failed on its way.
Source: https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector import ErrorClass, SendError
from bot.domain.json import Json

SERVER_ERROR, TOO_MANY = 500, 429
UNAVAILABLE = 503
AUTH = frozenset({401, 403})

CODES: Mapping[int, tuple[ErrorClass, str]] = {
    10001: (ErrorClass.AUTH, "the Twilio account is not active"),
    20003: (ErrorClass.AUTH, "Twilio refuses `account_sid` and `auth_token`, or the account is suspended"),
    20005: (ErrorClass.AUTH, "the Twilio account is not active"),
    20404: (ErrorClass.INVALID, "Twilio knows no such account, service or number"),
    20429: (ErrorClass.RATE_LIMITED, "too many calls at once"),
    20503: (ErrorClass.TRANSIENT, "Twilio is not available"),
    21211: (ErrorClass.INVALID, "that is no phone number"),
    21212: (ErrorClass.INVALID, "`from` is no number that Twilio can send from"),
    21265: (ErrorClass.INVALID, "the number of the recipient cannot be a short code"),
    21402: (ErrorClass.INVALID, "our address is not one that Twilio can call: check PUBLIC_URL"),
    21408: (ErrorClass.POLICY, "sending to that country is not permitted in the account's geo permissions"),
    21602: (ErrorClass.INVALID, "there is nothing to send"),
    21603: (ErrorClass.INVALID, "no number to send from"),
    21604: (ErrorClass.INVALID, "no number to send to"),
    21606: (ErrorClass.INVALID, "`from` is not a number of this account that can send text messages"),
    21608: (ErrorClass.POLICY, "a trial account writes to verified numbers only"),
    21609: (ErrorClass.INVALID, "the address for receipts is not one that Twilio can call: check PUBLIC_URL"),
    21610: (ErrorClass.RECIPIENT_GONE, "the customer wrote STOP: nothing may be sent until they write START"),
    21611: (ErrorClass.RATE_LIMITED, "the number's queue is full"),
    21612: (ErrorClass.INVALID, "this number cannot send that kind of message to that number"),
    21614: (ErrorClass.RECIPIENT_GONE, "that number cannot receive text messages"),
    21617: (ErrorClass.TOO_LONG, "the text is longer than 1,600 characters"),
    21619: (ErrorClass.INVALID, "there is nothing to send"),
    21620: (ErrorClass.INVALID, "the address of a file is not one that Twilio can fetch"),
    21623: (ErrorClass.INVALID, "more than ten files in one message"),
    21659: (ErrorClass.INVALID, "`from` is not a number of this account"),
    21660: (ErrorClass.INVALID, "`from` belongs to another account"),
    21703: (ErrorClass.INVALID, "the messaging service has no number to send from"),
    21705: (ErrorClass.INVALID, "`messaging_service` is not one of this account"),
    30001: (ErrorClass.RATE_LIMITED, "Twilio's queue for this number overflowed"),
    30002: (ErrorClass.AUTH, "the Twilio account was suspended after the message was taken"),
    30003: (ErrorClass.TRANSIENT, "the phone is switched off or out of reach"),
    30004: (ErrorClass.RECIPIENT_GONE, "the recipient's number or carrier blocks the message"),
    30005: (ErrorClass.RECIPIENT_GONE, "the number does not exist, or not any more"),
    30006: (ErrorClass.RECIPIENT_GONE, "a landline, or a carrier that takes no text messages"),
    30007: (ErrorClass.POLICY, "a carrier filtered the message as unwanted"),
    30008: (ErrorClass.TRANSIENT, "the carrier does not say why the message was not delivered"),
    30022: (ErrorClass.RATE_LIMITED, "more messages than the campaign (US A2P 10DLC) may send"),
    30023: (ErrorClass.RATE_LIMITED, "more messages today than the brand (US A2P 10DLC) may send"),
    30032: (ErrorClass.POLICY, "the toll-free number is not verified"),
    30034: (ErrorClass.POLICY, "the number is not registered for US A2P 10DLC"),
    30410: (ErrorClass.TRANSIENT, "the carrier did not answer in time"),
    30450: (ErrorClass.POLICY, "the message was blocked as a message to a protected number"),
    63038: (ErrorClass.RATE_LIMITED, "the account's messages of this day are used up"),
}


def classify(status: int, code: int | None) -> SendError:
    """Return why Twilio refused a call. Its own words are left out: they may repeat the customer's."""
    if code is not None and code in CODES:
        error_class, words = CODES[code]
    elif status == TOO_MANY:
        error_class, words = ErrorClass.RATE_LIMITED, "too many calls at once"
    elif status in AUTH:
        error_class, words = ErrorClass.AUTH, "the account's credentials do not allow this"
    elif status >= SERVER_ERROR:
        error_class, words = ErrorClass.TRANSIENT, f"its own error ({status})"
    else:
        error_class, words = ErrorClass.INVALID, f"error {code or status}"
    return SendError(error_class=error_class, detail=f"Twilio refused: {words}", code=str(code or status))


def explain_failure(code: int | None) -> SendError:
    """Return why a message that Twilio had taken did not arrive."""
    error_class, words = CODES.get(code or 0, (ErrorClass.PERMANENT, "no reason that we know"))
    return SendError(
        error_class=error_class, detail=f"not delivered: {words}", code=str(code) if code else None
    )


def read_code(value: Json) -> int | None:
    """Return an error code, which comes as a number or as digits; None where there is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) else None
