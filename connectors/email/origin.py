"""Whether a mail comes from the domain that its From names, by the word of our own mail server. Pure.

Anybody can write any From. A mail server that checks SPF, DKIM and DMARC says what it found in an
Authentication-Results header (RFC 8601) under a name of its own, and removes headers that come in under
that name; only those of the name that the account's options give are believed, and of them the topmost,
as each server adds its own above.
"""

from __future__ import annotations

import re
from enum import StrEnum

from connectors.email.mail import Mail

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(r"^\s*dmarc\s*=\s*([a-z]+)", re.IGNORECASE)
_DKIM = re.compile(r"^\s*dkim\s*=\s*pass\b", re.IGNORECASE)
_SIGNER = re.compile(r"header\.(?:d\s*=\s*\"?|i\s*=\s*\"?[^\s;\"@]*@)([^\s;\"@]+)", re.IGNORECASE)
_FROM = re.compile(r"header\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


class Origin(StrEnum):
    """What is known of who sent it."""

    PROVEN = "proven"  # dmarc=pass
    FORGED = "forged"  # dmarc=fail
    UNKNOWN = "unknown"  # no trusted word, or a domain that says nothing


def judge_origin(mail: Mail, sender: str, authserv_id: str) -> Origin:
    """Return what the server named `authserv_id` says of the sender's domain."""
    results = find_own_results(mail, authserv_id)
    return Origin.UNKNOWN if results is None else read_results(results, sender.rpartition("@")[2])


def find_own_results(mail: Mail, authserv_id: str) -> str | None:
    """Return what our own mail server found, None where it says nothing."""
    if not authserv_id:
        return None
    found = (find_results(each, authserv_id) for each in mail.get_all("authentication-results"))
    return next((each for each in found if each is not None), None)


def find_results(header: str, authserv_id: str) -> str | None:
    """Return the results of a header, None where it is another server's."""
    name, _, results = _COMMENT.sub(" ", header).partition(";")
    return results if (name.split() or [""])[0].lower() == authserv_id.lower() else None


def is_signed_by(mail: Mail, domain: str, authserv_id: str) -> bool:
    """Tell whether our own mail server found a good DKIM signature of a domain."""
    good = (each for each in (find_own_results(mail, authserv_id) or "").split(";") if _DKIM.match(each))
    return any(signer[1].lower() == domain for each in good if (signer := _SIGNER.search(each)))


def read_results(results: str, domain: str) -> Origin:
    """Return what one header says; a result for another domain says nothing of this one."""
    for result in results.split(";"):
        match, about = _RESULT.match(result), _FROM.search(result)
        if match is None:
            continue
        if about is not None and about[1].lower().rpartition("@")[2] != domain.lower():
            continue
        verdict = match[1].lower()
        if verdict == "pass":
            return Origin.PROVEN
        if verdict == "fail":
            return Origin.FORGED
    return Origin.UNKNOWN
