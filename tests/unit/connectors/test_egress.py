from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest

from bot.connector import SendState
from bot.connector.callbacks import CallbackApi
from bot.connector.egress import InternalAddress, find_url_problem, is_internal, open_session
from tests.fakes.webhook_receiver import run_webhook_receiver

INTERNAL = [  # each way an address can lead inside
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104 - refused, not listened on
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_address_is_known(address: str) -> None:
    assert is_internal(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_known(address: str) -> None:
    assert not is_internal(address)


NOT_TO_BE_CALLED = [
    "shop",
    "//shop.example",
    "ftp://shop.example",
    "file:///etc/passwd",
    "http://",
    "http://[",
    "http://a:99999",
    "javascript:1",
    "http://user:pass@shop.example",
    "http://127.0.0.1/",
    "https://[::1]/",
    "http://169.254.169.254/latest",
]


@pytest.mark.parametrize("url", ["", *NOT_TO_BE_CALLED])
def test_url_that_must_not_be_called_is_named(url: str) -> None:
    assert find_url_problem(url, allow_internal=False)


@pytest.mark.parametrize(
    "url", ["https://shop.example/cb?x=1", "http://shop.example:8080", "https://8.8.8.8/"]
)
def test_public_url_is_fine(url: str) -> None:
    assert find_url_problem(url, allow_internal=False) is None


def test_internal_url_is_fine_where_allowed() -> None:
    assert find_url_problem("http://127.0.0.1:5000/cb", allow_internal=True) is None


async def test_name_that_resolves_inside_is_not_called() -> None:
    async with run_webhook_receiver("whsec_" + "A" * 32) as receiver:
        url = receiver.url.replace("127.0.0.1", "localhost")
        assert find_url_problem(url, allow_internal=False) is None
        async with open_session(timeout=timedelta(seconds=2), allow_internal=False) as session:
            with pytest.raises(aiohttp.ClientConnectorError) as refused:
                await session.post(url, data=b"{}")
        assert isinstance(refused.value.os_error, InternalAddress)
        assert receiver.calls == []


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::ffff:127.0.0.1]"]
)
async def test_odd_spelling_of_loopback_is_not_called(host: str) -> None:
    async with run_webhook_receiver("whsec_" + "A" * 32) as receiver:
        api = CallbackApi(
            receiver.url.replace("127.0.0.1", host),
            key=bytes(32),
            timeout=timedelta(seconds=2),
            allow_internal=False,
        )
        await api.open()
        result = await api.post(b"{}", message_id="m")
        await api.close()
        assert result.state is SendState.REJECTED
        assert receiver.calls == []


async def test_name_that_resolves_inside_is_called_where_allowed() -> None:
    async with run_webhook_receiver("whsec_" + "A" * 32) as receiver:
        url = receiver.url.replace("127.0.0.1", "localhost")
        async with (
            open_session(timeout=timedelta(seconds=2), allow_internal=True) as session,
            session.post(url, data=b"{}") as response,
        ):
            assert response.status == 401
        assert len(receiver.calls) == 1
