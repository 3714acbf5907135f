"""Which files a channel takes, and what becomes of the others. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.connector.capabilities import Capabilities
    from bot.domain.message import Attachment

_KINDS = {"image": "pictures", "audio": "sounds", "video": "films", "file": "documents"}
_MIMES = {
    "application/pdf": "PDF files",
    "application/zip": "ZIP files",
    "text/plain": "text files",
    "image/heic": "HEIC pictures",
    "image/heif": "HEIC pictures",
    "image/gif": "GIF pictures",
    "image/webp": "WebP pictures",
    "image/avif": "AVIF pictures",
    "video/quicktime": "QuickTime films",
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ENDINGS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "video/mp4": "MP4",
    "video/3gpp": "3GP",
    "application/pdf": "PDF",
    "text/plain": "text",
    **dict.fromkeys(("application/msword", f"{_OFFICE}.wordprocessingml.document"), "Word"),
    **dict.fromkeys(("application/vnd.ms-excel", f"{_OFFICE}.spreadsheetml.sheet"), "Excel"),
    "application/vnd.ms-powerpoint": "PowerPoint",
    f"{_OFFICE}.presentationml.presentation": "PowerPoint",
}


def goes_as_file(can: Capabilities, attachment: Attachment) -> bool:
    """Tell whether a channel takes a file as one."""
    if attachment.kind not in can.files:
        return False
    rule = can.file_rules.get(attachment.kind)
    if rule is None:
        return True
    fits = not rule.most or (attachment.size or 0) <= rule.most
    return fits and (not rule.mimes or attachment.mime in rule.mimes)


def goes_as_link(can: Capabilities, attachment: Attachment) -> bool:
    """Tell whether the customer would get an address in place of a file."""
    return not goes_as_file(can, attachment)


def find_file_problem(can: Capabilities, attachment: Attachment, *, linked: bool) -> str | None:
    """Say why a file cannot be sent, and what can; None where it can. `linked`: others can fetch it here."""
    if linked:
        return None
    if can.fetches_files and can.files:
        return "this channel fetches files from our public address, and none is set: send a link"
    return None if goes_as_file(can, attachment) else _say_untaken(can, attachment)


def find_total_problem(can: Capabilities, attachments: Sequence[Attachment], *, linked: bool) -> str | None:
    """Say why files cannot be sent together; None where they can, or what is too much goes as links."""
    total = sum(each.size or 0 for each in attachments)
    if linked or not can.files_total or total <= can.files_total:
        return None
    most = f"{can.files_total / 1_000_000:.0f} MB"
    return f"this channel takes {most} of files at once: send some of them with the next message"


def _say_untaken(can: Capabilities, attachment: Attachment) -> str:
    rule, mime = can.file_rules.get(attachment.kind), attachment.mime or ""
    kinds = _MIMES.get(mime) or f"{_KINDS.get(attachment.kind, 'files')} of this type"
    if not can.files:
        return "this channel takes no files: send a link to where it can be had"
    if attachment.kind in can.files and rule and (not rule.mimes or mime in rule.mimes):
        of_what = f"{_KINDS[attachment.kind]} of up to {rule.most / 1_000_000:.0f} MB"
        return f"this channel takes {of_what}: send a smaller one, or a link"
    if attachment.kind in can.files:
        return f"this channel takes no {kinds}: send another type, or a link"
    taken = join([_KINDS[kind] for kind in _KINDS if kind in can.files])
    return f"this channel takes no {kinds}, only {taken}: send a link"


def say_types(mimes: Collection[str]) -> str:
    """Say which types of files these are, by the ends of their names or their own."""
    return join(sorted({_ENDINGS.get(mime) or _MIMES.get(mime) or mime for mime in mimes}))


def join(words: list[str]) -> str:
    """Put words into a sentence."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def list_types(can: Capabilities) -> list[str]:
    """Return the types of files that a channel takes as files, as a browser's choice of files knows them."""
    documents = can.file_rules.get("file")
    if "file" in can.files and (documents is None or not documents.mimes):
        return []  # everything
    found: list[str] = []
    for kind in sorted(can.files):
        rule = can.file_rules.get(kind)
        found += sorted(rule.mimes) if rule and rule.mimes else [f"{kind}/*"]
    return found
