"""The people in a mail's headers. Pure."""

from __future__ import annotations

import re
from email.utils import getaddresses

from bot.domain.contact import Handle
from connectors.email.mail import decode_words, tidy
from connectors.email.threads import ADDRESS

MAX_NAME = 100
# Names that a program ought to have put between quotation marks, such as an address, and one address.
NAMED = re.compile(r"\s*(?P<name>[^<>\",;:]*?)\s*<\s*(?P<address>[^<>\s]+)\s*>\s*")


def read_addresses(headers: list[str]) -> list[Handle]:
    """Return the people of address headers, each once, in small letters."""
    found: dict[str, Handle] = {}
    for name, address in (pair for header in headers for pair in split_header(header)):
        plain = address.strip().lower()
        if ADDRESS.fullmatch(plain) and plain not in found:
            shown = decode_name(name)[:MAX_NAME].strip()
            found[plain] = Handle(native_id=plain, name=shown if shown and shown.lower() != plain else None)
    return list(found.values())


def split_header(header: str) -> list[tuple[str, str]]:
    """Return names and addresses as they stand.

    For the standard library `ann@work.example <ann@home.example>` are two people, or nobody: versions differ.
    """
    named = NAMED.fullmatch(header)
    return [(named["name"], named["address"])] if named else getaddresses([header])


def decode_name(name: str) -> str:
    """Return a person's name as it is read."""
    return tidy(decode_words(name)).strip("'\" ")
