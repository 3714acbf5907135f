"""Who is at the other end: the client's own address and scheme, also behind proxies we were told to trust.

Anybody can write `X-Forwarded-For`. So it is read only where the connection comes from a trusted
proxy, and from the right: each proxy appends whom it heard, and the first who is no proxy of ours
is the client; what stands further left is that client's own word.
"""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog
from aiohttp import hdrs, web

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]

TRUSTED_PROXIES: web.AppKey[Networks] = web.AppKey("trusted_proxies")  # without it, none
_HOME = 64  # bits of an IPv6 address that one household or machine gets

log = structlog.get_logger(__name__)


def find_client(request: web.Request) -> Address | None:
    """Return a client's address.

    None where it cannot be known: a proxy on our side that nobody named (`VISAVIS_TRUSTED_PROXIES`), or
    that does not say whom it heard, speaks for everybody, and what one of them does must not be
    counted against all.
    """
    peer = _read(request.remote or "")
    if peer is None:
        return None
    trusted = _get_trusted(request)
    if _is_among(peer, trusted):
        lines = request.headers.getall(hdrs.X_FORWARDED_FOR, [])
        return _find_behind([hop for line in lines for hop in line.split(",")], trusted)
    if not peer.is_global and _is_forwarded(request):
        _say_once(str(peer))
        return None
    return peer


def get_client(request: web.Request) -> str | None:
    """Return what a client is counted under: its address, or its whole network where that is IPv6."""
    address = find_client(request)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _HOME), strict=False))
    return str(address) if address else None


def is_https(request: web.Request) -> bool:
    """Tell whether the client's own connection is encrypted, as far as the next proxy says."""
    peer = _read(request.remote or "")
    said = request.headers.get(hdrs.X_FORWARDED_PROTO, "").rpartition(",")[2].strip()
    if said and peer is not None and _is_among(peer, _get_trusted(request)):
        return said.lower() == "https"
    return request.secure


def is_this_machine(request: web.Request) -> bool:
    """Tell whether a request comes from a program on this machine, and through no proxy."""
    peer = _read(request.remote or "")
    if peer is None or _is_among(peer, _get_trusted(request)):
        return False
    return peer.is_loopback and not _is_forwarded(request)


def _get_trusted(request: web.Request) -> Networks:
    nobody: Networks = ()
    return request.app.get(TRUSTED_PROXIES, nobody)


def _find_behind(hops: list[str], trusted: Networks) -> Address | None:
    client = None
    for hop in reversed(hops):
        client = _read(hop)
        if client is None or not _is_among(client, trusted):
            break  # None: a proxy that does not say whom it heard
    return client


@lru_cache(maxsize=1024)  # most requests come from where the last ones came from
def _read(text: str) -> Address | None:
    """Read an address, also with a port (`1.2.3.4:5`, `[::1]:5`), a zone, or IPv4 written as IPv6."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_among(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks)


def _is_forwarded(request: web.Request) -> bool:
    return hdrs.X_FORWARDED_FOR in request.headers or hdrs.FORWARDED in request.headers


@cache
def _say_once(peer: str) -> None:
    log.warning(
        "A proxy is not trusted: name it in VISAVIS_TRUSTED_PROXIES, or clients cannot be told apart",
        proxy=peer,
    )
