"""What SMTP's codes mean for us. Pure.

Classes of the enhanced codes: RFC 3463 and the registry it began; plain codes: RFC 5321, 4.2. Large
providers write 5.7.x for spam and policy, 5.4.5 (Gmail) for a spent daily quota.
"""

from __future__ import annotations

import re
from datetime import timedelta

from bot.connector import ErrorClass, SendError

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
UNWANTED = re.compile(r"spam|unsolicited|black-?list|block-?list|reputation", re.IGNORECASE)
TOO_BIG = re.compile(r"too (big|large)|exceed\w* .{0,30}size|size .{0,30}exceed", re.IGNORECASE)
_WAIT = re.compile(r"\b(?:try again|retry)[^.;\d]{0,30}(\d{1,5})\s*(second|minute|sec|min)", re.IGNORECASE)
_ADDRESSES = re.compile(r"[^\s<>@]+@[^\s<>]+")
MAX_DETAIL = 200
PERMANENT = 500
# The middle and last number of 5.x.y; None stands for any last number.
PERMANENT_CLASSES: dict[tuple[int, int | None], ErrorClass] = {
    (1, 7): ErrorClass.INVALID,  # our own address has bad syntax
    (1, 8): ErrorClass.INVALID,
    (1, None): ErrorClass.RECIPIENT_GONE,
    (2, 2): ErrorClass.RECIPIENT_GONE,  # mailbox full, and for good
    (2, 3): ErrorClass.TOO_LONG,
    (2, None): ErrorClass.RECIPIENT_GONE,
    (3, 4): ErrorClass.TOO_LONG,
    (4, 5): ErrorClass.RATE_LIMITED,
    (4, 4): ErrorClass.RECIPIENT_GONE,  # no such domain
    (4, None): ErrorClass.PERMANENT,
    (5, 3): ErrorClass.POLICY,
    (5, None): ErrorClass.PERMANENT,
    (6, None): ErrorClass.INVALID,
    (7, 8): ErrorClass.AUTH,
    (7, 9): ErrorClass.AUTH,
    (7, 0): ErrorClass.POLICY,
    (7, None): ErrorClass.POLICY,
}
PLAIN = {
    421: ErrorClass.TRANSIENT,
    450: ErrorClass.TRANSIENT,
    451: ErrorClass.TRANSIENT,
    452: ErrorClass.TRANSIENT,
    454: ErrorClass.TRANSIENT,
    530: ErrorClass.AUTH,
    534: ErrorClass.AUTH,
    535: ErrorClass.AUTH,
    538: ErrorClass.AUTH,
    550: ErrorClass.RECIPIENT_GONE,
    551: ErrorClass.RECIPIENT_GONE,
    552: ErrorClass.TOO_LONG,
    553: ErrorClass.RECIPIENT_GONE,
    554: ErrorClass.POLICY,
}
TOO_MANY = {(4, 7, 28), (4, 7, 32), (4, 4, 5)}  # large providers' own codes for "slower"
SLOWER = re.compile(r"rate|too many|too fast|throttl|limit|quota|slow down|greylist", re.IGNORECASE)


def explain(code: int, words: str, *, doing: str) -> SendError:
    """Return the error that an answer of a mail server is. `doing`: at which step it came."""
    found = ENHANCED.search(words)
    return SendError(
        error_class=classify(code, words),
        detail=f"the mail server refused {doing}: {code} {hide(words)}".strip(),
        code=found[0] if found else str(code),
        retry_after=read_wait(words) if code < PERMANENT else None,
    )


def explain_report(status: str, diagnostic: str) -> SendError:
    """Return the error that a delivery report tells."""
    found = ENHANCED.search(status) or ENHANCED.search(diagnostic)
    plain = re.search(r"\b([45]\d\d)\b", diagnostic)
    code = int(plain[1]) if plain else 550
    said = hide(diagnostic) or "the mail server gives no reason"
    return SendError(
        error_class=classify_report(found, code, said),
        detail=f"the mail came back: {said}",
        code=found[0] if found else str(code),
    )


def classify_report(found: re.Match[str] | None, code: int, words: str) -> ErrorClass:
    """Return why a mail came back: by its words where its codes say only that it did."""
    if found is None or (found[2], found[3]) == ("0", "0"):
        if UNWANTED.search(words):
            return ErrorClass.POLICY
        if TOO_BIG.search(words):
            return ErrorClass.TOO_LONG
    error_class = classify_permanent(found, code)  # also a 4.x.y: they have given up
    # Our own server took the mail: it is another one that wants a login, and not ours.
    return ErrorClass.POLICY if error_class is ErrorClass.AUTH else error_class


def classify(code: int, words: str) -> ErrorClass:
    """Return why a mail server refuses."""
    found = ENHANCED.search(words)
    if code >= PERMANENT:
        return classify_permanent(found, code)
    numbers = (int(found[1]), int(found[2]), int(found[3])) if found else None
    if numbers in TOO_MANY or (code in {421, 450, 451, 452} and SLOWER.search(words)):
        return ErrorClass.RATE_LIMITED
    return ErrorClass.TRANSIENT


def classify_permanent(found: re.Match[str] | None, code: int) -> ErrorClass:
    """Return why a mail server refuses for good: by the enhanced code, else by the plain one."""
    if found is None or PLAIN.get(code) is ErrorClass.AUTH:
        return PLAIN.get(code, ErrorClass.PERMANENT)
    middle, last = int(found[2]), int(found[3])
    by_rest = PERMANENT_CLASSES.get((middle, None), PLAIN.get(code, ErrorClass.PERMANENT))
    return PERMANENT_CLASSES.get((middle, last), by_rest)


def read_wait(words: str) -> timedelta | None:
    """Return how long a server asks us to wait, None where it does not say."""
    match = _WAIT.search(words)
    if match is None:
        return None
    unit = timedelta(minutes=1) if match[2].lower().startswith("min") else timedelta(seconds=1)
    return min(int(match[1]) * unit, timedelta(days=1))


def hide(words: str) -> str:
    """Return a server's words on one short line, without addresses."""
    return _ADDRESSES.sub("…", " ".join(words.split()))[:MAX_DETAIL]
