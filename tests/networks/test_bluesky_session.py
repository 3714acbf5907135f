"""Sessions with a real Bluesky: renewed, ended, refused, and too many of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import aiohttp
import jwt
import pytest

from bot.connector import AccountConfig, ErrorClass, SendError, SendState
from bot.errors import SettingsError
from connectors.bluesky.connector import BlueskyConnector
from tests.networks.acts import take
from tests.networks.atproto import SECRET, Network
from tests.networks.people import Person, join
from tests.unit.connectors.asked import Reading, reply_to

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("bluesky"),
]  # the first test waits for all programs


def end(proof: str) -> str:
    """Return a session's proof whose time is over."""
    claims = jwt.decode(proof, options={"verify_signature": False})
    return jwt.encode({**claims, "iat": 1, "exp": 2}, SECRET, headers=jwt.get_unverified_header(proof))


async def test_session_that_ended_is_renewed(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    await ann.mention(brand, "Hello?")
    (event,) = await take(reading, 1)
    session = connector._api._session
    assert session is not None
    ended = end(session.access)
    connector._api._session = replace(session, access=ended)
    connector._api._password = "none"  # so that it can only be renewed
    assert (await connector.send(reply_to(event, "Hello."))).state is SendState.SENT
    renewed = connector._api._session
    assert renewed is not None
    assert renewed.access != ended


async def test_session_that_cannot_be_renewed_is_made_anew(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    await ann.mention(brand, "Hello?")
    (event,) = await take(reading, 1)
    session = connector._api._session
    assert session is not None
    connector._api._session = replace(session, access=end(session.access), renewal=end(session.renewal))
    assert (await connector.send(reply_to(event, "Hello."))).state is SendState.SENT


async def test_password_that_was_taken_back_is_told(brand: Person) -> None:
    options = {"handle": brand.handle, "app_password": "abcd-efgh-ijkl-mnop", "api_url": brand.url}
    config = AccountConfig(channel="bluesky", name="main", options=options)
    connector = BlueskyConnector(config, http_timeout=timedelta(seconds=20))
    await connector.start(None)
    try:
        with pytest.raises(SettingsError, match="the app password is refused"):
            await anext(connector.poll(None))
    finally:
        await connector.close()


async def test_too_many_sign_ins_are_waited_for(network: Network, http: aiohttp.ClientSession) -> None:
    brand = await join(network.url, http, "busy")
    options = {"handle": brand.handle, "app_password": "abcd-efgh-ijkl-mnop", "api_url": brand.url}
    config = AccountConfig(channel="bluesky", name="main", options=options)
    connector = BlueskyConnector(config, http_timeout=timedelta(seconds=20))
    await connector.start(None)
    try:
        refused: SendError | None = None
        for _ in range(40):
            refused = (await connector._api.get("com.atproto.server.getSession")).error
            if refused is None or refused.error_class is not ErrorClass.AUTH:
                break
        assert refused is not None
        assert refused.error_class is ErrorClass.RATE_LIMITED
        assert refused.retry_after is not None
        assert timedelta(0) < refused.retry_after <= timedelta(minutes=5)
    finally:
        await connector.close()
