"""E-mail addresses: email-validator decides what is one. Nothing is looked up on the network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.nlu.dimensions.found import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CANDIDATE = re.compile(r"[^\s@<>()\[\]{},;:\"|/\\]{1,64}@[^\s@<>()\[\]{},;:\"|/\\]{1,255}")
_AROUND = ".!?'*_`~&#="


def open_emails() -> Callable[[str], Iterator[Found]]:
    """Return a finder of addresses: the value is the address with its domain in small letters."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - see the package

    def find(text: str) -> Iterator[Found]:
        if "@" not in text:
            return
        for match in _CANDIDATE.finditer(text):
            written = match.group().rstrip(_AROUND)
            start = match.start() + len(written) - len(written.lstrip(_AROUND))
            written = written.lstrip(_AROUND)
            try:
                address = validate_email(written, check_deliverability=False).normalized
            except EmailNotValidError:
                continue
            info = {"type": "value", "value": address}
            yield Found(start=start, end=start + len(written), value=address, info=info)

    return find
