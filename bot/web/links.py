"""Finds the addresses in what somebody wrote, so that staff can follow them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

# No spaces and quotes, and nothing that is unseen or turns what follows around: a link reads as it leads.
_ADDRESS = re.compile(r"https?://[^\s<>\"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+", re.IGNORECASE)
_AFTER = ".,;:!?…'"  # ends a sentence rather than an address
_BRACKETS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a text. With `href` it is an address, else words."""

    text: str
    href: str = ""


def split_links(text: str) -> list[Piece]:
    """Return a text in pieces, in order; together they are the text again."""
    pieces: list[Piece] = []
    since = 0
    for found in _ADDRESS.finditer(text):
        address = _trim(found[0])
        if not _leads_where_it_says(address):
            continue
        if found.start() > since:
            pieces.append(Piece(text=text[since : found.start()]))
        pieces.append(Piece(text=address, href=address))
        since = found.start() + len(address)
    return [*pieces, Piece(text=text[since:])] if since < len(text) else pieces


def _trim(address: str) -> str:
    """Leave out what stands behind an address: a full stop, or a bracket that was opened before it.

    Each bracket is counted once: customers write what they like, and thousands of them must cost nothing.
    """
    unopened = {close: address.count(close) - address.count(opened) for close, opened in _BRACKETS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in _AFTER:
            break
        end -= 1
    return address[:end]


def _leads_where_it_says(address: str) -> bool:
    """Tell an address from `https://bank.example@thief.example`, and from what is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc
