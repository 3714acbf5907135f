"""One pair of servers for all these tests; they are left out where the servers cannot be had."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.connector import AccountConfig
from connectors.email.connector import EmailConnector
from tests.mailservers.servers import MailServers, find_missing, run_mail_servers


@pytest.fixture(scope="session")
def servers() -> Iterator[MailServers]:
    missing = find_missing()
    if missing is not None and os.environ.get("VISAVIS_TEST_MAIL_SERVERS"):  # noqa: TID251 - of this test alone
        pytest.fail(missing)
    if missing is not None:
        pytest.skip(missing)
    with run_mail_servers() as running:
        yield running


@pytest.fixture
async def connector(servers: MailServers) -> AsyncIterator[EmailConnector]:
    account = AccountConfig(channel="email", name="main", options=servers.options)
    made = EmailConnector(account, http_timeout=timedelta(seconds=5), pause=timedelta(seconds=0.2))
    await made.start(None)
    yield made
    await made.close()
