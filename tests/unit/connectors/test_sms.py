"""Text messages against the fake Twilio: sending, receipts, what is looked up, and examined."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.connector import AccountConfig, ErrorClass, OutboundFile, OutboundReply, SendState
from bot.domain.message import Attachment, Button, Content
from bot.errors import MediaGone
from connectors.sms.connector import SmsConnector
from connectors.sms.history import LookUp
from connectors.sms.render import Text, render_reply
from tests.contracts.connectors.channel import make_reply
from tests.fakes.twilio import ACCOUNT_SID, NUMBER, SERVICE_SID, TOKEN, FakeTwilio, Fault, run_fake_twilio

ANN = "+15551230007"
HOOK = "https://chat.example/webhooks/sms/main"
LONG = "word " * 600  # two messages


async def nothing() -> bytes:
    return b""


PHOTO = OutboundFile(
    kind="image", mime="image/png", name="a.png", size=10, url="https://x.example/a.png", read=nothing
)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTwilio]:
    async with run_fake_twilio() as opened:
        yield opened


def build(fake: FakeTwilio, **options: str) -> SmsConnector:
    known = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "from": NUMBER, "api_url": fake.url}
    config = AccountConfig(channel="sms", name="main", options={**known, **options})
    return SmsConnector(config)


@pytest.fixture
async def connector(fake: FakeTwilio) -> AsyncIterator[SmsConnector]:
    opened = build(fake)
    await opened.start(HOOK)
    yield opened
    await opened.close()


def reply(text: str = "hello", **more: object) -> OutboundReply:
    return replace(make_reply(ANN, Content(text=text)), **more)  # type: ignore[arg-type]


async def test_answer_leaves_from_the_number_that_was_written_to(
    fake: FakeTwilio, connector: SmsConnector
) -> None:
    other = await connector.send(reply(reply_context={"own": "+15550000000"}))
    assert other.error is not None  # not a number of this account: so it was tried
    assert other.error.code == "21606"
    await connector.send(reply(reply_context={"own": NUMBER}))
    await connector.send(reply())
    assert [sent["from"] for sent in fake.sent] == [NUMBER, NUMBER]


async def test_service_chooses_the_number(fake: FakeTwilio) -> None:
    connector = build(fake, messaging_service=SERVICE_SID)
    await connector.start(None)
    result = await connector.send(reply(reply_context={"own": NUMBER, "hook": HOOK}))
    await connector.close()
    assert result.state is SendState.SENT
    assert fake.sent[0]["from"] is None
    assert fake.sent[0]["status_callback"] == HOOK  # known from what came in: a courier has no webhook


async def test_receipts_are_asked_for_at_our_webhook(fake: FakeTwilio, connector: SmsConnector) -> None:
    await connector.send(reply())
    assert fake.sent[0]["status_callback"] == HOOK


async def test_files_go_with_the_last_text(fake: FakeTwilio, connector: SmsConnector) -> None:
    result = await connector.send(reply(LONG, files=(PHOTO,)))
    assert len(result.native_ids) == 2
    assert [sent["media"] for sent in fake.sent] == [[], ["https://x.example/a.png"]]


async def test_send_goes_on_after_what_was_delivered(fake: FakeTwilio, connector: SmsConnector) -> None:
    fake.faults.extend([None, Fault.UNAVAILABLE])
    first = await connector.send(reply(LONG))
    assert first.state is SendState.PARTIAL
    again = await connector.send(reply(LONG, delivered=first.native_ids))
    assert again.state is SendState.SENT
    assert again.native_ids[0] == first.native_ids[0]
    assert len(fake.sent) == 2


async def test_what_a_message_costs_is_said(connector: SmsConnector) -> None:
    with capture_logs() as logs:
        await connector.send(reply("Grüße ✨"))
    assert [(line["segments"], line["encoding"]) for line in logs] == [(1, "UCS-2")]
    assert "Grüße" not in str(logs)


async def test_customer_who_wrote_stop_is_gone(fake: FakeTwilio, connector: SmsConnector) -> None:
    fake.stopped.add(ANN)
    result = await connector.send(reply())
    assert result.error is not None
    assert result.error.error_class is ErrorClass.RECIPIENT_GONE
    assert "START" in result.error.detail


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.GATEWAY, Fault.RESET_AFTER])
async def test_its_own_mistakes_leave_the_outcome_unknown(
    fake: FakeTwilio, connector: SmsConnector, fault: Fault
) -> None:
    fake.faults.append(fault)
    assert (await connector.send(reply())).state is SendState.UNKNOWN


async def test_unknown_outcome_is_looked_up(fake: FakeTwilio, connector: SmsConnector) -> None:
    fake.faults.append(Fault.RESET_AFTER)
    unknown = await connector.send(reply())
    assert unknown.state is SendState.UNKNOWN
    found = await connector.look_up(reply())
    assert found is not None
    assert found.state is SendState.SENT
    assert found.native_ids == (fake.sent[0]["sid"],)


async def test_nothing_is_said_of_a_send_that_may_still_be_on_its_way(
    fake: FakeTwilio, connector: SmsConnector
) -> None:
    fake.faults.append(Fault.RESET)
    await connector.send(reply())
    assert await connector.look_up(reply()) is None


async def test_part_that_is_not_in_the_list_leaves_the_doubt(connector: SmsConnector) -> None:
    await connector.send(reply("one"))
    texts = (Text(body="one"), Text(body="two"))
    now = datetime.now(UTC)
    assert await LookUp(connector._api).find(reply(), texts, now) is None
    found = await LookUp(connector._api).find(reply(), texts[:1], now)
    assert found is not None


async def test_same_words_of_another_hour_are_not_taken_for_this_send(
    fake: FakeTwilio, connector: SmsConnector
) -> None:
    await connector.send(reply("Which?"))
    fake.sent[0]["date_created"] = "Mon, 01 Jan 2024 00:00:00 +0000"
    assert await LookUp(connector._api).find(reply(), (Text(body="Which?"),), datetime.now(UTC)) is None


async def test_send_of_another_process_is_looked_up_since_the_customer_wrote(connector: SmsConnector) -> None:
    sent = await connector.send(reply())
    assert await connector.look_up(reply()) is None  # nobody knows since when
    found = await connector.look_up(reply(last_heard_at=datetime.now(UTC)))
    assert found is not None
    assert found.native_ids == sent.native_ids


async def test_file_lies_at_twilio_and_asks_for_our_credentials(connector: SmsConnector) -> None:
    ref = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM1/Media/ME1"
    place = await connector.locate(Attachment(kind="photo", ref=ref))
    assert place.url == ref
    assert place.headers["Authorization"].startswith("Basic ")
    assert place.hosts == {"*.twilio.com", "*.twiliocdn.com"}
    assert place.headers["Authorization"] not in repr(place)


@pytest.mark.parametrize(
    "ref",
    [
        "http://api.twilio.com/x",
        "https://twilio.com.evil.example/x",
        "https://eviltwilio.com/x",
        "https://api.twilio.com@evil.example/x",
        "https://[",
        "",
    ],
)
async def test_credentials_go_nowhere_else(connector: SmsConnector, ref: str) -> None:
    with pytest.raises(MediaGone):
        await connector.locate(Attachment(kind="photo", ref=ref))


async def test_examination_finds_all_well(fake: FakeTwilio) -> None:
    fake.hook_url = HOOK
    connector = build(fake)
    findings = await connector.examine(HOOK)
    await connector.close()
    assert all(finding.well for finding in findings), findings
    assert len(findings) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"auth_token": "wrong"}, "auth_token"),
        ({"from": "+15550000000"}, "no such number"),
        ({}, "set 'A message comes in' to"),
        ({"messaging_service": SERVICE_SID}, "set 'A message comes in' to"),
        ({"messaging_service": "MG" + "9" * 32}, "could not be read"),
    ],
)
async def test_examination_says_what_to_do(fake: FakeTwilio, change: dict[str, str], words: str) -> None:
    connector = build(fake, **change)
    findings = await connector.examine(HOOK)
    await connector.close()
    (bad,) = (finding for finding in findings if not finding.well)
    assert words in bad.text
    assert TOKEN not in bad.text


async def test_examination_of_a_closed_account_and_of_no_network(fake: FakeTwilio) -> None:
    fake.account_status = "suspended"
    connector = build(fake)
    assert "suspended" in (await connector.examine(None))[0].text
    await fake.leave()
    assert not (await connector.examine(None))[0].well
    await connector.close()


def test_what_text_messages_have_not_becomes_lines() -> None:
    content = Content(
        text="Which?",
        buttons=(
            Button(title="Track", payload="/t"),
            Button(title="Shop", payload="", url="https://x.example"),
        ),
        image="https://x.example/a.png",
    )
    (text,) = render_reply(replace(make_reply(ANN, content), files=(PHOTO,)), links_only=True)
    assert text.media == ()
    assert text.body.splitlines() == [
        "Which?",
        "• Track",
        "• Shop: https://x.example",
        "https://x.example/a.png",
        "a.png: https://x.example/a.png",
    ]


def test_message_in_twilios_own_words() -> None:
    custom = {"body": "Look", "media_url": ["https://x.example/a.png"], "from_": "+15550000000"}
    assert render_reply(make_reply(ANN, Content(custom=custom))) == (
        Text(body="Look", media=("https://x.example/a.png",)),
    )
    assert render_reply(make_reply(ANN, Content(custom={"a": 1}))) == (Text(body='{"a": 1}'),)
    assert render_reply(make_reply(ANN, Content())) == ()


def test_file_that_cannot_be_fetched_is_named() -> None:
    without_address = replace(PHOTO, url=None)
    too_big = replace(PHOTO, size=6_000_000, name="big.png")
    (text,) = render_reply(reply("", files=(without_address, too_big)))
    assert text == Text(body="a.png\nbig.png: https://x.example/a.png")


def test_many_files_are_several_messages() -> None:
    texts = render_reply(reply("Here", files=(PHOTO,) * 11))
    assert [(text.body, len(text.media)) for text in texts] == [("Here", 10), ("", 1)]
    alone = render_reply(reply("", files=(PHOTO,)))
    assert [(text.body, len(text.media)) for text in alone] == [("", 1)]


@pytest.mark.parametrize("key", ["", "7", "whatsapp:+15551230007", "+1555\n"])
def test_key_that_is_no_number_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="phone number"):
        render_reply(make_reply(key, Content(text="hi")))
