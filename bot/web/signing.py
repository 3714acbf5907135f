"""What we give to browsers and must know again: signed with one key, each kind for its own purpose."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode


def sign(key: bytes, purpose: bytes, *fields: str) -> str:
    """Return the signature of `fields`, good for one purpose only."""
    signed = "\n".join(fields).encode(errors="backslashreplace")
    digest = hmac.digest(key, purpose + b"\n" + signed, hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_signed(signature: str, key: bytes, purpose: bytes, *fields: str) -> bool:
    """Tell whether `signature` is that of `fields`, in the same time whatever it is."""
    return signature.isascii() and hmac.compare_digest(signature, sign(key, purpose, *fields))
