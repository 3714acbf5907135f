r"""The bytes of a project file → its text, by Rasa's rules.

UTF-8 with or without a byte order mark. In a file that is pure ASCII, `\uXXXX` and `\UXXXXXXXX`
anywhere become the character; in any other file they stay as written.
"""

from __future__ import annotations

import re

from bot.errors import ProjectError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# An escape counts only after an odd number of backslashes, as in Python's raw_unicode_escape.
_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\[uU]")


def decode_text(data: bytes, *, path: str) -> str:
    """Return the text of a YAML file. Raises `ProjectError` with the line of the first bad byte."""
    data = data.removeprefix(BYTE_ORDER_MARK)
    if data.isascii():
        return _decode_escapes(data, path=path) if has_escapes(data) else data.decode("ascii")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = "This is not UTF-8 text. Save the file with the encoding UTF-8."
        raise ProjectError(path, _line_at(data, error.start), problem) from error


def has_escapes(data: bytes) -> bool:
    r"""Tell whether a file's bytes hold `\uXXXX` escapes that count: it is pure ASCII and has some."""
    return data.isascii() and _ESCAPE.search(data) is not None


def _decode_escapes(data: bytes, *, path: str) -> str:
    # Line by line, so that a mistake has its line and no escape can shift the lines after it.
    lines = data.splitlines(keepends=True)
    return "".join(_decode_line(line, path=path, number=number) for number, line in enumerate(lines, 1))


def _decode_line(line: bytes, *, path: str, number: int) -> str:
    if not _ESCAPE.search(line):
        return line.decode("ascii")
    try:
        text = line.decode("raw_unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        problem = (
            r"`\u` must be followed by four hexadecimal digits, because the file is pure ASCII. "
            r"For a backslash before a `u` write `\u005cu`."
        )
        raise ProjectError(path, number, problem) from error
    if len(text.splitlines()) > 1:
        raise ProjectError(path, number, r"`\u` stands for a line break here. Write two lines instead.")
    return text


def _line_at(data: bytes, offset: int) -> int:
    return len((data[:offset] + b".").splitlines())
