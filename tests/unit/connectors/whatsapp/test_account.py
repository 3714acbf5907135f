"""The account: its token and its webhook, what it is examined for, what it shows and fetches."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connector import (
    ErrorClass,
    InboundRequest,
)
from bot.domain.message import Attachment, Content
from bot.errors import BadSignature, MediaGone, MediaUnavailable, SettingsError
from connectors.whatsapp.connector import WhatsappConnector
from tests.contracts.connectors.channel import NOW
from tests.contracts.connectors.whatsapp import PHONE, message
from tests.fakes.whatsapp import FakeWhatsapp
from tests.unit.connectors.whatsapp.acts import build, reply

HOOK = "https://lyra.example/webhooks/whatsapp/main"


async def test_refused_token_is_never_repeated(fake: FakeWhatsapp) -> None:
    connector = build(fake, access_token="EAAGwrongTokenOfSomebody")
    await connector.start(None)
    result = await connector.send(reply(Content(text="hello")))
    await connector.close()
    assert result.error is not None
    assert result.error.error_class is ErrorClass.AUTH
    assert "EAAGwrongTokenOfSomebody" not in repr(result)
    with pytest.raises(SettingsError) as refused:
        await connector.start(HOOK)
    await connector.close()
    assert "EAAGwrongTokenOfSomebody" not in str(refused.value)


async def test_typing_marks_the_last_message_as_read(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    await connector.typing(PHONE)
    assert fake.read == []
    for number in (1, 2):
        (event,) = connector.parse(message("hi", number=number))
        await connector.acknowledge(event)
    await connector.typing(PHONE)
    assert fake.read == [f"wamid.{PHONE}.2"]
    assert fake.transcript[-1].fields["typing_indicator"] == {"type": "text"}


async def test_file_of_a_customer_lies_with_meta_for_holders_of_the_token(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    fake.files["41"] = b"JPEG"
    address = await connector.locate(Attachment(kind="photo", ref="41"))
    assert address.url.endswith("/files/41")
    assert address.headers == {"authorization": f"Bearer {fake.access_token}"}
    assert {"127.0.0.1", "*.fbsbx.com"} <= address.hosts
    assert fake.access_token not in repr(address)
    for ref in ("42", "geo:48.2,16.4", "../debug_token", ""):
        with pytest.raises(MediaGone):
            await connector.locate(Attachment(kind="photo", ref=ref))
    await fake.leave()
    with pytest.raises(MediaUnavailable):
        await connector.locate(Attachment(kind="photo", ref="41"))


def ask(token: str) -> InboundRequest:
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
    return InboundRequest(body=b"", method="GET", query=query, received_at=NOW)


async def test_address_is_confirmed_to_who_knows_the_word(fake: FakeWhatsapp) -> None:
    connector = build(fake)
    answer = connector.handshake(ask(fake.verify_token))
    assert answer is not None
    assert answer.body == b"1158201444"
    with pytest.raises(BadSignature):
        connector.handshake(ask("guessed"))


async def examine(fake: FakeWhatsapp, hook: str | None = HOOK, **options: str) -> dict[str, bool]:
    findings = await build(fake, **options).examine(hook)
    assert not [finding for finding in findings if fake.access_token in finding.text]
    return {finding.text: finding.well for finding in findings}


async def test_examining_finds_all_well(fake: FakeWhatsapp) -> None:
    fake.hook_url = HOOK
    found = await examine(fake)
    assert list(found.values()) == [True] * 5, found
    found = await examine(fake, waba_id="")  # the token says which account it is for
    assert list(found.values()) == [True] * 5, found


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"scopes": ["whatsapp_business_management"]}, "lacks the permission"),
        ({"status": "FLAGGED"}, "FLAGGED"),
        ({"hook_url": "https://old.example/hook"}, "another address"),
        ({"hook_url": ""}, "No webhook is set"),
        ({"subscribed": False}, "does not tell our app"),
        ({"fields": ["account_update"]}, "not told of messages"),
        ({"app_secret": "another"}, "app_secret"),
        ({"access_token": "EAAGanother"}, "not accepted"),
    ],
)
async def test_examining_says_what_is_wrong(fake: FakeWhatsapp, change: dict[str, Any], word: str) -> None:
    fake.hook_url = HOOK
    connector = build(fake)
    for name, value in change.items():
        setattr(fake, name, value)
    findings = await connector.examine(HOOK)
    assert [finding for finding in findings if not finding.well and word in finding.text], findings


async def test_examining_never_breaks(fake: FakeWhatsapp) -> None:
    found = await examine(fake, None, app_secret="", phone_number_id="", waba_id="")
    assert [text for text in found if "public address" in text or "phone_number_id" in text]
    await fake.leave()
    assert not any((await examine(fake)).values())
