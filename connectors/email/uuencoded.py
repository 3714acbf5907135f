"""Files that old programs write into the words of a mail, between `begin` and `end`. Pure.

https://pubs.opengroup.org/onlinepubs/9699919799/utilities/uuencode.html
"""

from __future__ import annotations

import re

# Full lines begin with M, and no line holds small letters: what a person writes there hardly looks so.
FILE = re.compile(
    r"^begin [0-7]{3,4} (?P<name>[^\n]{1,200})\n(?:M[ -`]{60}[ \t]*\n)*(?:[ -`]{1,64}\n){0,3}"
    r"end[ \t]*(?:\n|\Z)"
    r"|^begin [0-7]{3,4} (?P<torn>[^\n]{1,200})\n(?:M[ -`]{60}[ \t]*\n){2,}(?:M[ -`]{0,60})?",
    re.MULTILINE,
)


def name_files(text: str) -> str:
    """Return a text with the names of such files in their place: they stay in the mailbox with the mail."""
    return FILE.sub(write_name, text.replace("\r\n", "\n")) if "\nbegin " in f"\n{text}" else text


def write_name(file: re.Match[str]) -> str:
    """Return the line that stands for a file."""
    return f"[{(file['name'] or file['torn']).strip()}]\n"
