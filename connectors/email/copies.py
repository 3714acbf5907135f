"""The account's own box of sent mails, and files of mails: short visits to the IMAP server."""

from __future__ import annotations

import binascii
import quopri
from datetime import datetime, timedelta
from functools import partial

from imap_tools.mailbox import BaseMailBox

from bot.connector import MediaAddress
from bot.errors import MediaGone, MediaRefused, MediaUnavailable
from connectors.email.line import open_line
from connectors.email.mailbox import (
    TROUBLE,
    LoginRefused,
    find_by_message_id,
    read_part,
    select,
)
from connectors.email.options import Settings
from connectors.email.parts import PartAddress, read_reference

FILE_MAX = 40_000_000  # bytes as encoded: more than large providers let through


async def fetch_file(settings: Settings, ref: str, *, patience: timedelta) -> MediaAddress:
    """Return a file of a mail. Raises `MediaGone`, `MediaRefused` or `MediaUnavailable`."""
    address = read_reference(ref)
    if address is None:
        raise MediaGone("this is no reference to a part of a mail")
    folders = [settings.mailbox, *filter(None, [settings.sent_mailbox])]
    try:
        async with open_line(settings.imap, patience) as line:
            raw = await line.run(partial(read_somewhere, folders=folders, address=address))
    except OverflowError as error:
        raise MediaRefused("the file is too large") from error
    except (*TROUBLE, LoginRefused) as error:
        raise MediaUnavailable("the mail server does not give us the file now") from error
    if raw is None:
        raise MediaGone("the mail is not in the mailbox any more")
    return MediaAddress(content=decode_part(raw, address.encoding))


def read_somewhere(box: BaseMailBox, *, folders: list[str], address: PartAddress) -> bytes | None:
    """Return a part by its UID where that still holds, else by its mail's Message-ID. Blocks."""
    for folder in folders:
        uidvalidity, _ = select(box, folder)
        if address.uid and uidvalidity == address.uidvalidity:
            raw = read_part(box, address.uid, address.section, FILE_MAX)
            if raw is not None:
                return raw
        uid = find_by_message_id(box, address.message_id) if address.message_id.startswith("<") else None
        if uid is not None:
            return read_part(box, uid, address.section, FILE_MAX)
    return None


def decode_part(raw: bytes, encoding: str) -> bytes:
    """Return a part's content; what is broken stays as far as it can be read."""
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding != "base64":
        return raw
    letters = bytes(each for each in raw if each not in b"\r\n\t =")
    try:
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")
    except binascii.Error:
        return b""


async def find_copies(settings: Settings, message_ids: list[str], *, patience: timedelta) -> set[str]:
    """Return which mails lie in the box of sent mails. Raises `LoginRefused` or one of `TROUBLE`."""

    def work(box: BaseMailBox) -> set[str]:
        select(box, settings.sent_mailbox)
        return {each for each in message_ids if find_by_message_id(box, each) is not None}

    async with open_line(settings.imap, patience) as line:
        return await line.run(work)


async def keep_copy(settings: Settings, raw: bytes, *, at: datetime, patience: timedelta) -> None:
    """Put a mail of ours into the box of sent mails. Raises `LoginRefused` or one of `TROUBLE`."""

    def work(box: BaseMailBox) -> None:
        box.append(raw, settings.sent_mailbox, dt=at, flag_set=["\\Seen"])

    async with open_line(settings.imap, patience) as line:
        await line.run(work)
