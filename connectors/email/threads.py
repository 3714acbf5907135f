"""Which mails belong together, and what ours are called. Pure.

A conversation is one sender's mails of one thread: its key is `<thread>:<address>`. The thread stands in
the Message-ID of every mail of ours, so that an answer finds its way back by any single reference to one.
Without such a reference it is the subject that decides, as in most programs' lists: an answer whose
program sends no references, and a second mail to the first one, find the same conversation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_REFERENCES = 20  # of a chain we send: the first, and the last of the rest
MAX_MESSAGE_ID = 250  # characters; a longer one is known by its hash
MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\\,;\"\x00-\x1f\x7f]{1,253}")
OURS = re.compile(r"<([A-Za-z0-9_-]{1,80})\.([0-9a-f]{16})@([^<>\s@]{1,253})>")
# Answer and forward marks of programs in many languages; "Re[2]:" is The Bat's.
# https://en.wikipedia.org/wiki/List_of_email_subject_abbreviations
PREFIX = re.compile(
    r"^\s*(?:re|aw|antw|antwort|betr|wg|fw|fwd|doorst|sv|vs|vb|vl|videresend|fs|ref|rif|r|i|tr|rv|res|enc|odp|pd"
    r"|redir|ynt|ilt|vá|továbbítás|bls|trs|atb|yml|απ|σχετ|πρθ|תגובה|השב|הועבר|رد|إعادة توجيه"
    r"|回复|答复|转发|回覆|轉寄)"
    r"\.?\s*(?:\[\d+\]|\(\d+\))?\s*[:\uff1a]\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A Message-ID of ours, read: which send it was, and of which thread."""

    message_id: str
    thread: str


def make_message_id(key: str, conversation_key: str, domain: str) -> str:
    """Return the Message-ID of a mail of ours: the same for every try of one send."""
    name = key if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", key) else digest(key)
    return f"<{name}.{split_key(conversation_key)[0]}@{domain}>"


def find_ours(texts: Iterable[str], domain: str) -> Ours | None:
    """Return the last Message-ID of ours in headers or words."""
    found = [match for text in texts for match in OURS.finditer(text) if match[3].lower() == domain]
    return Ours(message_id=found[-1][0], thread=found[-1][2]) if found else None


def find_message_id(value: str) -> str | None:
    """Return the Message-ID of a header, None where there is none that can be kept."""
    match = MESSAGE_ID.search(value)
    if match is None:
        return None
    return match[0] if len(match[0]) <= MAX_MESSAGE_ID else f"<{digest(match[0])}@long.invalid>"


def read_references(references: str, in_reply_to: str) -> tuple[str, ...]:
    """Return the mails that a mail answers, oldest first, each once."""
    return tuple(dict.fromkeys(MESSAGE_ID.findall(f"{references} {in_reply_to}")))


def find_thread(references: Sequence[str], subject: str, own_id: str, domain: str) -> str:
    """Return the thread of a mail, 16 hexadecimal digits."""
    ours = find_ours(references, domain)
    if ours is not None:
        return ours.thread
    base = strip_prefixes(subject).casefold()
    return digest(f"subject {base}" if base else f"mail {next(iter(references), own_id)}")


def make_key(thread: str, address: str) -> str:
    """Return the key of a conversation."""
    return f"{thread}:{address}"


def split_key(key: str) -> tuple[str, str]:
    """Return the thread and the address of a key; a key that is not ours has its hash for a thread."""
    thread, _, address = key.partition(":")
    return (thread, address) if re.fullmatch("[0-9a-f]{16}", thread) else (digest(key), address)


def strip_prefixes(subject: str) -> str:
    """Return a subject without "Re:" and its kind."""
    while (match := PREFIX.match(subject)) and match[0].strip():
        subject = subject[match.end() :]
    return subject.strip()


def extend_references(references: Sequence[str], message_id: str | None) -> tuple[str, ...]:
    """Return the chain of an answer to a mail, capped (RFC 5322, 3.6.4)."""
    chain = tuple(dict.fromkeys([*references, *([message_id] if message_id else [])]))
    if len(chain) <= MAX_REFERENCES:
        return chain
    return (chain[0], *chain[-(MAX_REFERENCES - 1) :])


def digest(text: str) -> str:
    """Return 16 hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
