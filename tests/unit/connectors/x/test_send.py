"""Replies on X, against the fake API: chains, messages, files, refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.connector import (
    ErrorClass,
    OutboundFile,
    ReplyMode,
    SendState,
    TextUnit,
)
from bot.connector.text import measure
from bot.domain.message import Button, Content
from connectors.x.faults import classify
from tests.contracts.connectors.x import THREAD
from tests.fakes.x import FakeX
from tests.fakes.x_api import CLOSED, GONE, NOT_MENTIONED, TWICE, Fault
from tests.unit.connectors.x.acts import LONG, file, reply, send, started


async def test_long_reply_is_a_chain_that_hangs_on_the_post_it_answers(fake: FakeX) -> None:
    fake.mention("@lyra and?", post_id="5001")
    result = await send(fake, reply(LONG, reply_context={"reply_to": "5001"}))
    assert result.state is SendState.SENT
    assert [sent["above"] for sent in fake.sent] == ["5001", *result.native_ids[:-1]]
    assert " ".join(sent["text"] for sent in fake.sent) == LONG
    assert all(measure(sent["text"], TextUnit.WEIGHTED) <= 280 for sent in fake.sent)
    assert result.rates_left[0].left == 100 - len(fake.sent)


async def test_broken_chain_goes_on_where_it_broke(fake: FakeX) -> None:
    async with started(fake) as connector:
        first = await connector.send(reply(LONG.partition(" word40 ")[0]))
        fake.faults.append(Fault.OVERLOADED)
        broken = await connector.send(reply(LONG, delivered=first.native_ids[:1]))
        assert (broken.state, broken.native_ids) == (SendState.PARTIAL, first.native_ids[:1])
        whole = await connector.send(reply(LONG, delivered=broken.native_ids))
    assert whole.state is SendState.SENT
    assert whole.native_ids[0] == first.native_ids[0]
    assert fake.sent[-1]["above"] == whole.native_ids[-2]


async def test_direct_message_is_one_message(fake: FakeX) -> None:
    result = await send(fake, reply(LONG, "7"))
    assert fake.sent == [{"to": "7", "text": LONG}]
    assert (result.state, result.delivered_to) == (SendState.SENT, None)


async def test_private_answer_to_a_post_is_a_direct_message_to_its_author(fake: FakeX) -> None:
    result = await send(fake, reply(mode=ReplyMode.PRIVATE))
    assert fake.sent == [{"to": "7", "text": "It left today."}]
    assert result.delivered_to == "7"


async def test_buttons_and_images_become_lines(fake: FakeX) -> None:
    buttons = (
        Button(title="Track", payload="/track"),
        Button(title="Shop", payload="", url="https://shop.example"),
    )
    content = Content(text="Which?", buttons=buttons, image="https://shop.example/a.png")
    await send(fake, reply(content=content))
    assert fake.sent[0]["text"] == "Which?\n• Track\n• Shop: https://shop.example\nhttps://shop.example/a.png"


async def test_what_x_does_not_know_is_shown_as_rasa_does(fake: FakeX) -> None:
    await send(fake, reply(content=Content(custom={"poll": ["yes", "no"]})))
    assert fake.sent[0]["text"] == '{"poll": ["yes", "no"]}'


async def test_reply_with_nothing_in_it_reaches_nobody(fake: FakeX) -> None:
    result = await send(fake, reply(" "))
    assert result.state is SendState.REJECTED
    assert fake.transcript == []


async def test_file_that_x_refuses_keeps_the_words_back_too(fake: FakeX) -> None:
    async def broken() -> bytes:
        raise OSError

    gone = OutboundFile(kind="image", mime="image/png", name="a.png", size=9, url=None, read=broken)
    result = await send(fake, reply("Here", files=(gone,)))
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.TRANSIENT)
    assert fake.sent == []


async def test_files_are_uploaded_and_shown_together_where_x_can(fake: FakeX) -> None:
    fake.slow_files = 2
    pictures = tuple(file(name=f"{number}.png") for number in range(5))
    files = (*pictures, file("video/mp4", 4_000_001), file("application/pdf", name="bill.pdf"))
    result = await send(fake, reply("Here", files=files))
    assert result.state is SendState.SENT
    shown = [len(sent.get("media", {}).get("media_ids", [])) for sent in fake.sent]
    assert shown == [4, 1, 1]
    assert fake.sent[0]["text"] == "Here\nbill.pdf: https://shop.example/bill.pdf"
    assert sorted(map(len, fake.uploads.values())) == [9] * 5 + [4_000_001]


async def test_direct_messages_carry_one_file_each(fake: FakeX) -> None:
    await send(fake, reply("Here", "7", files=(file(), file())))
    assert [(sent.get("text"), len(sent["attachments"])) for sent in fake.sent] == [("Here", 1), (None, 1)]


@pytest.mark.parametrize("key", ["", "seven", "post:5", "post:a:b", "post:5:", "../7", "7/../8"])
async def test_key_that_is_not_ours_reaches_nobody(fake: FakeX, key: str) -> None:
    result = await send(fake, reply(key=key))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.INVALID
    assert fake.transcript == []


async def test_post_that_does_not_mention_the_account_cannot_be_answered(fake: FakeX) -> None:
    fake.posts[THREAD]["text"] = "hello"
    result = await send(fake, reply())
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.POLICY)


async def test_person_who_takes_no_messages(fake: FakeX) -> None:
    fake.closed.add("7")
    result = await send(fake, reply(key="7"))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.RECIPIENT_GONE


async def test_credit_that_is_used_up(fake: FakeX) -> None:
    fake.faults.append(Fault.NO_CREDIT)
    result = await send(fake, reply())
    assert result.error is not None
    assert result.error.error_class is ErrorClass.PAYMENT


@pytest.mark.parametrize(
    ("status", "detail", "found"),
    [
        (403, NOT_MENTIONED, ErrorClass.POLICY),
        (
            403,
            "Reply to this conversation is not allowed: you have not been mentioned",
            ErrorClass.POLICY,
        ),
        (403, TWICE, ErrorClass.POLICY),
        (403, "something that X says from 2031 on", ErrorClass.POLICY),
        (403, CLOSED, ErrorClass.RECIPIENT_GONE),
        (403, GONE, ErrorClass.RECIPIENT_GONE),
        (
            403,
            "Your client app is not configured with the appropriate oauth1 app permissions",
            ErrorClass.AUTH,
        ),
        (403, "Your Tweet text is too long.", ErrorClass.TOO_LONG),
        (400, "One or more parameters to your request was invalid.", ErrorClass.INVALID),
        (401, "Unauthorized", ErrorClass.AUTH),
        (402, "Your account has no credits", ErrorClass.PAYMENT),
        (404, "Not Found", ErrorClass.RECIPIENT_GONE),
        (429, "Too Many Requests", ErrorClass.RATE_LIMITED),
        (429, "Usage cap exceeded: Monthly product cap", ErrorClass.PAYMENT),
        (503, "Service Unavailable", ErrorClass.TRANSIENT),
        (418, "", ErrorClass.INVALID),
    ],
)
def test_refusals_are_told_apart_and_no_words_of_xs_handed_on(
    status: int, detail: str, found: ErrorClass
) -> None:
    for body in ({"title": "No", "detail": detail}, {"errors": [{"message": detail}]}):
        error = classify(status, body, {})
        assert error.error_class is found
        assert not detail or detail not in error.detail


def test_wait_is_until_the_limit_that_is_used_up_begins_anew() -> None:
    headers = {
        "date": "Sat, 31 Jan 2026 12:00:00 GMT",
        "x-rate-limit-remaining": "9",
        "x-rate-limit-reset": "1769861700",
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": "1769864400",
    }
    assert classify(429, None, headers).retry_after == timedelta(hours=1)
    assert classify(429, None, {"retry-after": "30"}).retry_after == timedelta(seconds=30)
    assert classify(429, None, {}).retry_after is None
