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
_FROM = re.compile(r"header\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


class Origin(StrEnum):
    """What is known of who sent it."""

    PROVEN = "proven"  # dmarc=pass
    FORGED = "forged"  # dmarc=fail
    UNKNOWN = "unknown"  # no trusted word, or a domain that says nothing


def judge_origin(mail: Mail, sender: str, authserv_id: str) -> Origin:
    """Return what the server named `authserv_id` says of the sender's domain."""
    if not authserv_id:
        return Origin.UNKNOWN
    for header in mail.get_all("authentication-results"):
        name, _, results = _COMMENT.sub(" ", header).partition(";")
        if (name.split() or [""])[0].lower() != authserv_id.lower():
            continue
        return read_results(results, sender.rpartition("@")[2])
    return Origin.UNKNOWN


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
