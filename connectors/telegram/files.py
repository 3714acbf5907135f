"""Where files lie that people sent to a bot. Telegram says so for an hour, for files of up to 20 MB.

Source: https://core.telegram.org/bots/api#getfile
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from bot.connector import ErrorClass, MediaAddress
from bot.connector.answers import Outcome
from bot.errors import MediaGone, MediaRefused, MediaUnavailable


def read_address(outcome: Outcome, prefix: str) -> MediaAddress:
    """Return where `getFile` says that a file lies; `prefix` is the API's address of files.

    Raises `MediaGone`, `MediaRefused` for what is too large for bots, `MediaUnavailable`.
    """
    error = outcome.error
    if error is not None:
        if error.error_class in (ErrorClass.TRANSIENT, ErrorClass.RATE_LIMITED, ErrorClass.AUTH):
            raise MediaUnavailable(error.detail)
        if "too big" in error.detail:
            raise MediaRefused("Telegram gives bots no files of more than 20 MB")
        raise MediaGone(error.detail)
    match outcome.result:
        case {"file_path": str(path)} if path and ".." not in path:
            host = urlsplit(prefix).hostname or ""
            return MediaAddress(url=f"{prefix}/{quote(path)}", hosts=frozenset({host}))
        case _:
            raise MediaGone("Telegram does not say where the file lies")
