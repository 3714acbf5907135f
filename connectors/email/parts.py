"""References to parts of mails: where a file lies in the mailbox, and how it is encoded. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.email.mail import Leaf

REFERENCE = re.compile(r"(\d{1,10})/(\d{1,10})/(\d{1,4}(?:\.\d{1,4}){0,20})/([a-z0-9-]{0,20})/(.{1,300})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAddress:
    """A part: by UIDVALIDITY and UID, and by Message-ID where those have changed."""

    uidvalidity: int
    uid: int
    section: str
    encoding: str
    message_id: str


def make_reference(leaf: Leaf, uidvalidity: int, uid: int, message_id: str) -> str:
    """Return the `ref` of a file."""
    encoding = leaf.encoding if re.fullmatch(r"[a-z0-9-]{1,20}", leaf.encoding) else ""
    return f"{uidvalidity}/{uid}/{leaf.section}/{encoding}/{message_id}"


def read_reference(ref: str) -> PartAddress | None:
    """Read a file's `ref`, None for what is none of ours."""
    match = REFERENCE.fullmatch(ref)
    if match is None:
        return None
    return PartAddress(
        uidvalidity=int(match[1]),
        uid=int(match[2]),
        section=match[3],
        encoding=match[4],
        message_id=match[5],
    )
