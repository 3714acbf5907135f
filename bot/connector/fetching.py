"""Fetching a customer's file: from the platform's own hosts, never from our own network, never too much."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from fnmatch import fnmatchcase
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp import hdrs

from bot.connector.egress import InternalAddress, find_url_problem, open_session
from bot.connector.media import MediaAddress
from bot.errors import MediaGone, MediaRefused, MediaUnavailable

MOST_REDIRECTS = 4
TIMEOUT = timedelta(seconds=30)
_CHUNK = 64 * 1024
_GONE = {401, 403, 404, 410}


async def fetch_media(address: MediaAddress, *, most: int) -> bytes:
    """Return a file of at most `most` bytes.

    Raises `MediaGone`, `MediaRefused` for what is too large or lies elsewhere, `MediaUnavailable` for what
    may come later.
    """
    if address.content is not None:
        _check_size(len(address.content), most)
        return address.content
    try:
        async with open_session(timeout=TIMEOUT, allow_internal=address.allow_internal) as session:
            return await _follow(session, address, most)
    except (InternalAddress, aiohttp.InvalidURL) as error:
        raise MediaRefused("the file lies in our own network") from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, InternalAddress):
            raise MediaRefused("the file lies in our own network") from error
        raise MediaUnavailable(f"no connection to the platform: {type(error).__name__}") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise MediaUnavailable(f"the platform did not answer: {type(error).__name__}") from error


async def _follow(session: aiohttp.ClientSession, address: MediaAddress, most: int) -> bytes:
    url = address.url
    for _ in range(MOST_REDIRECTS + 1):
        _check_place(url, address)
        async with session.get(url, headers=dict(address.headers), allow_redirects=False) as answer:
            if hdrs.LOCATION in answer.headers and 300 <= answer.status < 400:  # noqa: PLR2004 - redirects
                url = urljoin(url, answer.headers[hdrs.LOCATION])
                continue
            return await _read(answer, most)
    raise MediaRefused("the file's address leads from one to the next without end")


def _check_place(url: str, address: MediaAddress) -> None:
    problem = find_url_problem(url, allow_internal=address.allow_internal)
    if problem is not None:
        raise MediaRefused(f"the file's address {problem}")
    parts = urlsplit(url)
    if not is_among(parts.hostname or "", address.hosts):
        raise MediaRefused("the file lies on a host that is not the platform's")
    if parts.scheme != "https" and not address.allow_internal:
        raise MediaRefused("the file's address is not https")


def is_among(host: str, hosts: Iterable[str]) -> bool:
    """Tell whether a host is one of these; `*.example.org` stands for all names below example.org."""
    return any(fnmatchcase(host.lower(), pattern.lower()) for pattern in hosts)


async def _read(answer: aiohttp.ClientResponse, most: int) -> bytes:
    if answer.status in _GONE:
        raise MediaGone(f"the platform has it no more, or not for us (status {answer.status})")
    if answer.status != 200:  # noqa: PLR2004 - the only one with a whole file
        raise MediaUnavailable(f"the platform answered with status {answer.status}")
    _check_size(answer.content_length or 0, most)
    found = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        found += chunk
        _check_size(len(found), most)
    return bytes(found)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise MediaRefused(f"it is larger than {most // 1_000_000} MB")
