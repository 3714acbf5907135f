"""Addresses of records, and the keys of those that we write. Pure.

A record is `at://<did>/<collection>/<key>`. Keys of posts are 64 bits in thirteen characters that sort by
time: microseconds since 1970, and ten bits that tell writers apart (https://atproto.com/specs/tid).
"""

from __future__ import annotations

import hashlib
import re

from bot.connector import OutboundReply

POST = "app.bsky.feed.post"
URI = re.compile(
    r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,200})/([a-zA-Z0-9.-]{1,200})/([A-Za-z0-9._~:-]{1,255})"
)
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
LENGTH = 13
# Ours say that they are of the years 1970 and 1971, when no app wrote posts: so they are told apart from what
# people write, and the same reply has the same key on every try.
BITS = 56


def make_record_key(reply: OutboundReply, number: int, text: str) -> str:
    """Return the key of a reply's post number `number`.

    The reply's own key is only unique in one database: the words tell two databases' replies apart.
    """
    parts = (reply.idempotency_key, reply.conversation_key, str(number), text)
    digest = hashlib.sha256("\x00".join(parts).encode(errors="replace")).digest()
    return write_number(int.from_bytes(digest[: BITS // 8], "big"))


def write_number(number: int) -> str:
    """Return 64 bits as a key."""
    return "".join(DIGITS[number >> (5 * place) & 31] for place in reversed(range(LENGTH)))


def is_ours(key: str) -> bool:
    """Tell whether we made the key of a post, or an app did."""
    return len(key) == LENGTH and key < write_number(1 << BITS)


def split_uri(uri: str) -> tuple[str, str, str]:
    """Return author, collection and key of a record. Raises ValueError for what is no address of one."""
    found = URI.fullmatch(uri)
    if found is None:
        raise ValueError("not the address of a record")
    return found[1], found[2], found[3]


def make_web_address(uri: str) -> str:
    """Return where people read a post. Raises ValueError."""
    author, _, key = split_uri(uri)
    return f"https://bsky.app/profile/{author}/post/{key}"
