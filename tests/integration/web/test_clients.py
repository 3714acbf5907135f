"""Whose address counts: the client's own behind proxies that were named, and nobody's made-up word."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from aiohttp import ClientSession, web

from bot.web.clients import TRUSTED_PROXIES, get_client, is_https, is_this_machine
from tests.fakes.serving import serve

CHAIN = ("127.0.0.0/8", "10.0.0.0/8", "2001:db8:ffff::/48")


async def see(forwarded: str | None, *, trusted: tuple[str, ...], **headers: str) -> list[object]:
    """Return (client, https, this machine) as a service sees a request that came over loopback."""

    async def look(request: web.Request) -> web.Response:
        return web.json_response([get_client(request), is_https(request), is_this_machine(request)])

    app = web.Application()
    app[TRUSTED_PROXIES] = tuple(ip_network(each) for each in trusted)
    app.router.add_get("/", look)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if forwarded is not None:
        named["X-Forwarded-For"] = forwarded
    async with serve(app) as (url, _), ClientSession() as http, http.get(url, headers=named) as response:
        seen: list[object] = await response.json()
    return seen


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("8.8.4.4", "8.8.4.4"),
        ("1.1.1.1, 8.8.4.4", "8.8.4.4"),  # what the client wrote itself stands left
        ("8.8.4.4, 10.0.0.3, 127.0.0.9", "8.8.4.4"),
        ("1.1.1.1,8.8.4.4,10.0.0.3", "8.8.4.4"),
        ("8.8.4.4:51234", "8.8.4.4"),
        ("::ffff:8.8.4.4", "8.8.4.4"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),  # one household has all of these
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("8.8.4.4, 2001:db8:ffff::1", "8.8.4.4"),
        ("10.0.0.7", "10.0.0.7"),  # somebody of the house, who is a trusted hop too
        ("nonsense", None),  # a proxy that hides its clients must not be taken for all of them
        ("8.8.4.4, unknown, 10.0.0.3", None),
        ("", None),
        (None, None),
    ],
)
async def test_the_client_is_the_last_hop_that_is_no_proxy_of_ours(
    forwarded: str | None, client: str | None
) -> None:
    assert (await see(forwarded, trusted=CHAIN))[0] == client


async def test_who_is_no_named_proxy_cannot_choose_an_address() -> None:
    """Over loopback that is a proxy somebody forgot to name: it must not be taken for its clients either."""
    assert await see("8.8.4.4", trusted=(), X_Forwarded_Proto="https") == [None, False, False]
    assert await see("8.8.4.4", trusted=("10.0.0.0/8",)) == [None, False, False]
    assert await see(None, trusted=()) == ["127.0.0.1", False, True]


@pytest.mark.parametrize(
    ("said", "https"),
    [("https", True), ("HTTPS", True), ("http", False), ("https, http", False), ("", False)],
)
async def test_a_named_proxy_says_whether_the_client_s_line_is_encrypted(said: str, https: bool) -> None:  # noqa: FBT001 - a parametrised expectation
    assert await see("8.8.4.4", trusted=CHAIN, X_Forwarded_Proto=said) == ["8.8.4.4", https, False]
