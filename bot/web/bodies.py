"""Reading what somebody sends: whole, bounded in size and time, and refused in words where it is broken."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.connector.fields import check_unicode
from bot.errors import BadPayload, TooSlow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_BODY = 1024**2  # bytes; platforms send far less, files come by reference
BODY_SECONDS = 20.0  # for all of it: platforms need less than one
FILE_SECONDS = 180.0  # for a file of a customer: a phone on a train needs some
_STREAMING: set[Handler] = set()


def streams(handler: Handler) -> Handler:
    """Mark a handler that reads its body itself, by `read_file`: nothing is read before it is asked."""
    _STREAMING.add(handler)
    return handler


async def read_file(request: web.Request, *, most: int) -> bytes | None:
    """Return a request's body of at most `most` bytes; None where it is larger.

    Raises `TooSlow`, `BadPayload` for a body that breaks off.
    """
    if (request.content_length or 0) > most:
        return None
    found = bytearray()
    try:
        async with asyncio.timeout(FILE_SECONDS):
            async for chunk in request.content.iter_any():
                found += chunk
                if len(found) > most:
                    return None
    except TimeoutError as error:
        raise TooSlow(f"the file did not arrive within {FILE_SECONDS:.0f} seconds") from error
    except (web.RequestPayloadError, HttpProcessingError) as error:
        raise BadPayload("the body is broken: its length, chunks or compression do not add up") from error
    return bytes(found)


async def read_body(request: web.Request) -> None:
    """Read a request's body; aiohttp keeps it for `request.read()` and `request.post()`.

    Raises `TooSlow`, `BadPayload` for a body that breaks off or does not unpack, and aiohttp's
    `HTTPRequestEntityTooLarge`.
    """
    if not request.can_read_body or request.match_info.handler in _STREAMING:
        return
    try:
        if request.content.is_eof():
            await request.read()  # all of it came with the headers: nothing is waited for
        else:
            async with asyncio.timeout(BODY_SECONDS):
                await request.read()
    except TimeoutError as error:
        raise TooSlow(f"the body did not arrive within {BODY_SECONDS:.0f} seconds") from error
    except (web.RequestPayloadError, HttpProcessingError) as error:
        raise BadPayload("the body is broken: its length, chunks or compression do not add up") from error


async def read_form(request: web.Request) -> Mapping[str, str]:
    """Return the fields of a form of our pages. Raises `BadPayload`."""
    if request.content_type.startswith("multipart/"):
        raise BadPayload("a form is sent as application/x-www-form-urlencoded")
    try:
        form = await request.post()
    except (ValueError, LookupError) as error:  # characters that are none, or of an unknown charset
        raise BadPayload("the form cannot be read") from error
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    for value in fields.values():
        check_unicode(value)
    return fields
