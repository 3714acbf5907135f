"""Which of our files go with a mail, and which are named in it. Pure.

Gmail takes mails of up to 25 MB, and most others about as much; files grow by 37 % on their way, as base64 in
lines. Source: https://support.google.com/mail/answer/6584
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.connector import FileRule, OutboundFile

FILES_TOTAL = 18_000_000  # bytes, of all files of a mail
KINDS = frozenset({"image", "audio", "video", "file"})
FILE_RULES: Mapping[str, FileRule] = {kind: FileRule(most=FILES_TOTAL) for kind in KINDS}


def sort_files(files: Iterable[OutboundFile]) -> tuple[list[OutboundFile], list[OutboundFile]]:
    """Part files into those that a mail takes along and the rest, in order."""
    along: list[OutboundFile] = []
    rest: list[OutboundFile] = []
    for file in files:
        fits = file.size + sum(each.size for each in along) <= FILES_TOTAL
        (along if fits else rest).append(file)
    return along, rest
