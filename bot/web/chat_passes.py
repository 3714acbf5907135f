"""What a visitor's session is handed beside its token: a pass to the files of its thread, refs of uploads.

A pass opens files only, never the conversation; it goes with the session, which is given another each time
it comes back. A ref is good for one visitor: nobody else can send their file.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.errors import BadPayload, BadSignature
from bot.service.uploads import Upload
from bot.web.signing import is_signed, sign

LIFETIME = timedelta(days=2)
_PASS = b"visavis webchat files 1"
_REF = b"visavis webchat upload 1"
_FIELDS = 3  # of a ref, before its signature


def make_pass(key: bytes, account: str, thread: str, *, now: datetime) -> str:
    """Sign a pass to the files of one thread of an account."""
    expires = str(int((now + LIFETIME).timestamp()))
    return f"{thread}.{expires}.{sign(key, _PASS, account, thread, expires)}"


def read_pass(key: bytes, account: str, text: str, *, now: datetime) -> str:
    """Return the thread that a pass is for. Raises `BadSignature` for one that is not ours, or over."""
    thread, _, rest = text.partition(".")
    expires, _, signature = rest.partition(".")
    if not text.isascii() or not is_signed(signature, key, _PASS, account, thread, expires):
        raise BadSignature("this pass is not ours")
    if datetime.fromtimestamp(int(expires), UTC) <= now:
        raise BadSignature("this pass has expired")
    return thread


def make_ref(key: bytes, account: str, visitor: str, upload: Upload) -> str:
    """Sign an upload for the visitor whose it is."""
    fields = (upload.key, upload.mime, str(upload.size))
    return "~".join((*fields, sign(key, _REF, account, visitor, *fields)))


def read_ref(key: bytes, account: str, visitor: str, text: str) -> Upload:
    """Return an upload of this visitor. Raises `BadPayload` for anything else."""
    *fields, signature = text.split("~")
    # The number of fields counts: what is signed does not tell two fields from one with a line break in it.
    if (
        len(fields) != _FIELDS
        or not text.isascii()
        or not is_signed(signature, key, _REF, account, visitor, *fields)
    ):
        raise BadPayload("a file of this message is not one of yours")
    found, mime, size = fields
    return Upload(key=found, mime=mime, size=int(size))
