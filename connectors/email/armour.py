"""The armour of texts that PGP signed (RFC 9580, 7). Pure."""

from __future__ import annotations

import re

SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z]{1,40}:[^\n]*\n)*[ \t]*(?:\n|\Z)"
    r"(?P<words>.*?)"
    r"(?:^-----BEGIN PGP SIGNATURE-----[ \t]*\n.*?(?:^-----END PGP SIGNATURE-----[ \t]*$|\Z)|\Z)",
    re.MULTILINE | re.DOTALL,
)
ESCAPED = re.compile(r"^- ", re.MULTILINE)  # before lines that begin with a dash


def is_armoured(text: str) -> bool:
    """Tell whether a text, or a part of it, is signed: not what it quotes."""
    return SIGNED.search(text.replace("\r\n", "\n")) is not None


def take_off(text: str) -> str:
    """Return a text without armour, with what stands around it: words above a signed mail, a list's foot."""
    return SIGNED.sub(read_signed, text.replace("\r\n", "\n"))


def read_signed(armoured: re.Match[str]) -> str:
    """Return what was signed as it was written."""
    return ESCAPED.sub("", armoured["words"])
