"""What a file is by its content, whatever its name says. Pure."""

from __future__ import annotations

from bot.domain.media import KEPT_TYPES

_LOOKED_AT = 3_000  # bytes of a text
_LONGEST_CHARACTER = 4  # bytes of UTF-8: one may be cut at the end
_ALIASES = {"audio/x-wav": "audio/wav", "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4"}


def identify(content: bytes) -> str:
    """Return a MIME type, empty where nobody knows.

    Of several likely kinds it is one that we keep. Text without signs of control is plain text, unless it
    begins as a page or a program does.
    """
    # Not at the top: few processes ever see a file.
    import puremagic  # noqa: PLC0415 - see above

    try:
        found = [each for each in puremagic.magic_string(content) if each.mime_type]
    except (puremagic.PureError, ValueError):
        found = []
    if not found:
        return _identify_text(content)
    best = max(each.confidence for each in found)
    likely: list[str] = [
        _ALIASES.get(each.mime_type, each.mime_type) for each in found if each.confidence == best
    ]
    return next((kind for kind in likely if kind in KEPT_TYPES), likely[0])


def _identify_text(content: bytes) -> str:
    start = content[:_LOOKED_AT]
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        if error.start < _LOOKED_AT - _LONGEST_CHARACTER:
            return ""
        text = start[: error.start].decode()
    return "text/plain" if text and all(sign.isprintable() or sign in "\r\n\t" for sign in text) else ""
