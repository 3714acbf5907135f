"""What leaves: in order, with its key, its files, and what is told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.connector import (
    ErrorClass,
    OutboundFile,
    SendState,
)
from bot.domain.message import Button, Content
from connectors.whatsapp.connector import WhatsappConnector
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.whatsapp import PHONE
from tests.fakes.whatsapp import FakeWhatsapp, Fault
from tests.fakes.whatsapp_checks import Refusal
from tests.unit.connectors.whatsapp.acts import USER, attach, build, reply


async def test_reply_goes_by_number_or_by_user_id(connector: WhatsappConnector, fake: FakeWhatsapp) -> None:
    for key in (PHONE, USER):
        result = await connector.send(make_reply(key, Content(text="hello")))
        assert result.state is SendState.SENT
        assert result.native_ids == (fake.sent[-1].id,)
    assert [sent.to for sent in fake.sent] == [PHONE, USER]
    assert [sorted(set(sent.fields) & {"to", "recipient"}) for sent in fake.sent] == [["to"], ["recipient"]]


async def test_every_message_of_a_reply_carries_its_key(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    content = Content(text="x" * 5000, buttons=(Button(title="Yes", payload="/yes"),))
    result = await connector.send(reply(content))
    marks = [sent.fields["biz_opaque_callback_data"] for sent in fake.sent]
    assert marks == ["visavis-7#1/3", "visavis-7#2/3", "visavis-7#3/3"]
    assert len(result.native_ids) == 3


async def test_resumed_reply_goes_on_after_what_arrived(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    content = Content(text="x" * 5000)
    result = await connector.send(reply(content))
    first = fake.sent[0].id
    fake.sent.clear()
    result = await connector.send(reply(content, delivered=(first,)))
    assert (result.state, len(fake.sent)) == (SendState.SENT, 1)
    assert result.native_ids == (first, fake.sent[0].id)


async def test_reply_that_breaks_off_says_what_arrived(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    fake.refuse.extend([None, Refusal(131026, "Message undeliverable")])
    result = await connector.send(reply(Content(text="x" * 5000)))
    assert (result.state, result.native_ids) == (SendState.PARTIAL, (fake.sent[0].id,))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.RECIPIENT_GONE


async def test_answer_may_quote_what_it_answers(fake: FakeWhatsapp) -> None:
    connector = build(fake, quote="true")
    await connector.start(None)
    content = Content(text="x" * 5000)
    await connector.send(reply(content, reply_context={"message_id": "wamid.asked"}))
    await connector.close()
    assert [sent.fields.get("context") for sent in fake.sent] == [{"message_id": "wamid.asked"}, None]


async def test_file_is_uploaded_and_named_by_its_id(connector: WhatsappConnector, fake: FakeWhatsapp) -> None:
    bill = attach(b"%PDF", kind="file", mime="application/pdf", name="bill.pdf")
    result = await connector.send(reply(Content(text="Here."), files=(attach(b"PNG"), bill)))
    assert result.state is SendState.SENT
    ids = list(fake.uploads)
    assert [fake.uploads[each] for each in ids] == [("image/png", b"PNG"), ("application/pdf", b"%PDF")]
    assert [sent.fields.get("type") for sent in fake.sent] == ["text", "image", "document"]
    assert fake.sent[1].fields["image"] == {"id": ids[0]}
    assert fake.sent[2].fields["document"] == {"id": ids[1], "filename": "bill.pdf"}


async def test_large_file_is_fetched_from_us(connector: WhatsappConnector, fake: FakeWhatsapp) -> None:
    url = "https://lyra.example/files/7"
    film = attach(b"", kind="file", mime="video/mp4", size=50_000_000, url=url, name="film.mp4")
    await connector.send(reply(Content(), files=(film,)))
    assert fake.sent[0].fields["document"] == {"link": url, "filename": "film.mp4"}
    assert fake.uploads == {}


async def test_file_that_cannot_be_read_stops_before_anything_left(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    async def read() -> bytes:
        raise OSError("gone")

    file = OutboundFile(kind="image", mime="image/png", name="a.png", size=1, url=None, read=read)
    result = await connector.send(reply(Content(), files=(file,)))
    assert (result.state, fake.sent) == (SendState.REJECTED, [])


async def test_closed_window_is_told_and_a_template_goes_through(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    fake.closed.add(PHONE)
    result = await connector.send(reply(Content(text="Are you still there?")))
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.WINDOW_CLOSED)
    assert result.error.code == "131047"
    template: dict[str, Any] = {"name": "order_news", "language": "en_US", "parameters": ["Ann", 7]}
    result = await connector.send(reply(Content(text="for staff", custom={"template": template})))
    assert result.state is SendState.SENT
    assert fake.sent[0].fields["template"] == {
        "name": "order_news",
        "language": {"code": "en_US"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "7"}]}
        ],
    }


async def test_person_is_left_alone_four_times_as_long_each_time(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    waits = []
    for _ in range(3):
        fake.refuse.append(Refusal(131056, "Pair rate limit hit"))
        result = await connector.send(reply(Content(text="hello")))
        assert result.error is not None
        assert result.error.error_class is ErrorClass.RATE_LIMITED
        waits.append(result.error.retry_after)
    assert waits == [timedelta(seconds=seconds) for seconds in (1, 4, 16)]
    await connector.send(reply(Content(text="hello")))
    fake.refuse.append(Refusal(131056, "Pair rate limit hit"))
    result = await connector.send(reply(Content(text="hello")))
    assert result.error is not None
    assert result.error.retry_after == timedelta(seconds=1)
    assert result.rates_left == ()  # it concerns one person, not the account


async def test_header_of_usage_says_how_long_to_wait(
    connector: WhatsappConnector, fake: FakeWhatsapp
) -> None:
    fake.usage = {
        fake.waba_id: [{"type": "messages", "call_count": 100, "estimated_time_to_regain_access": 3}]
    }
    fake.refuse.append(Refusal(80007, "Rate limit issues"))
    result = await connector.send(reply(Content(text="hello")))
    assert result.error is not None
    assert result.error.retry_after == timedelta(minutes=3)
    assert [(left.scope, left.left, left.again) for left in result.rates_left] == [
        ("account", 0, timedelta(minutes=3))
    ]


@pytest.mark.parametrize("fault", [Fault.GATEWAY, Fault.NAMELESS])
async def test_answer_that_names_no_message_leaves_doubt(
    connector: WhatsappConnector, fake: FakeWhatsapp, fault: Fault
) -> None:
    fake.faults.append(fault)
    result = await connector.send(reply(Content(text="hello")))
    assert result.state is SendState.UNKNOWN


async def test_unknown_error_of_metas_leaves_doubt(connector: WhatsappConnector, fake: FakeWhatsapp) -> None:
    fake.refuse.append(Refusal(1, "Please reduce the amount of data you are asking for", status=500))
    result = await connector.send(reply(Content(text="hello")))
    assert result.state is SendState.UNKNOWN
