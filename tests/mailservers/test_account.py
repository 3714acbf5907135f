"""Logging in to real servers, and examining an account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.connector import (
    AccountConfig,
    ErrorClass,
)
from bot.errors import SettingsError
from connectors.email.connector import EmailConnector
from tests.mailservers.acts import reply_to
from tests.mailservers.servers import ANN, MailServers

pytestmark = pytest.mark.timeout(120)


async def test_examination_finds_all_well(connector: EmailConnector) -> None:
    findings = await connector.examine(None)
    assert [finding.text for finding in findings if not finding.well] == []
    assert any("IDLE" in finding.text for finding in findings)


async def test_wrong_password_is_said_at_each_place(servers: MailServers) -> None:
    options = {**servers.options, "password": "hunter2-hunter2"}
    connector = EmailConnector(AccountConfig(channel="email", name="main", options=options))
    await connector.start(None)
    sent = await connector.send(reply_to(ANN, key="visavis-17"))
    assert sent.error is not None
    assert sent.error.error_class is ErrorClass.AUTH
    with pytest.raises(SettingsError):
        await anext(connector.poll(None))
    findings = await connector.examine(None)
    assert len([finding for finding in findings if not finding.well]) == 2
    assert "hunter2" not in repr((sent, findings))


@pytest.mark.parametrize("more", [{"ca_file": ""}, {"imap_security": "starttls"}])
async def test_server_that_cannot_be_trusted_gets_no_password(
    servers: MailServers, more: dict[str, str]
) -> None:
    """Its certificate is nobody's, or it does not speak on that port as we ask."""
    options = {**servers.options, **more}
    account = AccountConfig(channel="email", name="main", options=options)
    connector = EmailConnector(account, http_timeout=timedelta(seconds=2))
    findings = await connector.examine(None)
    assert any(not finding.well for finding in findings)


async def test_starttls_serves_incoming_mail_too(servers: MailServers) -> None:
    options = {**servers.options, "imap_security": "starttls", "imap_port": str(servers.imap)}
    connector = EmailConnector(AccountConfig(channel="email", name="main", options=options))
    assert [finding.text for finding in await connector.examine(None) if not finding.well] == []
