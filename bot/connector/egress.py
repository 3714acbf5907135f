"""Calls to addresses that somebody else chose: never into our own network (SSRF).

The address is checked when the connection is made, on what the name resolved to for this very
connection, so a name that changes its mind between check and use gains nothing. Redirects are the
caller's business: do not follow them.
"""

from __future__ import annotations

import ipaddress
import socket
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import ResolveResult

# Ranges that carry an IPv4 address inside an IPv6 one, beyond those `ipaddress` unpacks itself.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
CONNECT_SHARE = 0.5  # of a call's time may go into connecting, so that both time-outs can be told apart


class InternalAddress(OSError):
    """A name resolved to an address that is not on the public internet."""


class PublicResolver(aiohttp.ThreadedResolver):
    """Resolves names, and refuses those with any address inside our network."""

    async def resolve(  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`. Raises `InternalAddress`."""
        results = await super().resolve(host, port, family)
        if any(is_internal(result["host"]) for result in results):
            raise InternalAddress(f"{host} is inside our own network")
        return results


def open_session(*, timeout: timedelta, allow_internal: bool) -> aiohttp.ClientSession:
    """Open a session in which no connection is used twice.

    A fresh connection per call tells "never left" from "may have arrived": a kept one can be closed
    by the other side just as we write, which looks the same as a crash after reading.
    """
    seconds = timeout.total_seconds()
    connect = seconds * CONNECT_SHARE
    resolver = aiohttp.ThreadedResolver() if allow_internal else PublicResolver()
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver, force_close=True, use_dns_cache=False),
        timeout=aiohttp.ClientTimeout(total=seconds, connect=connect, sock_connect=connect),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def find_url_problem(url: str, *, allow_internal: bool) -> str | None:
    """Say in words why `url` cannot be called, None if it can. Names are not resolved here."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        return "must be an http or https URL"
    if parts.username is not None or parts.password is not None:
        return "must not contain a user name or password"
    if not allow_internal and is_literal(host) and is_internal(host):
        return "is an internal address"
    return None


def check_image(url: str) -> str:
    """Return the address of an image that a platform can fetch. Raises ValueError in words."""
    problem = find_url_problem(url, allow_internal=False)
    if problem is not None:
        raise ValueError(f"the image's address {problem}")
    return url


def is_literal(host: str) -> bool:
    """Tell whether `host` is an IP address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_internal(address: str) -> bool:
    """Tell whether an IP address leads anywhere but to the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = carried_ipv4(ip)
        if carried is not None:
            return is_internal(str(carried))
    return not ip.is_global or ip.is_multicast


def carried_ipv4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside an IPv6 one, None where there is none."""
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.teredo is not None:
        return ip.teredo[1]
    return ip.ipv4_mapped or ip.sixtofour
